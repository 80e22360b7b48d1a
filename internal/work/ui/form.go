package ui

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

const longestValue = 128 << 10

// readForm reads what a form sent, with its files. Faults: Invalid for a form that did not arrive whole, TooLarge.
func readForm(r *http.Request) (url.Values, []ops.NewFile, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		values, err := web.ReadForm(r)
		return values, nil, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, broken(err)
	}
	values, files := url.Values{}, []ops.NewFile(nil)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, files, nil
		}
		if err != nil {
			return values, files, broken(err)
		}
		if part.FileName() != "" {
			f, err := readFile(part)
			if err != nil {
				return values, files, err
			}
			if files = append(files, f); len(files) > ops.MaxFiles+1 {
				return values, files, nil // that they are too many is said with the rest
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, longestValue+1))
		switch {
		case err != nil:
			return values, files, broken(err)
		case len(text) > longestValue:
			return values, files, fault.New(fault.TooLarge, "form-size", "A text of this form is longer than any that is kept.").At(part.FormName())
		case !web.Storable(string(text)) || !web.Storable(part.FormName()):
			return values, files, fault.New(fault.Invalid, "unprintable", "This holds a sign that no text can keep; type it again rather than paste it.").At(part.FormName())
		}
		values.Add(part.FormName(), strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
}

func readFile(part *multipart.Part) (ops.NewFile, error) {
	content, err := io.ReadAll(io.LimitReader(part, ops.MaxFile+1))
	if err != nil {
		return ops.NewFile{}, broken(err)
	}
	if len(content) > ops.MaxFile { // the rest of it is not read: what is kept suffices to refuse it
		if _, err := io.Copy(io.Discard, part); err != nil {
			return ops.NewFile{}, broken(err)
		}
	}
	field, ofBrief := strings.CutPrefix(part.FormName(), "brief.")
	if !ofBrief {
		field = ""
	}
	return ops.NewFile{Name: part.FileName(), Field: field, Content: bytes.NewReader(content)}, nil
}

func broken(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return err
	}
	return fault.New(fault.Invalid, "form-incomplete", "The form did not arrive whole. Choose the files again and send it again.").Because(err)
}

// correctable: the form is shown again with what was typed.
func correctable(err error) bool {
	return web.Correctable(err) || fault.Is(err, fault.TooLarge)
}
