package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// ReadForm reads what a form without files sent. Values are trimmed of space around them. Faults: TooLarge, Invalid.
// A form with files is read part by part through r.MultipartReader.
func ReadForm(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return nil, err
		}
		return nil, fault.New(fault.Invalid, "form", "the form did not arrive whole; go back and send it again").Because(err)
	}
	for name, values := range r.PostForm {
		if !Storable(name) {
			return nil, notStorable()
		}
		for i, v := range values {
			if !utf8.ValidString(v) {
				return nil, fault.New(fault.Invalid, "encoding", "the form holds text that is not UTF-8; type it again rather than paste it")
			}
			if !Storable(v) {
				return nil, notStorable().At(name)
			}
			values[i] = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n"))
		}
	}
	return r.PostForm, nil
}

// Storable reports whether every engine can keep the text: it is UTF-8 and has no NUL.
func Storable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

func notStorable() *fault.Fault {
	return fault.New(fault.Invalid, "unprintable", "this holds a sign that no text can keep; type it again rather than paste it")
}

// askable refuses an address or a query with what nothing here can be named. Faults: NotFound, Invalid.
func askable(r *http.Request) error {
	if !Storable(r.URL.Path) {
		return nothingHere()
	}
	for name, values := range r.URL.Query() {
		for _, v := range append(values, name) {
			if !Storable(v) {
				return notStorable()
			}
		}
	}
	return nil
}

// Correctable reports whether the person can mend the error in the form it came from: render the form again with the
// input and the faults at their fields, with status 422 or 409.
func Correctable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict)
}
