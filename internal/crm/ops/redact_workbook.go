package ops

import (
	"archive/zip"
	"bytes"
	"context"
	"html"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// textParts are the parts of a workbook that hold texts. What stands in the place of an address has no letter that XML would escape.
var textParts = []string{".xml", ".rels", ".vml"}

// workbook puts a copy of a workbook into the store with hashes in the place of addresses; one in which some remain, such as an address in two letterings, is removed.
func (r redactor) workbook(ctx context.Context, files *blob.Store, sha string) (ref blob.Ref, changed bool, err error) {
	if r.hashing == nil {
		return ref, false, nil
	}
	f, err := files.Get(sha)
	if err != nil {
		return ref, false, err
	}
	content, err := io.ReadAll(f)
	if err = firstOf(err, f.Close()); err != nil {
		return ref, false, err
	}
	var out bytes.Buffer
	if changed, err = r.parts(content, &out); err != nil {
		return removed(ctx, files, nil) // nobody can tell what is in it
	}
	if changed {
		content = out.Bytes()
	}
	switch left, err := r.addressed(content); {
	case err != nil || left || r.hidden(content):
		return removed(ctx, files, nil)
	case !changed:
		return ref, false, nil
	}
	ref, _, err = files.Put(ctx, &out)
	return ref, true, err
}

func firstOf(errs ...error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	return errs[i]
}

// parts copies a workbook part by part.
func (r redactor) parts(content []byte, to io.Writer) (changed bool, err error) {
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return false, err
	}
	out := zip.NewWriter(to)
	for _, part := range in.File {
		if !slices.Contains(textParts, strings.ToLower(path.Ext(part.Name))) {
			if err := out.Copy(part); err != nil {
				return changed, err
			}
			continue
		}
		from, err := part.Open()
		if err != nil {
			return changed, err
		}
		text, err := io.ReadAll(from)
		if err = firstOf(err, from.Close()); err != nil {
			return changed, err
		}
		is := r.hashing.Addresses(string(text))
		changed = changed || is != string(text)
		w, err := out.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate, Modified: part.Modified})
		if err == nil {
			_, err = io.WriteString(w, is)
		}
		if err != nil {
			return changed, err
		}
	}
	return changed, out.Close()
}

var (
	hashesInText = regexp.MustCompile(`hashed-[0-9a-f]{32}@[\p{L}\p{N}.-]*`)
	blockEnds    = regexp.MustCompile(`</(?:\w+:)?(?:si|c|row|comment|threadedComment|p|text|oddHeader|oddFooter)>`)
	anyTag       = regexp.MustCompile(`<[^>]*>`)
)

// hidden says whether an address remains where no cell is: cut up by the letterings of a remark, written with entities, in what a program put beside the sheets. What is packed once
// more, such as macros, is not looked into, and does not stay.
func (r redactor) hidden(content []byte) bool {
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return true
	}
	for _, part := range in.File {
		from, err := part.Open()
		if err != nil {
			return true
		}
		raw, err := io.ReadAll(from)
		if err = firstOf(err, from.Close()); err != nil || strings.Contains(part.Name, "vbaProject") || strings.Contains(part.Name, "embeddings/") {
			return true
		}
		text := string(raw)
		if !slices.Contains(textParts, strings.ToLower(path.Ext(part.Name))) {
			if r.holds(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), " ")) && !image(part.Name) {
				return true
			}
			continue
		}
		if r.holds(html.UnescapeString(text)) || r.holds(html.UnescapeString(anyTag.ReplaceAllString(blockEnds.ReplaceAllString(text, "\n"), ""))) {
			return true
		}
	}
	return false
}

// holds says whether a text holds an address that is not hashed.
func (r redactor) holds(text string) bool {
	if !crm.MayHoldAddress(text) {
		return false
	}
	text = hashesInText.ReplaceAllString(text, " ")
	return r.hashing.Addresses(text) != text
}

// image reports a picture, whose bytes are no text.
func image(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bmp", ".tiff"}, strings.ToLower(path.Ext(name)))
}

// addressed says whether a cell of any sheet still holds an address.
func (r redactor) addressed(content []byte) (bool, error) {
	sheets, err := csvin.Sheets(bytes.NewReader(content))
	if err != nil {
		return false, err
	}
	for _, sheet := range sheets {
		table, err := csvin.Open(bytes.NewReader(content), csvin.Options{Sheet: sheet.Name})
		if err != nil {
			continue // an empty sheet has no header
		}
		cells := slices.Clone(table.Header())
		for {
			if slices.ContainsFunc(append(cells, table.Layout().Preamble...), func(c string) bool { return crm.MayHoldAddress(c) && r.hashing.Addresses(c) != c }) {
				return true, nil
			}
			if !table.Next() {
				break
			}
			cells = slices.Clone(table.Row().Cells)
		}
	}
	return false, nil
}
