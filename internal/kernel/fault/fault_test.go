package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindSurvivesWrapping(t *testing.T) {
	f := New(Conflict, "statement-locked", "the statement of %s is locked", "March 2026")
	err := fmt.Errorf("dispute line 3: %w", f)
	if KindOf(err) != Conflict || Code(err) != "statement-locked" || !Is(err, Conflict) {
		t.Fatalf("got kind %v code %q", KindOf(err), Code(err))
	}
	if KindOf(errors.New("boom")) != Internal || Is(nil, Internal) {
		t.Fatal("an unknown error is internal, and nil is none")
	}
}

func TestListShowsEveryProblemAtItsPlace(t *testing.T) {
	var l List
	if l.Err() != nil {
		t.Fatal("an empty list is no error")
	}
	l.Add(New(Invalid, "rate", "write a rate such as 3 %%").At("clauses[0].rate").AtLine(12, 5))
	l.Add(New(Invalid, "fee", "write a fee").At("clauses[1].fee"))
	l.Add(New(Invalid, "gates", "write gates").At("clauses[2].gates").In("clause bonus, gates"))
	want := "line 12, column 5: clauses[0].rate: write a rate such as 3 %\nclauses[1].fee: write a fee\nclause bonus, gates: write gates"
	if got := l.Err().Error(); got != want {
		t.Fatalf("got %q", got)
	}
	if len(All(fmt.Errorf("check: %w", l.Err()))) != 3 {
		t.Fatal("all faults are found behind a wrapper")
	}
}

func TestEveryKindHasStatusAndExit(t *testing.T) {
	for k := Internal; k <= Unavailable; k++ {
		if HTTPStatus(k) < 400 || ExitCode(k) < 2 || k.String() == "" {
			t.Errorf("kind %d: status %d, exit %d, name %q", k, HTTPStatus(k), ExitCode(k), k)
		}
	}
	if HTTPStatus(Kind(99)) != 500 {
		t.Error("an unknown kind is internal")
	}
}

func TestCauseIsKeptButNotShown(t *testing.T) {
	cause := errors.New("dial tcp: refused")
	f := New(Unavailable, "database", "the database cannot be reached; try again in a minute").Because(cause)
	if !errors.Is(f, cause) || f.Error() != "the database cannot be reached; try again in a minute" {
		t.Fatal(f.Error())
	}
}

func TestFaultsAreMovedToOtherPlaces(t *testing.T) {
	var l List
	l.Add(New(Invalid, "zone", "state a zone").At("convention.zone"))
	l.Add(New(Invalid, "whole", "the whole is wrong"))
	moved := Moved(fmt.Errorf("import: %w", l), func(place string) string { return "--" + place })
	if got := moved.Error(); got != "--convention.zone: state a zone\nthe whole is wrong" {
		t.Error(got)
	}
	if l[0].Field != "convention.zone" {
		t.Error("the fault itself was changed")
	}
	if err := fmt.Errorf("import: %w", New(Conflict, "busy", "busy")); Moved(err, nil) != err || Moved(nil, nil) != nil {
		t.Error("what has no place stays as it is")
	}
}

func TestCauseIsThereForWhoeverRunsTheInstallation(t *testing.T) {
	refused := errors.New("dial tcp 127.0.0.1:5432: connection refused")
	lost := New(Unavailable, "database", "the database cannot be reached").Because(refused)
	typed := New(Invalid, "address", "write an address").Because(errors.New("ana@"))
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"none", nil, ""},
		{"no fault", refused, ""},
		{"no cause", New(Unavailable, "busy", "busy"), ""},
		{"wrapped", fmt.Errorf("draft: %w", lost), refused.Error()},
		{"joined", errors.Join(errors.New("other"), lost), refused.Error()},
		{"a cause of a cause", New(Unavailable, "session", "no session").Because(fmt.Errorf("read: %w", lost)),
			"read: the database cannot be reached; " + refused.Error()},
		{"lines", New(Internal, "read-only", "x").Because(errors.New("a:\n\tb  c")), "a:; b c"},
		{"what a person wrote", fmt.Errorf("invite: %w", typed), ""},
		{"list", List{typed, lost}, refused.Error()},
	}
	for _, test := range tests {
		if got := Cause(test.err); got != test.want {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}
