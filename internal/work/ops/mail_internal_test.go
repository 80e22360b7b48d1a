package ops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// Nothing that answers something internal reaches the client by mail, and nobody writes by an address that was made for somebody else.
func TestInternalWordsNeverReachTheClientByMail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		const secret = "zirconium"
		d := newMailDesk(t, data, ctx)
		r := must[*ops.Request](t)(d.Assign(ctx, lead, d.act(d.open("a page")), team.Account))
		must[*ops.Request](t)(d.Answer(ctx, product, ops.MessageInput{Act: d.act(r), Text: "Hello"}))
		openID, open := d.newest(team, "Pia Product wrote")
		must[*ops.Request](t)(d.Note(ctx, lead, ops.MessageInput{Act: d.act(r), Text: "They pay too little"}))
		noteID, note := d.newest(team, "Internal note")
		leadID, ofLead := d.newest(lead, "New request")
		if !strings.Contains(note.Text, "the client does not") || !strings.Contains(ofLead.Text, "the client does not") {
			t.Errorf("%q, %q", note.Text, ofLead.Text)
		}
		must[*ops.Request](t)(d.Answer(ctx, team, ops.MessageInput{Act: d.act(r), Text: "Which page?"}))
		_, clients := d.newest(product, "Tom Team wrote")
		ref := func(id string) string { return "References: <" + id + "@northlight.example>" }
		both := "To: " + open.ReplyTo + ", " + note.ReplyTo
		for name, raw := range map[string][]byte{
			"to the address of a note":                       written(team, secret, "To: "+note.ReplyTo),
			"by the number of a note":                        written(team, secret, ref(noteID)),
			"to both addresses":                              written(team, secret, both),
			"to the open address, naming a note":             written(team, secret, "To: "+open.ReplyTo, ref(noteID)),
			"to a note's address, naming what is open":       written(team, secret, "To: "+note.ReplyTo, ref(openID)),
			"to a mail of no message":                        written(lead, secret, "To: "+ofLead.ReplyTo),
			"to a mail of no message, by number":             written(lead, secret, ref(leadID)),
			"without anything that tells what it answers":    written(team, secret, "Subject: Re: Internal note on R-1"),
			"to the open address, answering a colleague":     written(team, secret, "To: "+open.ReplyTo, "In-Reply-To: <colleague@northlight.example>", "References: <"+openID+"@northlight.example> <colleague@northlight.example>"),
			"a note forwarded to the client, who answers it": written(product, secret, "To: "+note.ReplyTo),
			"the client names a note":                        written(product, secret, ref(noteID)),
			"the client's own address, naming a note":        written(product, secret, "To: "+clients.ReplyTo, ref(noteID)),
			"a colleague by a forwarded address":             written(executive, secret, "To: "+clients.ReplyTo),
			"a specialist by a forwarded address":            written(specialist, secret, "To: "+open.ReplyTo),
			"another client by a forwarded address":          written(stranger, secret, "To: "+clients.ReplyTo),
			"somebody who is not vouched for":                written(team, secret, "To: "+open.ReplyTo, "Authentication-Results: "+receiver+"; dmarc=fail header.from=example.test"),
			"an address that was made open":                  written(team, secret, "To: "+changed(note.ReplyTo)),
			"an address with another's proof":                written(team, secret, "To: "+crossed(note.ReplyTo, open.ReplyTo)),
		} {
			m := d.take(acmeDoor, raw)
			if m.Taken && !m.Internal {
				t.Errorf("%s: %+v", name, m)
			}
			if !m.Taken && m.Internal { // a person releases it: still nothing for the client
				if _, err := d.ReleaseMail(ctx, lead, "org_acme", ops.ReleaseInput{Mail: m.ID, New: true}); fault.Code(err) != "mail-internal" {
					t.Errorf("%s: released as a request, %v", name, err)
				}
				if _, err := d.ReleaseMail(ctx, lead, "org_acme", ops.ReleaseInput{Mail: m.ID, As: product.Account}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		// what the agency quotes without a word of its own is not said
		if m := d.take(acmeDoor, written(team, "> "+secret, "To: "+open.ReplyTo)); !m.Taken || m.Internal {
			t.Errorf("%+v", m)
		}
		// the proof of an address is of its mail alone
		for name, address := range map[string]string{"changed": changed(open.ReplyTo), "crossed": crossed(open.ReplyTo, note.ReplyTo)} {
			if m := d.take(acmeDoor, written(team, secret+" "+name, "To: "+address)); m.Taken || m.Code != "address" {
				t.Errorf("%s: %+v", name, m)
			}
		}
		// what a colleague answers to a mail of the client itself may be meant for the agency
		asked := d.take(acmeDoor, written(product, "And a banner", "Message-ID: <banner@example.test>"))
		if m := d.take(acmeDoor, written(team, secret+" banner", "In-Reply-To: <banner@example.test>")); !m.Taken || !m.Internal || m.Request != asked.Request {
			t.Errorf("%+v", m)
		}
		// an answer of hers to her own internal answer stays internal, whatever it names
		d.take(acmeDoor, written(team, secret+" first", "To: "+note.ReplyTo, "Message-ID: <thought@example.test>"))
		d.take(acmeDoor, written(team, secret+" second", "References: <thought@example.test>"))
		d.take(acmeDoor, written(product, secret+" third", "References: <thought@example.test>"))
		for _, who := range []access.Actor{product, executive, auditor} {
			shown := must[ops.Shown](t)(d.Show(ctx, who, r.Client, r.ID))
			if text := fmt.Sprint(shown.Messages, shown.Brief, shown.Events); strings.Contains(text, secret) {
				t.Errorf("%s reads it: %s", who.Name, text)
			}
			if found := must[ops.Page](t)(d.List(ctx, who, ops.Filter{Words: secret})); len(found.Lines) != 0 {
				t.Errorf("%s finds it", who.Name)
			}
		}
		for _, m := range d.mails() {
			if strings.Contains(m, secret) {
				t.Errorf("a mail has it: %s", m)
			}
		}
		shown := must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID))
		if n := strings.Count(fmt.Sprint(shown.Messages), secret); n < 9 {
			t.Errorf("only %d internal notes", n)
		}
	})
}

// changed is an address for answers whose mail is another.
func changed(address string) string {
	at := strings.Index(address, "+") + 1
	c := "0"
	if address[at] == '0' {
		c = "1"
	}
	return address[:at] + c + address[at+1:]
}

// crossed is the mail of one address with the proof of another.
func crossed(a, b string) string {
	at := strings.Index(a, "+") + 1 + 24
	return a[:at] + b[at:]
}
