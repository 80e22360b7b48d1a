package ops_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// people as a workbook tells of them: an address where a time should be, and a row without an id.
var peopleRows = [][]any{{"contact_id", "email", "name", "created_at", "note"}, {"p1", "Ann.Howe@boreal.example", "Ann", "bo.ray@boreal.example", "or ann.howe@home.example"}, {"", "bo.ray@boreal.example", "Bo", "", ""}}

var peopleAddresses = []string{"ann.howe@", "bo.ray@", "ann.howe%40"}

// unpacked are the parts of a workbook, and their texts without tags, so that nothing in it is overlooked.
func unpacked(t testing.TB, content []byte) string {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return string(content)
	}
	var out strings.Builder
	for _, part := range in.File {
		from, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		plain := html.UnescapeString(strings.ReplaceAll(string(text), "\x00", ""))
		fmt.Fprintln(&out, part.Name, plain, regexp.MustCompile(`<[^>]*>`).ReplaceAllString(plain, ""))
	}
	return out.String()
}

// stored are all files, workbooks unpacked.
func (r room) stored() string {
	r.t.Helper()
	files, err := r.FilesForTest(r.ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	var out strings.Builder
	for ref, err := range files.All() {
		if err != nil {
			r.t.Fatal(err)
		}
		f, err := files.Get(ref.SHA256)
		if err != nil {
			r.t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		if err != nil {
			r.t.Fatal(err)
		}
		_ = f.Close()
		out.WriteString(unpacked(r.t, content))
	}
	return out.String()
}

func (r room) tellsNone(where, text string) {
	r.t.Helper()
	for _, a := range peopleAddresses {
		if i := strings.Index(strings.ToLower(text), a); i >= 0 {
			r.t.Errorf("%s holds %s: …%.80s", where, a, text[max(0, i-30):])
		}
	}
}

// applyAsProposed reads an upload by the mapping that fits it best.
func (r room) applyAsProposed(id string) error {
	p, err := r.Preview(r.ctx, owner, acme, id)
	if err != nil {
		return err
	}
	if err := r.SetMapping(r.ctx, owner, acme, id, p.Candidates[0].Mapping, "people"); err != nil {
		return err
	}
	_, err = r.Apply(r.ctx, owner, acme, id)
	return err
}

// Given hashed addresses, when a workbook comes by any of the ways, then no address stays: not in the file, its rows, what is shown of it, what was refused, the record or the database.
func TestWorkbooksUnderHashedAddresses(t *testing.T) {
	for way, take := range map[string]func(r room, text string) (string, error){
		"upload": func(r room, text string) (string, error) {
			id := r.uploaded("people.xlsx", text).ID
			return id, r.applyAsProposed(id)
		},
		"import": func(r room, text string) (string, error) {
			i, err := r.try("people.xlsx", text)
			return i.ID, err
		},
		"directory": func(r room, text string) (string, error) {
			got, err := r.found("people.xlsx", text)
			return got.Import, err
		},
		"link": func(r room, text string) (string, error) {
			r.Holder = func(context.Context, string) (access.Actor, error) { return owner, nil }
			secret, link := r.address(ops.UploadLinkInput{})
			got, err := r.ReceiveByLink(r.ctx, link.ID, secret, "people.xlsx", strings.NewReader(text))
			if err != nil {
				return "", err
			}
			return got.Import, r.applyAsProposed(got.Import)
		},
	} {
		t.Run(way, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				r := newRoom(t, d, ctx)
				if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
					t.Fatal(err)
				}
				id, err := take(r, workbook(t, map[string][][]any{"Contacts": peopleRows}))
				if err != nil {
					t.Fatal(err)
				}
				i, err := r.Show(ctx, owner, acme, id)
				if err != nil || i.State != ops.Applied || i.Tally.New != 1 || i.Tally.Rejected != 1 {
					t.Fatalf("%v %+v", err, i)
				}
				r.tellsNone("a file", r.stored())
				r.tellsNone("the import", fmt.Sprintf("%+v", i))
				r.tellsNone("what was refused", fmt.Sprintf("%+v", r.rejects(i)))
				r.tellsNone("the evidence", fmt.Sprintf("%+v", r.evidence(i.No)))
				if p, err := r.Preview(ctx, owner, acme, id); err == nil {
					r.tellsNone("the preview", fmt.Sprintf("%+v", p))
				}
				if found := r.foundOf(peopleAddresses, databaseFile(t, d, ctx)); found != nil {
					t.Errorf("found %v", found)
				}
				for _, words := range r.journalWords() {
					r.tellsNone("the record", words)
				}
				if e := r.evidence(i.No); !strings.HasPrefix(e.Contacts[0].Email, "hashed-") {
					t.Errorf("%+v", e.Contacts)
				}
			})
		})
	}
}

// Given hashed addresses, when a workbook is refused, then neither the words nor the log that they go to repeat what is in it.
func TestRefusedWorkbooksRepeatNoAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		for name, rows := range map[string][][]any{
			"unknown columns":      {{"colour", "who"}, {"red", "ann.howe@boreal.example"}},
			"no zone":              {{"contact_id", "email", "created_at"}, {"p1", "ann.howe@boreal.example", "2026-01-02 10:00"}},
			"addresses as columns": {{"ann.howe@boreal.example", "bo.ray@boreal.example"}, {"x", "y"}},
			"no order of days":     {{"contact_id", "email", "created_at"}, {"p1", "ann.howe@boreal.example", "01/02/2026 bo.ray@boreal.example"}},
		} {
			text := workbook(t, map[string][][]any{"Contacts": rows})
			_, err := r.try("people.xlsx", text)
			r.tellsNone(name+": the error", fmt.Sprint(err, fault.All(err)))
			got, err := r.found("people.xlsx", text)
			if got.Message == "" && got.State != ops.Applied {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			r.tellsNone(name+": the message", fmt.Sprint(got.Message, err))
		}
	})
}

// Given workbooks that hide addresses where no cell is, or cut them up, then the file does not keep them either.
func TestAddressesHiddenInAWorkbook(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	r := newRoom(t, d, ctx)
	if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, hide := range map[string]func(f *excelize.File) error{
		"remark": func(f *excelize.File) error {
			return f.AddComment("Contacts", excelize.Comment{Cell: "A1", Author: "x", Paragraph: []excelize.RichTextRun{{Text: "ask ann.howe", Font: &excelize.Font{Bold: true}}, {Text: "@boreal.example"}}})
		},
		"letterings": func(f *excelize.File) error {
			return f.SetCellRichText("Contacts", "D2", []excelize.RichTextRun{{Text: "ann.howe", Font: &excelize.Font{Bold: true}}, {Text: "@boreal.example"}})
		},
		"author": func(f *excelize.File) error {
			return f.SetDocProps(&excelize.DocProperties{Creator: "ann.howe@boreal.example", LastModifiedBy: "bo.ray@boreal.example"})
		},
		"link": func(f *excelize.File) error {
			return f.SetCellHyperLink("Contacts", "A2", "mailto:ann.howe%40boreal.example", "External")
		},
		"hidden sheet": func(f *excelize.File) error {
			if _, err := f.NewSheet("Notes"); err != nil {
				return err
			}
			if err := f.SetCellStr("Notes", "B7", "bo.ray@boreal.example"); err != nil {
				return err
			}
			return f.SetSheetVisible("Notes", false)
		},
		"header": func(f *excelize.File) error {
			return f.SetHeaderFooter("Contacts", &excelize.HeaderFooterOptions{OddHeader: "&Cann.howe@boreal.example"})
		},
		"program's own": func(f *excelize.File) error {
			wide := ""
			for _, c := range "ann.howe@boreal.example" {
				wide += string(c) + "\x00"
			}
			f.Pkg.Store("xl/printerSettings/printerSettings1.bin", []byte("\x01\x02"+wide))
			return nil
		},
		"entities": func(f *excelize.File) error {
			f.Pkg.Store("customXml/item1.xml", []byte(`<x to="bo.ray&#64;boreal.example"/>`))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			f := excelize.NewFile()
			defer f.Close()
			if err := f.SetSheetName("Sheet1", "Contacts"); err != nil {
				t.Fatal(err)
			}
			n++
			for i, row := range [][]any{{"contact_id", "email", "name", "note"}, {fmt.Sprint("p", n), "cy@kestrel.example", "Cy", ""}} {
				at, _ := excelize.CoordinatesToCellName(1, i+1)
				if err := f.SetSheetRow("Contacts", at, &row); err != nil {
					t.Fatal(err)
				}
			}
			if err := hide(f); err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := f.Write(&b); err != nil {
				t.Fatal(err)
			}
			if text := strings.ToLower(unpacked(t, b.Bytes())); !strings.Contains(text, "ann.howe") && !strings.Contains(text, "bo.ray") {
				t.Fatal("the test hides nothing")
			}
			if i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "contacts.xlsx", Reader: &b, Stated: sheetOf("Contacts")}); err != nil || i.Tally.New != 1 {
				t.Fatalf("%v %v %+v", err, fault.All(err), i.Tally)
			}
			r.tellsNone("a file", r.stored())
		})
	}
}

func sheetOf(name string) crm.Stated { return crm.Stated{Sheet: name} }
