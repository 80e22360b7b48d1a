package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/outbound"
)

// pulling is one run of a pull.
type pulling struct {
	*Service
	pull  pullRow
	via   Connection
	in    PullInput
	token string
	spare time.Duration // to wait before the next request, so that the CRM need not say no

	hashing *crm.Hashing // how the client's addresses are kept; nil: as they come
}

// beatEvery is how often a run that waits says that it lives.
const beatEvery = 20 * time.Second

// runPull goes on with the pull to its end, or to where a person must go on. What the CRM refuses for good fails it; anything else leaves it
// to the next run.
func (s *Service) runPull(ctx context.Context, p pullRow, c Connection, in PullInput) error {
	r := &pulling{Service: s, pull: p, via: c, in: in, token: c.Credentials.Token}
	err := r.all(ctx)
	if err == nil || fault.Code(err) == errPullTaken.Code {
		return err
	}
	if fault.Code(err) == "pull-failed" {
		return errors.Join(err, r.fail(context.WithoutCancel(ctx), err))
	}
	return errors.Join(err, r.release(context.WithoutCancel(ctx), err))
}

func (r *pulling) all(ctx context.Context) error {
	var tables []pullTableRow
	err := r.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if r.hashing, err = r.Service.hashing(ctx, tx, r.pull.ClientID); err != nil {
			return err
		}
		tables, err = pullTables(ctx, tx, r.pull.ID)
		return err
	})
	if err != nil {
		return err
	}
	for n, t := range r.via.System.Tables {
		if n >= len(tables) || tables[n].Object != t.Object {
			return r.refused("The tables that are pulled have changed with the program.")
		}
		if tables[n].State != TablePulling {
			continue
		}
		if err := r.table(ctx, t, &tables[n]); err != nil {
			return fmt.Errorf("pull %s: %w", t.Object, err)
		}
	}
	return r.filed(ctx, tables)
}

// table pulls one table from where its cursor stands. Each page is stored with the cursor behind it, in one transaction.
func (r *pulling) table(ctx context.Context, t connect.Table, row *pullTableRow) error {
	at, err := row.cursor()
	if err != nil {
		return err
	}
	for row.State == TablePulling {
		page, v, err := r.page(ctx, t, at)
		if err != nil {
			return err
		}
		next := *row
		lacking := t.Unreadable(page.Next)
		switch {
		case v.Outcome == connect.Absent && t.Optional:
			next.State, next.Message = TableAbsent, r.scrub(v.Words)
		case v.Outcome == connect.Absent:
			return r.refused("The table %s of %s cannot be read. %s", t.Object, r.via.System.Name, v.Words)
		case len(lacking) > 0 && t.Optional:
			next.State, next.Message = TableAbsent, fmt.Sprintf("The fields %s are not shown to this account.", strings.Join(lacking, ", "))
		case len(lacking) > 0:
			return r.refused("The fields %s of %s are not shown to this account, and without them the table says nothing. Let its user read them.", strings.Join(lacking, ", "), t.Object)
		case page.Next.Done:
			next.State = TablePulled
		}
		page.Rows = r.hashed(t.Header(page.Next), page.Rows)
		if err := r.keep(ctx, &next, page); err != nil {
			return err
		}
		*row, at = next, page.Next
	}
	return nil
}

// hashed puts hashes in the place of addresses before a page is stored, so that none of them ever stands in the database.
func (r *pulling) hashed(header []string, rows [][]string) [][]string {
	if r.hashing == nil || r.hashing.KeysOnly {
		return rows
	}
	for _, row := range rows {
		for i := range row {
			if strings.EqualFold(header[i], "email") {
				row[i] = r.hashing.Address(row[i])
				continue
			}
			row[i] = r.hashing.Text(row[i])
		}
	}
	return rows
}

// keep stores a page.
func (r *pulling) keep(ctx context.Context, t *pullTableRow, page connect.Page) error {
	t.Cursor = encode(page.Next)
	if t.Rows += int64(len(page.Rows)); t.Rows > maxRows {
		return r.refused("%s has more than %d rows.", t.Object, maxRows)
	}
	if len(page.Rows) > 0 {
		t.Pages++
	}
	return r.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if len(page.Rows) > 0 {
			row := pullPageRow{PullID: t.PullID, Seq: t.Seq, Page: t.Pages, Body: encode(page.Rows)}
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
		return saveTable(ctx, tx, *t)
	})
}

// write is a transaction of the run: nothing is written when another run has the pull.
func (r *pulling) write(ctx context.Context, work func(ctx context.Context, tx bun.Tx) error) error {
	p := r.pull
	return r.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		p.BeatAt = r.now()
		if err := savePull(ctx, tx, p.Holder, p); err != nil {
			return err
		}
		return work(ctx, tx)
	})
}

// page asks until the answer is there, or it is known that it will not come.
func (r *pulling) page(ctx context.Context, t connect.Table, at connect.Cursor) (connect.Page, connect.Verdict, error) {
	signedIn := false
	for tries := 1; ; tries++ {
		page, v, err := r.try(ctx, t, at)
		switch {
		case err != nil:
			return page, v, err
		case v.Outcome == connect.Fine, v.Outcome == connect.Absent:
			r.spare = v.After
			return page, v, nil
		case v.Outcome == connect.Expired && !signedIn && r.token != "" && r.via.Credentials.Token == "":
			r.token, signedIn, tries = "", true, tries-1
			continue
		case v.Outcome == connect.Lapsed && at.After != "":
			at.After = ""
			continue
		}
		wait, again := v.Wait(tries, r.chance())
		if !again {
			return page, v, r.refused("%s did not give the next page of %s. %s", r.via.System.Name, t.Object, v.Words)
		}
		if err := r.wait(ctx, wait); err != nil {
			return page, v, err
		}
	}
}

// try asks once, signing in before where that is needed.
func (r *pulling) try(ctx context.Context, t connect.Table, at connect.Cursor) (page connect.Page, v connect.Verdict, err error) {
	if err := r.wait(ctx, r.spare); err != nil {
		return page, v, err
	}
	r.spare = 0
	if r.token == "" {
		if v, err = r.signIn(ctx); err != nil || v.Outcome != connect.Fine {
			return page, v, err
		}
	}
	req, err := r.via.System.Ask(t, at)
	if err != nil {
		return page, v, r.refused("%s answered with what cannot be asked on: %v.", r.via.System.Name, err)
	}
	answer, v, err := r.send(ctx, req, r.token)
	if err == nil && v.Outcome == connect.Absent {
		if next, ok := r.via.System.Without(t, at, answer); ok {
			return connect.Page{Next: next}, connect.Verdict{}, nil
		}
	}
	if err != nil || v.Outcome != connect.Fine {
		return page, v, err
	}
	if page, err = r.via.System.Read(t, at, answer); err != nil {
		return page, connect.Verdict{Outcome: connect.Unwell, Words: fmt.Sprintf("Its answer is none of this API: %v.", err)}, nil
	}
	return page, v, nil
}

func (r *pulling) signIn(ctx context.Context) (connect.Verdict, error) {
	req, ok := r.via.System.SignIn(r.via.Credentials)
	if !ok {
		return connect.Verdict{}, r.refused("There is no token for %s.", r.via.System.Name)
	}
	answer, v, err := r.send(ctx, req, "")
	if err != nil || v.Outcome != connect.Fine {
		if v.Outcome == connect.Expired {
			v.Outcome = connect.Refused
		}
		return v, err
	}
	if r.token, err = r.via.System.Token(r.via.To.Base(), answer); err != nil {
		return connect.Verdict{Outcome: connect.Refused, Words: fmt.Sprintf("It did not sign in: %v.", err)}, nil
	}
	return v, nil
}

// send makes one call. What does not arrive whole is as if the CRM were unwell.
func (r *pulling) send(ctx context.Context, req connect.Request, bearer string) (connect.Response, connect.Verdict, error) {
	call := outbound.Call{Method: req.Method, Path: req.Path, Query: req.Query, Bearer: bearer}
	switch {
	case req.Form != nil:
		call.ContentType, call.Body = "application/x-www-form-urlencoded", []byte(req.Form.Encode())
	case req.JSON != nil:
		call.ContentType, call.Body = "application/json", req.JSON
	}
	r.pull.Requests++
	a, err := r.via.To.Do(ctx, call)
	switch {
	case errors.Is(err, outbound.ErrIncomplete):
		return connect.Response{}, connect.Verdict{Outcome: connect.Unwell, Words: "No whole answer arrived: " + strings.TrimPrefix(err.Error(), outbound.ErrIncomplete.Error()+": ") + "."}, nil
	case errors.Is(err, outbound.ErrTooLarge):
		return connect.Response{}, connect.Verdict{Outcome: connect.Refused, Words: "Its answer is too large."}, nil
	case err != nil:
		return connect.Response{}, connect.Verdict{}, err
	}
	answer := connect.Response{Status: a.Status, Header: a.Header.Get, Body: a.Body}
	return answer, r.via.System.Judge(answer, r.now()), nil
}

// wait lets the time pass, and says now and then that the run lives.
func (r *pulling) wait(ctx context.Context, d time.Duration) error {
	for d > 0 {
		step := min(d, beatEvery)
		if err := r.pause(ctx, step); err != nil {
			return err
		}
		if d -= step; d > 0 {
			if err := r.write(ctx, func(context.Context, bun.Tx) error { return nil }); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (s *Service) pause(ctx context.Context, d time.Duration) error {
	if s.Pause != nil {
		return s.Pause(ctx, d)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (r *pulling) chance() byte {
	var b [1]byte
	if _, err := io.ReadFull(r.Random, b[:]); err != nil {
		return 255 // the longest wait is always right
	}
	return b[0]
}

// refused is the end of a pull, with words for people.
func (r *pulling) refused(format string, args ...any) error {
	return fault.New(fault.Unavailable, "pull-failed", "%s", r.scrub(fmt.Sprintf(format, args...)))
}

// scrub takes out of words what opens the CRM, should an answer have repeated it, and what does not belong into a line.
func (r *pulling) scrub(words string) string {
	for _, secret := range append(r.via.Credentials.Secrets(), r.token) {
		if secret != "" {
			words = strings.ReplaceAll(words, secret, "(hidden)")
		}
	}
	return fault.Excerpt(strings.Join(strings.Fields(words), " "), 500)
}

// fail ends the pull. Nothing of it is kept.
func (r *pulling) fail(ctx context.Context, cause error) error {
	r.pull.State, r.pull.Message = PullFailed, r.scrub(told(cause))
	return r.end(ctx, "did not get what it asked of "+r.via.System.Name+": "+r.pull.Message)
}

// end closes the pull and gives it out of hand.
func (r *pulling) end(ctx context.Context, words string) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		p := r.pull
		p.Holder, p.BeatAt = "", r.now()
		if !p.State.Open() {
			p.EndedAt = p.BeatAt
		}
		if err := savePull(ctx, tx, r.pull.Holder, p); err != nil {
			return err
		}
		if !p.State.Open() {
			if err := dropPages(ctx, tx, p.ID); err != nil {
				return err
			}
		}
		return r.recordPull(ctx, tx, p, words)
	})
}

// release leaves the pull to the next run.
func (r *pulling) release(ctx context.Context, cause error) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		p := r.pull
		p.Holder, p.BeatAt, p.Message = "", r.now(), r.scrub(told(cause))
		err := savePull(ctx, tx, r.pull.Holder, p)
		if fault.Code(err) == errPullTaken.Code {
			return nil
		}
		return err
	})
}
