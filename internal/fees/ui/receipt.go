package ui

import (
	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// receipt is what both sides keep of a locked statement.
type receipt struct {
	facts   []kit.Definition
	command string
}

func (s sheet) receipt() templ.Component {
	if s.State != fees.Locked {
		return templ.NopComponent
	}
	return section("Receipt", receiptBody(receipt{
		facts: []kit.Definition{
			{Term: "Hash", Value: wholeHash(s.Hash)},
			{Term: "Locked", Value: kit.TwoLines(kit.MomentText(s.Life.LockedAt, s.Terms.Zone), "by "+s.Life.LockedBy)},
			{Term: "Payable", Value: kit.Money(s.Split.Payable)},
		},
		command: "ofrecord verify " + s.packName() + " --hash " + s.Hash,
	}))
}

// packName is the name under which the pack is downloaded.
func (s sheet) packName() string {
	return pack.Pack{Revision: s.Revision, Frozen: pack.Frozen{Document: s.Document}}.FileName()
}
