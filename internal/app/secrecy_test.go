package app

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// internally stands in notes, names of files and their content that only the agency may read.
const internally = "zirkoniumtext"

// TestInternalTextReachesNobodyOutsideTheAgency plants a word in what is internal on a request of the agency and on one that a specialist does, and reads as
// everybody outside the agency every page and operation, in every form in which it can be had, the search for the word itself, and every mail.
func TestInternalTextReachesNobodyOutsideTheAgency(t *testing.T) {
	p, made := demoProgram(t)
	server, ctx := p.server(), p.inWorkspace(t.Context())
	lead := actorOf(t, p, made, access.AccountLead)
	page, err := p.Work.List(ctx, lead, workops.Filter{Client: made.Client})
	if err != nil || len(page.Lines) < 4 {
		t.Fatalf("%d requests, %v", len(page.Lines), err)
	}
	files := map[string][]string{}
	for _, l := range page.Lines {
		_, err := p.Work.Note(ctx, lead, workops.MessageInput{Act: workops.Act{Client: made.Client, Request: l.ID}, Text: "Our margin: " + internally,
			Files: []workops.NewFile{{Name: internally + ".txt", Content: strings.NewReader("as calculated: " + internally)}}})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := p.Work.Show(ctx, lead, made.Client, l.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range shown.Messages {
			for _, f := range m.Files {
				files[l.ID] = append(files[l.ID], f.ID)
			}
		}
	}
	read, paths := 0, p.readable(t, made, page.Lines, files)
	for _, persona := range made.Personas {
		actor := actorOf(t, p, made, persona.Role)
		token, _, err := p.Party.MakeToken(ctx, actor, "secrecy")
		if err != nil {
			t.Fatal(err)
		}
		outside := !access.SeesInternal(actor, made.Client)
		found := 0
		for _, path := range paths {
			if !outside && !strings.Contains(path, "/req_") {
				continue // the agency reads it here: that it is found suffices
			}
			body := whole(t, server, path, token)
			if len(body) > 0 {
				read++
			}
			if bytes.Contains(body, []byte(internally)) {
				if found++; outside {
					t.Errorf("%s reads it at %s", persona.Role, path)
				}
			}
		}
		// a word that stands in the notes alone finds requests for the agency only
		for _, path := range []string{"/clients/" + made.Client + "/work?q=margin", "/inbox?q=margin", "/api/v1/clients/" + made.Client + "/requests?words=margin"} {
			if body := whole(t, server, path, token); outside && bytes.Contains(body, []byte(page.Lines[0].ID)) {
				t.Errorf("%s finds requests by it at %s", persona.Role, path)
			} else if !outside && strings.HasPrefix(path, "/clients") && !bytes.Contains(body, []byte(page.Lines[0].ID)) {
				t.Errorf("%s, of the agency, does not find requests by it at %s", persona.Role, path)
			}
		}
		if works := access.GrantOf(persona.Role, access.RequestWork) == access.OfClient; !outside && works && found < 8 {
			t.Errorf("%s, of the agency, finds it at %d addresses only: the walk does not see what it looks for", persona.Role, found)
		}
	}
	if read < 400 {
		t.Errorf("only %d answers were read", read)
	}
	mailsKeepIt(t, p.DB, ctx)
}

// readable are the addresses of everything that can be read, for each request, with what makes an answer another one.
func (p *Program) readable(t *testing.T, made demo.Made, lines []workops.Line, files map[string][]string) (paths []string) {
	t.Helper()
	real := p.realIDs(t, made)
	seen := map[string]bool{}
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	for _, a := range p.addresses() {
		if a.method != http.MethodGet {
			continue
		}
		for _, l := range lines {
			real["request"] = l.ID
			for _, file := range append([]string{"nothing"}, files[l.ID]...) {
				real["file"] = file
				path := fill(a.pattern, made.Client, real)
				add(path)
				if !strings.Contains(a.pattern, "{request}") && (strings.Contains(path, "/work") || strings.Contains(path, "/inbox") || strings.Contains(path, "/record") || strings.Contains(path, "/requests")) {
					for _, query := range []string{"?format=csv", "?format=xlsx", "?stage=ended"} {
						add(path + query)
					}
				}
			}
		}
	}
	return paths
}

// whole is an answer with what it holds packed.
func whole(t *testing.T, server http.Handler, path, token string) []byte {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	if w.Code >= 500 {
		t.Errorf("%s answers %d", path, w.Code)
	}
	if w.Code >= 300 {
		return w.Body.Bytes()
	}
	body := w.Body.Bytes()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return body // not packed
	}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		body = append(body, content...)
	}
	return body
}

func mailsKeepIt(t *testing.T, d *db.DB, ctx context.Context) {
	t.Helper()
	var bodies []string
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("outbox").Column("body").Scan(ctx, &bodies)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(bodies) < 20 {
		t.Errorf("only %d mails", len(bodies))
	}
	for _, b := range bodies {
		if strings.Contains(b, internally) {
			t.Errorf("a mail has it: %s", b)
		}
		if strings.Contains(b, "Internal note on") && !strings.Contains(b, "@northlight.example") {
			t.Errorf("somebody outside is told of an internal note: %s", b)
		}
	}
}

func actorOf(t *testing.T, p *Program, made demo.Made, role access.Role) access.Actor {
	t.Helper()
	for _, persona := range made.Personas {
		if persona.Role == role {
			actor, err := p.Party.ActorOf(p.inWorkspace(t.Context()), persona.Account(), demo.Workspace)
			if err != nil {
				t.Fatal(err)
			}
			return actor
		}
	}
	t.Fatalf("nobody is %s", role)
	return access.Actor{}
}
