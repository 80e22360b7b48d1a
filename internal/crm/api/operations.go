// Package api holds the operations of CRM evidence for programs: send a file in, check and apply it, fetch its problems, read deals and any other records as of any
// import, see how far they can be trusted, pull from a CRM. It owns what programs read and write, not the rules (crm/ops).
package api

import (
	"context"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const (
	tag     = "Evidence"
	imports = "/clients/{client}/imports"
	one     = imports + "/{import}"
	deals   = "/clients/{client}/deals"
)

// Operations are the operations of this room.
type Operations struct {
	CRM       *ops.Service
	MaxUpload int64 // bytes of one file; 0: blob.DefaultMaxBytes

	// Zone is that of a client's days, nil where nothing says it.
	Zone func(ctx context.Context, client string) *time.Location
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	o.registerRead(a)
	o.registerImport(a)
	o.registerDeals(a)
	o.registerCompare(a)
	o.registerHygiene(a)
	o.registerRecords(a)
	o.registerPulls(a)
}

// Of names an import in the address.
type Of struct {
	Client string `path:"client" doc:"Id of the client"`
	Import string `path:"import" maxLength:"64" doc:"Number of an applied import, or id of any" example:"7"`
}

// Import is a file on its way into the evidence, or in it.
type Import struct {
	ID         string            `json:"id"`
	Number     int64             `json:"number,omitempty" doc:"Once it is applied; gap-free within the client"`
	State      string            `json:"state" enum:"uploaded,checking,checked,applying,applied"`
	Stalled    bool              `json:"stalled,omitempty" doc:"It is checking or applying, and nobody has worked on it lately"`
	Message    string            `json:"message,omitempty" doc:"What went wrong last"`
	Kind       string            `json:"kind,omitempty" doc:"What the rows are; absent for a table that others look things up in"`
	Profile    string            `json:"profile,omitempty" doc:"The system that the file comes from"`
	Object     string            `json:"object,omitempty" doc:"The table of that system"`
	Columns    map[string]string `json:"columns,omitempty" doc:"Which header holds which field"`
	Filename   string            `json:"filename"`
	SHA256     string            `json:"sha256" doc:"Of the file as it arrived"`
	Progress   Progress          `json:"progress"`
	Tally      ops.Tally         `json:"tally" doc:"What applying would do, has done so far, or did"`
	UploadedAt time.Time         `json:"uploaded_at"`
	UploadedBy string            `json:"uploaded_by"`
	AppliedAt  *time.Time        `json:"applied_at,omitempty"`
	Reads      []int64           `json:"reads,omitempty" doc:"Numbers of the imports that were looked up beside the file"`
}

// Progress is how far a check or an import is.
type Progress struct {
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"`
	Of    int64 `json:"of" doc:"Bytes of the file"`
}

func importOf(i ops.Import) Import {
	out := Import{
		ID: i.ID, Number: i.No, State: string(i.State), Stalled: i.Stalled, Message: i.Message, Kind: string(i.Kind), Profile: string(i.Mapping.Profile),
		Object: i.Mapping.Object, Columns: i.Mapping.Columns, Filename: i.Filename, SHA256: i.SHA256, Progress: Progress{i.RowsDone, i.BytesDone, i.Bytes},
		Tally: i.Tally, UploadedAt: i.UploadedAt, UploadedBy: i.ActorName, AppliedAt: instant(i.AppliedAt),
	}
	for _, r := range i.SideReads {
		out.Reads = append(out.Reads, r.No)
	}
	return out
}

// Money is an amount in one currency.
type Money struct {
	Amount   string `json:"amount" doc:"Exact decimal" example:"14000.00"`
	Currency string `json:"currency" doc:"ISO 4217" example:"USD"`
}

func moneyOf(a money.Amount) Money { return Money{a.String(), string(a.Currency)} }

// known is the amount, or nil for one that nobody knows.
func known(a money.Amount, is bool) *Money {
	if !is {
		return nil
	}
	m := moneyOf(a)
	return &m
}

// dayOf is empty for a day that nobody knows.
func dayOf(d cal.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// instant is nil for a time that nobody knows.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
