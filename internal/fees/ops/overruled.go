package ops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
)

// mostNamed is how many decisions a mail names.
const mostNamed = 20

// TellOverruled leaves a mail to each whose decision an import is the first to contradict, but for who imported it. People who see the client no
// more are told nothing.
func (s *Service) TellOverruled(ctx context.Context, tx bun.Tx, a crmops.AppliedFile) error {
	if a.Tally.Against == 0 || s.Parties == nil {
		return nil
	}
	all, err := crmops.OverruledBy(ctx, tx, a.Client, a.No)
	if err != nil || len(all) == 0 {
		return err
	}
	people, err := partyops.PeopleOf(ctx, tx, a.Client, a.At)
	if err != nil {
		return err
	}
	told := map[string]bool{a.ActorID: true}
	for _, l := range people {
		if told[l.Account.ID] || !l.Membership.InForce(a.At) {
			continue
		}
		told[l.Account.ID] = true
		own := slices.DeleteFunc(slices.Clone(all), func(o crmops.Overruling) bool { return o.Decision.ActorID != l.Account.ID })
		if len(own) == 0 {
			continue
		}
		m := mail.Message{To: string(l.Account.Email), ToName: l.Account.Name, Subject: "An import contradicts your decision", Text: s.overruledLetter(own)}
		if err := mail.Enqueue(ctx, tx, s.id("mail"), a.At, m); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}

func (s *Service) overruledLetter(own []crmops.Overruling) string {
	first := own[0].Import
	b := new(strings.Builder)
	fmt.Fprintf(b, "%s imported the file %s on %s, as import %d. It says otherwise than you decided, and its word stands:\n\n", cmp.Or(first.ActorName, "Somebody"), first.Filename, moment(first.AppliedAt, time.UTC), first.No)
	for _, o := range own[:min(len(own), mostNamed)] {
		_, name := subjectOf(o.Decision)
		fmt.Fprintf(b, "- %s: you %s on %s. The file says now: %s.\n", name, did[o.Decision.Act], moment(o.Decision.At, time.UTC), SaysNow(o, time.UTC))
	}
	if more := len(own) - mostNamed; more > 0 {
		fmt.Fprintf(b, "\nAnd %d more.\n", more)
	}
	fmt.Fprintf(b, "\nWhere that is wrong, say so to the other side.\n\n%s/clients/%s/approvals\n", strings.TrimSuffix(s.PublicURL, "/"), own[0].Decision.Client)
	return b.String()
}

// SaysNow is what an import says in the place of a decision, in words: "accepted 4 Mar 2026, 10:00 UTC; rejected: nothing".
func SaysNow(o crmops.Overruling, zone *time.Location) string {
	out := make([]string, len(o.Says))
	for i, f := range o.Says {
		name := strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(f.Field, "_at"), "_on"), "_", " ")
		out[i] = name + " " + f.After
		if at, err := time.Parse(time.RFC3339Nano, f.After); err == nil {
			out[i] = name + " " + moment(at, zone)
		}
		if day, err := cal.ParseDate(f.After); err == nil {
			out[i] = name + " " + day.Words()
		}
		switch {
		case f.After == "":
			out[i] = name + ": nothing"
		case f.Field == "value":
			out[i] = hoursWords(f.After) + " approved"
		}
	}
	return strings.Join(out, "; ")
}

func moment(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2 Jan 2006, 15:04 MST")
}

// hoursWords is a decimal number of hours: "1 hour", "3 hours".
func hoursWords(decimal string) string {
	if strings.TrimSpace(decimal) == "1" {
		return "1 hour"
	}
	return decimal + " hours"
}
