package ops

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// version is what one import said of one record.
type version struct {
	ID   string
	No   int64
	Hash string
	Line int64
	Body string
}

var rowColumns = []string{"client_id", "kind", "ext_id", "import_no", "hash", "link", "line", "body"}

// insertRows writes versions in the order of their ids, which keeps neighbours of an index together.
func insertRows(ctx context.Context, tx bun.Tx, client string, no int64, items []item) error {
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(strings.Compare(string(a.rec.Kind), string(b.rec.Kind)), strings.Compare(a.rec.ID, b.rec.ID))
	})
	_, err := db.InsertRows(ctx, tx, "crm_row", rowColumns, func(yield func([]any) bool) {
		for i := range items {
			it := &items[i]
			if !yield([]any{client, string(it.rec.Kind), it.rec.ID, no, it.hash, it.link, it.line, it.body}) {
				return
			}
		}
	})
	return err
}

// linkOf is the id under which records of other kinds are looked up by it.
func linkOf(r crm.Record) string {
	switch r.Kind {
	case crm.KindTouch:
		return r.Get("contact_id")
	case crm.KindPayment, crm.KindDealContact:
		return r.Get("deal_id")
	case crm.KindContact, crm.KindDeal:
		return r.Get("company_id")
	case crm.KindMerge:
		return r.Get("into")
	case crm.KindCompanyMerge:
		return r.Get("into_company_id")
	case crm.KindDealMerge:
		return r.Get("into_deal_id")
	case crm.KindEdit:
		return r.Get("record_id")
	case crm.KindAccountLink:
		return r.Get("company_id")
	}
	return ""
}

// bodyOf is the record's known fields as a JSON object, in the order of the columns.
func bodyOf(r crm.Record) string {
	b := make([]byte, 0, 192)
	for i, column := range crm.Columns(r.Kind) {
		if i >= len(r.Values) || r.Values[i] == "" {
			continue
		}
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), column...), '"', ':')
		b = appendJSON(b, r.Values[i])
	}
	return "{" + string(b) + "}"
}

func appendJSON(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(fmt.Sprintf("crm: a text that JSON cannot hold: %v", err))
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func (v version) record(k crm.Kind) (crm.Record, error) {
	return v.recordIn(k, make([]string, len(crm.Columns(k))))
}

// recordIn is record with its values in the room of one that is not used any more.
func (v version) recordIn(k crm.Kind, values []string) (crm.Record, error) {
	columns := crm.Columns(k)
	clear(values)
	r := crm.Record{Kind: k, ID: v.ID, Values: values}
	if plainBody(v.Body, columns, r.Values) {
		return r, nil
	}
	fields := map[string]string{}
	if err := json.Unmarshal([]byte(v.Body), &fields); err != nil {
		return crm.Record{}, fmt.Errorf("read the stored %s %q: %w", k, v.ID, err)
	}
	for i, c := range columns {
		r.Values[i] = fields[c]
	}
	return r, nil
}

// plainBody reads what bodyOf wrote where no value needed an escape, which is nearly always, several times as fast as JSON is read in general. It
// says no to everything else.
func plainBody(body string, columns, values []string) bool {
	rest, ok := strings.CutPrefix(body, "{")
	if !ok || !plainText(body) {
		return false
	}
	for i, c := range columns {
		after, ok := cutColumn(rest, c)
		if !ok {
			continue
		}
		end := strings.IndexByte(after, '"')
		if end < 0 {
			return false
		}
		values[i], rest = after[:end], after[end+1:]
		if rest == "}" {
			return true
		}
		if rest, ok = strings.CutPrefix(rest, ","); !ok {
			return false
		}
	}
	return body == "{}"
}

// plainText has nothing that JSON escapes but the marks around texts, and is what it claims to be.
func plainText(s string) bool {
	ascii := true
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == '\\' {
			return false
		}
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	return ascii || utf8.ValidString(s)
}

// cutColumn takes off the name of a column and what stands before its value.
func cutColumn(rest, column string) (string, bool) {
	if rest, ok := strings.CutPrefix(rest, `"`); ok {
		if rest, ok = strings.CutPrefix(rest, column); ok {
			return strings.CutPrefix(rest, `":"`)
		}
	}
	return rest, false
}

// eachAsOf hands over the version of every record of the kind as of import no, in the order of the ids as the engine sorts them. Companies, or deals, that people stated
// to be one have one id in it.
func eachAsOf(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64, each func(version) error) error {
	joined, err := joinedAt(ctx, tx, client, k, no)
	if err != nil {
		return err
	}
	return joined.through(k, each, func(each func(version) error) error { return eachSaid(ctx, tx, client, k, no, each) })
}

// eachSaid is eachAsOf as the rows themselves say it.
func eachSaid(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64, each func(version) error) error {
	rows, err := tx.QueryContext(ctx, `SELECT ext_id, import_no, hash, line, body FROM crm_row
		WHERE client_id = ? AND kind = ? AND import_no <= ? ORDER BY ext_id, import_no`, client, string(k), no)
	if err != nil {
		return err
	}
	return eachLast(rows, func(v *version) []any { return []any{&v.ID, &v.No, &v.Hash, &v.Line, &v.Body} }, each)
}

// eachBodyAsOf is eachAsOf, but of each version only the id and the body, which is most of what reading many takes.
func eachBodyAsOf(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64, each func(version) error) error {
	joined, err := joinedAt(ctx, tx, client, k, no)
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT ext_id, body FROM crm_row WHERE client_id = ? AND kind = ? AND import_no <= ? ORDER BY ext_id, import_no`, client, string(k), no)
	if err != nil {
		return err
	}
	return joined.through(k, each, func(each func(version) error) error {
		return eachLast(rows, func(v *version) []any { return []any{&v.ID, &v.Body} }, each)
	})
}

// eachLast hands over the last of the rows of each id; those of an id stand together.
func eachLast(rows *sql.Rows, into func(*version) []any, each func(version) error) error {
	defer rows.Close()
	var v, last version
	cells := into(&v)
	have := false
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return err
		}
		if have && v.ID != last.ID {
			if err := each(last); err != nil {
				return err
			}
		}
		last, have = v, true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if have {
		return each(last)
	}
	return nil
}

// newest keeps a version only when it is the last up to import no. It asks for each row's own last number rather than for the absence of a
// later row: PostgreSQL turns the latter into a join, and before it has gathered statistics on a first big import that join takes minutes.
const newest = ` AND r.import_no <= ? AND r.import_no = (SELECT MAX(n.import_no) FROM crm_row n WHERE n.client_id = r.client_id AND n.kind = r.kind
	AND n.ext_id = r.ext_id AND n.import_no <= ?)`

// eachIn hands over the versions as of import no whose column ("ext_id" or "link") has one of the values, in no order: to ask for one would
// make SQLite walk through the whole kind. Companies, or deals, that are one have one id in it, as in eachAsOf.
func eachIn(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64, column string, values []string, each func(version) error) error {
	joined, err := joinedAt(ctx, tx, client, k, no)
	if err != nil {
		return err
	}
	if column == "link" {
		values = joined.under(k, values)
	}
	return joined.through(k, each, func(each func(version) error) error {
		for batch := range slices.Chunk(values, lookupBatch) {
			err := eachVersion(ctx, tx, each, `SELECT r.ext_id, r.import_no, r.hash, r.line, r.body FROM crm_row r
				WHERE r.client_id = ? AND r.kind = ? AND r.? IN (?)`+newest,
				client, string(k), bun.Ident(column), bun.List(batch), no, no)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// bodiesOf finds what records of one kind said as of import no, each by itself: that way PostgreSQL uses the index also before it has gathered statistics.
// A record that was not known has an empty body, and the versions have no number.
func bodiesOf(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64, ids []string) (map[string]version, error) {
	out := make(map[string]version, len(ids))
	for batch := range slices.Chunk(ids, lookupBatch) {
		args := make([]any, 0, len(batch)+3)
		for _, id := range batch {
			args = append(args, id)
		}
		args = append(args, client, string(k), no)
		rows, err := tx.QueryContext(ctx, `WITH wanted (id) AS (VALUES (?)`+strings.Repeat(`, (?)`, len(batch)-1)+`)
			SELECT w.id, (SELECT r.body FROM crm_row r WHERE r.client_id = ? AND r.kind = ? AND r.ext_id = w.id AND r.import_no <= ? ORDER BY r.import_no DESC LIMIT 1)
			FROM wanted w`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id string
			var body sql.NullString
			if err := rows.Scan(&id, &body); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			if body.Valid {
				out[id] = version{ID: id, Body: body.String}
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func eachVersion(ctx context.Context, tx bun.Tx, each func(version) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v version
		if err := rows.Scan(&v.ID, &v.No, &v.Hash, &v.Line, &v.Body); err != nil {
			return err
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// before finds, for each id, the newest version older than import no. Each is asked for by itself, as in bodiesOf.
func before(ctx context.Context, tx bun.Tx, client string, k crm.Kind, no int64, ids []string, bodies bool) (map[string]version, error) {
	out := make(map[string]version, len(ids))
	body := "''"
	if bodies {
		body = "r.body"
	}
	for batch := range slices.Chunk(ids, lookupBatch) {
		args := make([]any, 0, len(batch)+3)
		for _, id := range batch {
			args = append(args, id)
		}
		args = append(args, client, string(k), no)
		rows, err := tx.QueryContext(ctx, `WITH wanted (id) AS (VALUES (?)`+strings.Repeat(`, (?)`, len(batch)-1)+`)
			SELECT w.id, (SELECT r.import_no || ' ' || r.line || ' ' || r.hash || ' ' || `+body+` FROM crm_row r WHERE r.client_id = ? AND r.kind = ? AND r.ext_id = w.id AND r.import_no < ? ORDER BY r.import_no DESC LIMIT 1)
			FROM wanted w`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id string
			var found sql.NullString
			if err := rows.Scan(&id, &found); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			if found.Valid {
				if out[id], err = joinedVersion(id, found.String); err != nil {
					return nil, errors.Join(err, rows.Close())
				}
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// joinedVersion reads a version that came in one text: a query that looks for one row can give no more than one value of it.
func joinedVersion(id, text string) (version, error) {
	v := version{ID: id}
	no, rest, _ := strings.Cut(text, " ")
	line, rest, _ := strings.Cut(rest, " ")
	v.Hash, v.Body, _ = strings.Cut(rest, " ")
	var err, wrong error
	v.No, err = strconv.ParseInt(no, 10, 64)
	v.Line, wrong = strconv.ParseInt(line, 10, 64)
	return v, errors.Join(err, wrong)
}

// known is how many records of each kind there were before import no: the sum of what was new.
func known(ctx context.Context, tx bun.Tx, client string, no int64) (map[crm.Kind]int64, error) {
	var tallies []string
	if err := tx.NewRaw(`SELECT tally FROM crm_result WHERE client_id = ? AND no < ?`, client, no).Scan(ctx, &tallies); err != nil {
		return nil, err
	}
	out := map[crm.Kind]int64{}
	for _, text := range tallies {
		t, err := decodeTally(text)
		if err != nil {
			return nil, err
		}
		for k, n := range t.Kinds {
			out[k] += n.New
		}
	}
	return out, nil
}
