package ui

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// verify recomputes the whole chain and compares it with a receipt the person noted earlier, if they give one.
func (p *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	name, err := p.clientName(r, r.PathValue("client"))
	if err != nil {
		return err
	}
	input := kit.Input{}
	var noted []journal.Head
	if text := strings.TrimSpace(r.URL.Query().Get("receipt")); text != "" {
		head, err := parseReceipt(text)
		input = kit.Input{Values: r.URL.Query(), Err: err}
		if err == nil {
			noted = append(noted, head)
		}
	}
	report, err := p.Ops.Verify(r.Context(), actor(r), noted...)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Verify the record", Eyebrow: name, Room: Room, Narrow: true, Status: input.Status(),
		Crumbs: []kit.Link{{Text: "Record", Href: base(r)}},
		Lede:   "Every entry's fingerprint was just computed again from its content and from the entry before it."}
	return web.Render(w, r, view, verifyBody(verdict(report.Break, report.Head, len(noted) > 0), receipt(report.Head), base(r), input))
}

func verdict(b *journal.Break, head journal.Head, compared bool) kit.NoticeView {
	switch {
	case b != nil:
		return kit.NoticeView{Level: kit.Problem, Title: "The record does not hold",
			Text: "Entry " + strconv.FormatInt(b.Seq, 10) + " " + b.Reason + ". Keep this page and tell the other side; compare with a backup."}
	case head.Seq == 0:
		return kit.NoticeView{Level: kit.Info, Title: "Nothing is recorded yet", Text: "There is nothing to verify."}
	case compared:
		return kit.NoticeView{Level: kit.Done, Title: "The record holds, and it holds your receipt",
			Text: "All " + strconv.FormatInt(head.Seq, 10) + " entries fit together, and the entry of your receipt is among them unchanged."}
	default:
		return kit.NoticeView{Level: kit.Done, Title: "The record holds",
			Text: "All " + strconv.FormatInt(head.Seq, 10) + " entries fit together, those you may not read included."}
	}
}

// receipt is the head as a person can note it: "1234:9f86d0…".
func receipt(h journal.Head) string {
	if h.Seq == 0 {
		return ""
	}
	return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash
}

func receiptField() []kit.Field {
	return []kit.Field{{Name: "receipt", Label: "Receipt", Autocomplete: "off", Placeholder: "1234:9f86d081…"}}
}

func parseReceipt(text string) (journal.Head, error) {
	number, hash, ok := strings.Cut(text, ":")
	seq, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	hash = strings.ToLower(strings.TrimSpace(hash))
	if !ok || err != nil || seq < 1 || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return journal.Head{}, fault.New(fault.Invalid, "receipt", "Copy the whole receipt: a number, a colon and 64 letters and digits.").At("receipt")
	}
	return journal.Head{Seq: seq, Hash: hash}, nil
}

// chain is the whole chain as JSON lines, for checking without this program. What the person may not read comes as number and fingerprints.
func (p *Pages) chain(w http.ResponseWriter, r *http.Request) error {
	var begun bool
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return p.Ops.Export(r.Context(), actor(r), func(e journal.Entry) error {
		if !begun {
			begun = true
			web.Attach(w, "record.jsonl", "application/jsonl; charset=utf-8")
		}
		if e.Stub {
			return out.Encode(stub{e.Seq, e.PrevHash, e.Hash, true})
		}
		return out.Encode(e)
	})
}

type stub struct {
	Seq      int64  `json:"seq"`
	PrevHash string `json:"prev_hash"`
	Hash     string `json:"hash"`
	Stub     bool   `json:"stub"`
}
