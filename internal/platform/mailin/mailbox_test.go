package mailin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/mailin"
	"github.com/ofrecord/ofrecord/internal/platform/mailin/mailboxtest"
)

// taking remembers what it was given, as whoever takes mail in does.
type taking struct {
	places map[string]bool
	got    []string
	err    error
}

func (k *taking) look(t *testing.T, b mailin.Mailbox) (int, error) {
	t.Helper()
	return b.Look(t.Context(), func([]string) (map[string]bool, error) { return k.places, nil }, func(f mailin.Fetched) (bool, error) {
		if k.err != nil {
			return false, k.err
		}
		k.places[f.Place] = true
		k.got = append(k.got, string(f.Raw))
		return f.Raw == nil, nil
	})
}

func TestAMailboxHandsOverEachMessageOnce(t *testing.T) {
	s := mailboxtest.Start(t, "INBOX", "Done")
	for _, done := range []string{"", "Done"} {
		box := s.Mailbox()
		box.Done = done
		k := &taking{places: map[string]bool{}}
		for i := range 3 {
			s.Deliver("INBOX", fmt.Sprintf("Subject: %s %d\r\n\r\nx", done, i))
		}
		if n, err := k.look(t, box); n != 3 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		if n, err := k.look(t, box); n != 0 || err != nil || len(k.got) != 3 || k.got[0] != fmt.Sprintf("Subject: %s 0\r\n\r\nx", done) {
			t.Errorf("%d, %v: %q", n, err, k.got)
		}
	}
	if in, done := s.Messages("INBOX"), s.Messages("Done"); in != 3 || done != 3 {
		t.Errorf("%d are in the inbox, %d were moved", in, done)
	}
}

// Whoever is stopped after taking and before marking goes on with marking; a message that cannot be taken comes again.
func TestAStopLosesNoMessage(t *testing.T) {
	s := mailboxtest.Start(t, "INBOX", "Done")
	box := s.Mailbox()
	box.Done = "Nowhere" // the move fails, after the message was taken
	k := &taking{places: map[string]bool{}}
	s.Deliver("INBOX", "Subject: one\r\n\r\nx")
	if _, err := k.look(t, box); err == nil || len(k.got) != 1 {
		t.Fatalf("%v, %q", err, k.got)
	}
	box.Done = "Done"
	s.Deliver("INBOX", "Subject: two\r\n\r\nx")
	k.err = errors.New("the disk is full")
	if _, err := k.look(t, box); !errors.Is(err, k.err) {
		t.Fatal(err)
	}
	k.err = nil
	if n, err := k.look(t, box); n != 1 || err != nil || strings.Join(k.got, "|") != "Subject: one\r\n\r\nx|Subject: two\r\n\r\nx" || s.Messages("Done") != 2 {
		t.Errorf("%d, %v: %q", n, err, k.got)
	}
}

func TestAHugeMessageIsNotFetched(t *testing.T) {
	s := mailboxtest.Start(t, "INBOX", "Done")
	s.Deliver("INBOX", "From: Pia <pia@acme.example>\r\nSubject: huge\r\n\r\n"+strings.Repeat("x", mailin.MaxMessage))
	box := s.Mailbox()
	box.Done = "Done"
	var got mailin.Fetched
	n, err := box.Look(t.Context(), func([]string) (map[string]bool, error) { return nil, nil }, func(f mailin.Fetched) (bool, error) { got = f; return true, nil })
	if err != nil || n != 1 || got.Raw != nil || got.From != "pia@acme.example" || got.Subject != "huge" || got.Size < mailin.MaxMessage || s.Messages("INBOX") != 1 {
		t.Errorf("%d, %v: %s %s %d", n, err, got.From, got.Subject, got.Size)
	}
}

func TestAMailboxIsReachedByTLSAlone(t *testing.T) {
	s := mailboxtest.Start(t, "INBOX")
	for name, change := range map[string]func(*mailin.Mailbox){
		"whom the machine does not trust": func(b *mailin.Mailbox) { b.Roots = nil },
		"a wrong password":                func(b *mailin.Mailbox) { b.Password = "x" },
		"no such folder":                  func(b *mailin.Mailbox) { b.Folder = "None" },
	} {
		box := s.Mailbox()
		change(&box)
		if _, err := (&taking{places: map[string]bool{}}).look(t, box); err == nil || strings.Contains(err.Error(), mailboxtest.Password) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Mailbox().Look(ctx, nil, nil); err == nil {
		t.Error("looked after the end")
	}
}
