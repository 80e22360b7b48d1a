package journal

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 123456789, time.FixedZone("CET", 3600))

func chainOf(n int) []Entry {
	var head Head
	var out []Entry
	for i := range n {
		e := Seal(head, Entry{At: noon, ActorID: "acc_1", ActorName: "Ada", Action: "statement.lock", Client: "c1",
			Subject: Subject{"statement", fmt.Sprint("stm_", i), "March"}, Words: "locked March", After: `{"state":"locked"}`})
		head = Head{e.Seq, e.Hash}
		out = append(out, e)
	}
	return out
}

func TestSealCutsTimeToWhatTheDatabaseKeeps(t *testing.T) {
	e := chainOf(1)[0]
	if want := time.Date(2026, 3, 2, 11, 0, 0, 123456000, time.UTC); e.At != want {
		t.Errorf("got %v, want %v", e.At, want)
	}
}

// The encoding is a promise to everybody who kept a head: it must never change for this format.
func TestHashIsFixed(t *testing.T) {
	const want = "11f3f7888469e4df8799cd4711cdf2b70186f8dd5d096b8fb78425d7069c6539"
	if got := chainOf(2)[1].Hash; got != want {
		t.Errorf("got %s", got)
	}
}

func TestVerifyFindsTheFirstBreak(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func([]Entry) []Entry
		seq    int64
	}{
		{"nothing done", func(e []Entry) []Entry { return e }, 0},
		{"words altered", func(e []Entry) []Entry { e[2].Words = "did nothing"; return e }, 3},
		{"marked as not internal", func(e []Entry) []Entry { e[2].Internal = !e[2].Internal; return e }, 3},
		{"text moved between fields", func(e []Entry) []Entry { e[2].ActorID, e[2].ActorName = "acc_1A", "da"; return e }, 3},
		{"altered and hashed anew", func(e []Entry) []Entry { e[2].Words = "x"; e[2].Hash = digest(e[2]); return e }, 4},
		{"one taken out", func(e []Entry) []Entry { return slices.Delete(e, 2, 3) }, 3},
		{"first taken out", func(e []Entry) []Entry { return e[1:] }, 1},
		{"two exchanged", func(e []Entry) []Entry { e[1], e[2] = e[2], e[1]; return e }, 2},
		{"one twice", func(e []Entry) []Entry { return slices.Insert(e, 2, e[1]) }, 2},
		{"another chain's entry put in", func(e []Entry) []Entry {
			e[2] = Seal(Head{2, "0"}, e[2])
			return e
		}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := Verify(c.tamper(chainOf(5)))
			if got := seqOf(b); got != c.seq {
				t.Errorf("got break at %d (%v), want %d", got, b, c.seq)
			}
		})
	}
}

func seqOf(b *Break) int64 {
	if b == nil {
		return 0
	}
	return b.Seq
}

func TestAChainWithWithheldEntriesStillVerifies(t *testing.T) {
	entries := chainOf(5)
	entries[1], entries[3] = Withhold(entries[1]), Withhold(entries[3])
	var c Chain
	for _, e := range entries {
		if b := c.Add(e); b != nil {
			t.Fatal(b)
		}
	}
	if c.Stubs() != 2 || c.Head().Seq != 5 {
		t.Errorf("got %d stubs, head %+v", c.Stubs(), c.Head())
	}
	if diff := cmp.Diff(Entry{Seq: 2, PrevHash: entries[1].PrevHash, Hash: entries[1].Hash, Stub: true}, entries[1]); diff != "" {
		t.Errorf("a withheld entry tells more than its place:\n%s", diff)
	}
	entries[3].Hash = entries[0].Hash
	if b := Verify(entries); seqOf(b) != 5 {
		t.Errorf("a forged stub is found at the entry after it, got %v", b)
	}
}

// Whatever single field is altered, the chain breaks at that entry or the next.
func TestNoAlterationGoesUnnoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := chainOf(6)
		i := rapid.IntRange(0, 4).Draw(t, "entry")
		e := &entries[i]
		field := rapid.SampledFrom([]*string{&e.ActorID, &e.ActorName, &e.Action, &e.Client, &e.Subject.Kind, &e.Subject.ID,
			&e.Subject.Name, &e.Words, &e.Before, &e.After, &e.PrevHash, &e.Hash}).Draw(t, "field")
		was := *field
		*field = rapid.String().Draw(t, "forged")
		b := Verify(entries)
		if *field == was && b != nil {
			t.Fatalf("a sound chain breaks: %v", b)
		}
		if *field != was && (b == nil || b.Seq != e.Seq) {
			t.Fatalf("altering entry %d is found at %d", e.Seq, seqOf(b))
		}
	})
}

func TestSnapshotIsCanonical(t *testing.T) {
	type terms struct {
		Zeta  string         `json:"zeta"`
		Alpha map[string]any `json:"alpha"`
		Big   int64          `json:"big"`
	}
	got := Snapshot(terms{Zeta: "<a> & b", Alpha: map[string]any{"y": 1, "x": []int{2, 1}}, Big: 9007199254740993})
	if want := `{"alpha":{"x":[2,1],"y":1},"big":9007199254740993,"zeta":"<a> & b"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if Snapshot(nil) != "" {
		t.Error("nothing is the empty text")
	}
}

func TestChanges(t *testing.T) {
	before := `{"state":"draft","lines":[{"text":"Retainer","amount":100}],"note":"x","same":1}`
	after := `{"state":"locked","lines":[{"text":"Retainer","amount":120},{"text":"Media"}],"same":1}`
	want := []Change{
		{"lines[0].amount", "100", "120"},
		{"lines[1].text", "", "Media"},
		{"note", "x", ""},
		{"state", "draft", "locked"},
	}
	if diff := cmp.Diff(want, Changes(before, after)); diff != "" {
		t.Error(diff)
	}
	if got := Changes("", ""); got != nil {
		t.Errorf("got %v", got)
	}
	long := Changes("", `{"lines":["a","b","c","d","e","f","g","h","i","j","k"]}`)
	if long[1].Field != "lines[1]" || long[10].Field != "lines[10]" {
		t.Errorf("the tenth stands before the second: %v", long)
	}
}
