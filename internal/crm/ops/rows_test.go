package ops

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// However a body is read, it says what JSON says; and what is stored is read the short way unless a value needs an escape.
func TestAStoredBodyIsReadAsJSONIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(crm.Kinds()).Draw(t, "kind")
		columns := crm.Columns(k)
		r := crm.Record{Kind: k, ID: "x", Values: make([]string, len(columns))}
		for i := range columns {
			r.Values[i] = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-z0-9 .:{},-]{1,12}`), rapid.String(), rapid.SampledFrom([]string{`"`, `\`, "ü", "<", "\n"})).Draw(t, columns[i])
		}
		body := bodyOf(r)
		got, err := version{ID: "x", Body: body}.record(k)
		if err != nil || !slices.Equal(got.Values, r.Values) {
			t.Fatalf("%s is read as %q, %v", body, got.Values, err)
		}
		plain := slices.IndexFunc([]byte(body), func(c byte) bool { return c == '\\' }) < 0
		if values := make([]string, len(columns)); plainBody(body, columns, values) != plain {
			t.Fatalf("%s is read the short way: %v", body, !plain)
		}

		damaged := []byte(body)
		for range rapid.IntRange(1, 3).Draw(t, "damages") {
			i := rapid.IntRange(0, len(damaged)-1).Draw(t, "at")
			if rapid.Bool().Draw(t, "cut") {
				damaged = append(slices.Delete(damaged, i, i+1), ' ')
				continue
			}
			damaged[i] = rapid.SampledFrom([]byte(`",:{}\a `+"\x80\n")).Draw(t, "byte")
		}
		values, fields := make([]string, len(columns)), map[string]string{}
		if !plainBody(string(damaged), columns, values) {
			return
		}
		if err := json.Unmarshal(damaged, &fields); err != nil {
			t.Fatalf("%s is read: %v", damaged, err)
		}
		for i, c := range columns {
			if values[i] != fields[c] {
				t.Fatalf("%s of %s is read as %q", c, damaged, values[i])
			}
		}
	})
}

func TestMemoryHoldsNoMoreThanItsBytes(t *testing.T) {
	m := &Memory{Bytes: 1000}
	add := func(client string, no, bytes int64) {
		m.keep(&remembered{client: client, importID: client, read: read{evidence: crm.Evidence{AsOf: no}, bytes: map[crm.Kind]int64{crm.KindDeal: bytes}}})
	}
	held := func() (clients []string) {
		for _, r := range m.kept {
			clients = append(clients, r.client)
		}
		return clients
	}
	add("a", 1, 400)
	add("b", 1, 400)
	m.find("", "a", 0)
	add("c", 1, 400)
	if got := held(); !slices.Equal(got, []string{"c", "a"}) {
		t.Errorf("keeps %v, not the last used that have room", got)
	}
	add("large", 1, 1001)
	if got := held(); !slices.Equal(got, []string{"c", "a"}) {
		t.Errorf("keeps %v: what has no room by itself is not kept", got)
	}
	add("a", 2, 1001)
	if got := held(); !slices.Equal(got, []string{"c"}) {
		t.Errorf("keeps %v: what was read of a before has grown out of its room", got)
	}
}
