package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// filed makes uploads of the tables, all of which are there, and applies them in their order as far as mappings are kept.
func (r *pulling) filed(ctx context.Context, tables []pullTableRow) error {
	if r.pull.State == Pulling {
		r.pull.State = PullFiling
		if err := r.write(ctx, func(context.Context, bun.Tx) error { return nil }); err != nil {
			return err
		}
	}
	for n := range tables {
		if tables[n].State != TablePulled {
			continue
		}
		t := r.via.System.Tables[n]
		back, err := r.again(ctx, t, &tables[n], tables[:n])
		if back {
			err = r.table(ctx, t, &tables[n])
		}
		if err == nil && tables[n].State == TablePulled {
			err = r.file(ctx, t, &tables[n], tables[:n])
		}
		if err != nil {
			return fmt.Errorf("file %s: %w", tables[n].Object, err)
		}
	}
	state := PullDone
	for n := range tables {
		if err := r.settle(ctx, &tables[n]); err != nil {
			return fmt.Errorf("apply %s: %w", tables[n].Object, err)
		}
		if tables[n].State == TableWaiting {
			state = PullWaiting
			break
		}
	}
	r.pull.State = state
	return r.end(ctx, r.endWords(tables))
}

// file puts a table into the store of files and notes it as an upload, unless nothing has changed since it was applied last.
func (r *pulling) file(ctx context.Context, t connect.Table, row *pullTableRow, before []pullTableRow) error {
	g, err := r.gather(ctx, r.pull, t, *row)
	if err != nil {
		return err
	}
	next := *row
	if g.blank() {
		next.State = TableBlank
		return r.turn(ctx, row, next, nil)
	}
	if err := g.meet(ctx, r.pull, before); err != nil {
		return err
	}
	files, err := r.files(ctx)
	if err != nil {
		return err
	}
	ref, existed, err := put(ctx, files, g)
	if err != nil {
		return err
	}
	same, ok, err := r.sameAsBefore(ctx, t, ref.SHA256, before)
	switch {
	case err != nil:
		return err
	case ok:
		next.State, next.ImportID = TableUnchanged, same
		if err := r.turn(ctx, row, next, nil); err != nil || existed {
			return err
		}
		return r.removeUnused(ctx, ref.SHA256) // in its place stands one without people who were erased
	}
	upload := uploadRow{ID: r.id("imp"), ClientID: r.pull.ClientID, Filename: pulledName(r.pull, t), SHA256: ref.SHA256, Bytes: ref.Bytes,
		ActorID: r.pull.ActorID, ActorName: r.pull.ActorName, CreatedAt: r.now()}
	next.State, next.ImportID = TableFiled, upload.ID
	if g.manyGone() {
		next.State = TableWaiting
		next.Message = fmt.Sprintf("%d of %d rows that were there before are gone. Apply the file if they are gone from the CRM; else discard it, and let the user of the app see them.", len(g.gone), g.known)
	}
	return r.turn(ctx, row, next, &upload)
}

func put(ctx context.Context, files *blob.Store, g *gathering) (ref blob.Ref, existed bool, err error) {
	from, to := io.Pipe()
	go func() { _ = to.CloseWithError(g.write(ctx, to)) }() // the reader is given the error
	ref, existed, err = files.Put(ctx, from)
	return ref, existed, errors.Join(err, from.Close())
}

// pulledName says where a file came from: "hubspot-deals-20261101-0600.csv".
func pulledName(p pullRow, t connect.Table) string {
	return fmt.Sprintf("%s-%s-%s.csv", p.System, t.Object, p.BeganAt.UTC().Format("20060102-1504"))
}

// turn notes what became of a table, with its upload if it has one. Its pages are of no more use then.
func (r *pulling) turn(ctx context.Context, row *pullTableRow, next pullTableRow, upload *uploadRow) error {
	err := r.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if upload != nil {
			if _, err := tx.NewInsert().Model(upload).Exec(ctx); err != nil {
				return err
			}
			progress := progressRow{ImportID: upload.ID, ClientID: upload.ClientID, State: Uploaded, BeatAt: r.now()}
			if _, err := tx.NewInsert().Model(&progress).Exec(ctx); err != nil {
				return err
			}
		}
		if _, err := tx.NewDelete().Model((*pullPageRow)(nil)).Where("pull_id = ? AND seq = ?", row.PullID, row.Seq).Exec(ctx); err != nil {
			return err
		}
		return saveTable(ctx, tx, next)
	})
	if err == nil {
		*row = next
	}
	return err
}

// sameAsBefore finds the newest import of the table when it is of this very file, read as is kept, and nothing that it is read beside has changed.
func (r *pulling) sameAsBefore(ctx context.Context, t connect.Table, sha string, before []pullTableRow) (id string, ok bool, err error) {
	for _, b := range before {
		if o, _ := crm.ObjectOf(r.pull.System, b.Object); (o.Kind == "" || b.Object == "Lead") && b.ImportID != "" && b.State != TableUnchanged {
			return "", false, nil
		}
	}
	var found importRow
	var kept mappingRow
	came := false
	err = r.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		kept = mappingRow{}
		found, ok, err = newestOfTable(ctx, tx, r.pull.ClientID, r.pull.System, t.Object)
		if err != nil {
			return err
		}
		if ok {
			came, err = tx.NewSelect().TableExpr("crm_arrival").Where("import_id = ? AND sha256 = ?", found.ID, sha).Exists(ctx)
			if err != nil {
				return err
			}
		}
		kept, err = readMapping(ctx, tx, r.pull.ClientID, pullMapping(r.pull.System, t.Object))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	if err != nil || !ok || found.SHA256 != sha && !came || found.Mapping != kept.Mapping {
		return "", false, err
	}
	return found.ID, true, nil
}

// acting is who the imports of the pull are by: the right to them was decided when it began.
func (r *pulling) acting() access.Actor {
	a := access.Machine("", r.pull.ActorName)
	a.Account = r.pull.ActorID
	return a
}

// settle applies a filed table by its kept mapping, or leaves it to a person.
func (r *pulling) settle(ctx context.Context, row *pullTableRow) error {
	if row.State != TableFiled && row.State != TableWaiting {
		return nil
	}
	next := *row
	i, err := r.Show(ctx, r.acting(), r.pull.ClientID, row.ImportID)
	switch {
	case fault.Is(err, fault.NotFound):
		next.State, next.Message = TableDiscarded, ""
		return r.turn(ctx, row, next, nil)
	case err != nil:
		return err
	case i.State == Applied:
		next.State, next.Message = TableApplied, ""
		return r.turn(ctx, row, next, nil)
	case i.State == Applying:
		_, err = r.Finish(ctx, r.acting(), r.pull.ClientID, row.ImportID)
	case row.State == TableWaiting, i.State == Checking:
		next.State = TableWaiting
		return r.turn(ctx, row, next, nil)
	default:
		err = r.apply(ctx, row)
	}
	switch {
	case err == nil:
		next.State, next.Message = TableApplied, ""
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound), fault.Is(err, fault.TooLarge):
		next.State, next.Message = TableWaiting, r.scrub(allWords(err))
	default:
		return err
	}
	return r.turn(ctx, row, next, nil)
}

func allWords(err error) string {
	var words []string
	for _, f := range fault.All(err) {
		words = append(words, f.Message)
	}
	return strings.Join(words, " ")
}

// apply reads the table as is kept for it. Faults: NotFound and Invalid, with words, when a person must say how it is read.
func (r *pulling) apply(ctx context.Context, row *pullTableRow) error {
	client, name := r.pull.ClientID, pullMapping(r.pull.System, row.Object)
	var m crm.Mapping
	err := r.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		kept, err := readMapping(ctx, tx, client, name)
		if err == nil {
			m, err = decodeMapping(kept.Mapping)
		}
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound) && !r.in.Settle:
		return fault.New(fault.NotFound, "mapping", "Nobody has said yet how this table is read. Map and apply it once; later pulls then read it the same way.")
	case fault.Is(err, fault.NotFound):
		if m, err = r.statedFor(ctx, row); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	if err := r.SetMapping(ctx, r.acting(), client, row.ImportID, m, ""); err != nil {
		return err
	}
	_, err = r.Apply(ctx, r.acting(), client, row.ImportID)
	return err
}

// statedFor is the mapping that the table's columns settle together with what is stated, of which it takes what concerns it.
func (r *pulling) statedFor(ctx context.Context, row *pullTableRow) (m crm.Mapping, err error) {
	p, err := r.Preview(ctx, r.acting(), r.pull.ClientID, row.ImportID)
	if err != nil {
		return m, err
	}
	at := slices.IndexFunc(p.Candidates, func(c crm.Candidate) bool {
		return c.Mapping.Profile == r.pull.System && c.Mapping.Object == row.Object
	})
	if at < 0 {
		return m, fault.New(fault.Invalid, "file-unknown", "The columns that were pulled do not fit the table %s.", row.Object)
	}
	return p.settled(p.Candidates[at].Mapping, r.in.Stated.For(r.pull.System, row.Object))
}

// endWords tells the record what a pull came to.
func (r *pulling) endWords(tables []pullTableRow) string {
	count := map[TableState]int{}
	for _, t := range tables {
		count[t.State]++
	}
	words := fmt.Sprintf("pulled from %s: %d tables applied, %d unchanged", r.via.System.Name, count[TableApplied], count[TableUnchanged])
	if n := count[TableAbsent]; n > 0 {
		words += fmt.Sprintf(", %d not shown to this account", n)
	}
	if r.pull.State == PullWaiting {
		words += fmt.Sprintf("; %d wait for a person", count[TableFiled]+count[TableWaiting])
	}
	return words
}

// PullDue goes on, in the context's workspace, with pulls that were interrupted or no longer wait for a person, and begins those whose time has
// come, one after the other. The program calls it now and then. A pull that a CRM refuses is told to nobody here: it stands on its page.
func (s *Service) PullDue(ctx context.Context) (ran []string, err error) {
	if s.Connections == nil {
		return nil, nil
	}
	list, err := s.Connections(ctx)
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, c := range list {
		id, err := s.pullIfDue(ctx, c)
		if id != "" {
			ran = append(ran, id)
		}
		if err != nil && fault.Code(err) != "pull-failed" && !fault.Is(err, fault.Conflict) {
			failures = append(failures, fmt.Errorf("pull from %s for %s: %w", c.System.Name, c.Client, err))
		}
	}
	return ran, errors.Join(failures...)
}

// clockName is who a pull is by that nobody asked for.
const clockName = "the schedule of pulls"

func (s *Service) pullIfDue(ctx context.Context, c Connection) (id string, err error) {
	var was pullRow
	var ok, moved bool
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if was, ok, err = newestPull(ctx, tx, c.Client, c.System.Profile); err == nil && ok && was.State == PullWaiting {
			moved, err = movedOn(ctx, tx, was.ID)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	in := PullInput{Client: c.Client, System: c.System.Profile}
	switch {
	case ok && was.State == PullWaiting && moved:
		if was, err = s.takeUpWaiting(ctx, was); err != nil {
			return "", err
		}
		return was.ID, s.runPull(ctx, was, c, in)
	case ok && was.State == PullWaiting, ok && was.State.Open() && !s.pullStalled(was), !was.State.Open() && !s.pullIsDue(was, ok, c):
		return "", nil
	}
	p, c, err := s.beginPull(ctx, access.Machine("", clockName), in, true)
	if err != nil {
		return "", err
	}
	return p.ID, s.runPull(ctx, p, c, in)
}

func (s *Service) pullIsDue(was pullRow, ok bool, c Connection) bool {
	return c.Every > 0 && (!ok || !s.now().Before(nextPull(was, c)))
}

// failedAgain is how soon a pull that failed is tried again, unless the next is due before.
const failedAgain = time.Hour

func nextPull(was pullRow, c Connection) time.Time {
	if was.State == PullFailed {
		return was.BeganAt.Add(min(c.Every, failedAgain))
	}
	return was.BeganAt.Add(c.Every)
}

// movedOn reports whether a table that waited is applied or discarded by now.
func movedOn(ctx context.Context, tx bun.Tx, pull string) (bool, error) {
	tables, err := pullTables(ctx, tx, pull)
	if err != nil {
		return false, err
	}
	for _, t := range tables {
		if t.State != TableWaiting {
			continue
		}
		p, err := readProgress(ctx, tx, t.ImportID)
		if fault.Is(err, fault.NotFound) || err == nil && p.State == Applied {
			return true, nil
		}
		return false, err // the first that waits is what the others wait for
	}
	return false, nil
}

func (s *Service) takeUpWaiting(ctx context.Context, was pullRow) (p pullRow, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		p = was
		p.State, p.Holder, p.BeatAt = PullFiling, s.id("run"), s.now()
		return savePull(ctx, tx, was.Holder, p)
	})
	return p, err
}
