package pack_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// FuzzVerify changes one file of a pack at one place, zips it again, and verifies: whatever was changed is found.
func FuzzVerify(f *testing.F) {
	p := worked(f, "worked-month", "2026-03")
	sound := files(f, p)
	for i := range sound {
		f.Add(uint8(i), uint16(10), uint16(1), []byte("{},"))
		f.Add(uint8(i), uint16(0), uint16(60000), []byte(""))
	}
	f.Fuzz(func(t *testing.T, which uint8, at, cut uint16, put []byte) {
		list := slices.Clone(sound)
		i := int(which) % len(list)
		body := list[i].Body
		from := min(int(at), len(body))
		list[i].Body = slices.Concat(body[:from], put, body[min(from+int(cut), len(body)):])
		zip := zipped(t, list)
		r, err := pack.Verify(t.Context(), bytes.NewReader(zip), int64(len(zip)), p.Hash)
		switch same := bytes.Equal(body, list[i].Body); {
		case err != nil && len(fault.All(err)) == 0:
			t.Fatalf("no fault: %v", err)
		case same != (err == nil && r.OK()):
			t.Fatalf("%s, same: %v, %v, %+v", list[i].Name, same, err, r.Findings)
		}
	})
}

// FuzzZip verifies what may be no zip at all.
func FuzzZip(f *testing.F) {
	p := worked(f, "proration-none", "2026-03")
	f.Add(zipped(f, files(f, p)))
	f.Add(zipped(f, files(f, p)[:2]))
	f.Add(zipped(f, []pack.File{{Name: "manifest.json", Body: []byte(`{"format":"ofrecord pack","version":1}`)}}))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := pack.Verify(t.Context(), bytes.NewReader(body), int64(len(body)), ""); err != nil && len(fault.All(err)) == 0 {
			t.Fatalf("no fault: %v", err)
		}
	})
}

// FuzzReadInputs reads one file of any content in the place of one of a pack's. Whatever is wrong is a fault.
func FuzzReadInputs(f *testing.F) {
	p := worked(f, "worked-month", "2026-03")
	names := []string{"facts/payments.csv", "facts/changes.json", "facts/companies.csv"}
	for _, in := range p.Inputs {
		names = append(names, in.Name)
		f.Add(uint8(len(names)-1), in.Body)
	}
	f.Add(uint8(0), []byte("payment_id,deal_id,paid_on,amount,currency\np,D1,2026-03-05,1.00,USD\n"))
	f.Add(uint8(slices.Index(names, "facts/settled.json")), []byte(`[{"id":"x","period":{"from":"2026-01-01","to":"2026-02-01"},"lines":[{"clause":"share","kind":"deal","minor":1}]}]`))
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		name := names[int(which)%len(names)]
		inputs := slices.DeleteFunc(slices.Clone(p.Inputs), func(in pack.File) bool { return in.Name == name })
		_, _, _, err := pack.ReadInputs(append(inputs, pack.File{Name: name, Body: body}))
		if err != nil && len(fault.All(err)) == 0 {
			t.Fatalf("no fault: %v", err)
		}
	})
}
