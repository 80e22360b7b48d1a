package ui

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// download is what the filters show, all pages of it, oldest first. Cells that a spreadsheet would take for a formula are made harmless.
func (p *Pages) download(w http.ResponseWriter, r *http.Request, filter ops.Filter) error {
	out := csv.NewWriter(w)
	begin := func() error {
		web.Attach(w, "record.csv", "text/csv; charset=utf-8")
		return out.Write([]string{"number", "at_utc", "person", "person_id", "action", "client_id", "subject_kind", "subject_id", "subject",
			"words", "before", "after", "internal", "previous_hash", "hash"})
	}
	begun := false
	err := p.Ops.Each(r.Context(), actor(r), filter, func(e journal.Entry) error {
		if !begun {
			begun = true
			if err := begin(); err != nil {
				return err
			}
		}
		return out.Write(cells(e))
	})
	if err == nil && !begun {
		err = begin()
	}
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}

func cells(e journal.Entry) []string {
	row := []string{strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(time.RFC3339Nano), e.ActorName, e.ActorID, e.Action, e.Client,
		e.Subject.Kind, e.Subject.ID, e.Subject.Name, e.Words, e.Before, e.After, strconv.FormatBool(e.Internal), e.PrevHash, e.Hash}
	for i, c := range row {
		row[i] = csvin.Neutralise(c)
	}
	return row
}
