package crm

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// Limits of the plain files of one folder, which are held in memory together and may be somebody else's.
const (
	mostRows       = 3_000_000 // of all files together
	mostBytes      = 512 << 20 // of all files together
	mostProblems   = 1_000     // kept of a file, of each sort
	longestProblem = 500       // bytes of its message
)

func mostRowsOf(k Kind) int {
	switch k {
	case KindTouch:
		return 2_500_000
	case KindDeal:
		return 500_000
	}
	return 1_000_000
}

// Folder reads the plain files of one folder, which share their limits. The zero Folder reads times without a zone as UTC.
type Folder struct {
	Zone  *time.Location // of times without one
	rows  int
	bytes int64
}

// ReadCSV reads the plain file of a kind, as WriteCSV writes it or as a person made it: columns that nothing is known about may be
// missing. It hands over every record, also of an id that comes twice, and gives all problems: a column that the kind does not have, a row
// that cannot be read, an id that comes again and says something else. Of many problems it gives the first 1,000 that cost a row and the
// first 1,000 others, and counts the rest. The error is about the whole file: Invalid, TooLarge, or what take returned.
func (f *Folder) ReadCSV(k Kind, r io.Reader, take func(Record) error) ([]Problem, error) {
	in, err := csvin.Open(r, csvin.Options{Limits: csvin.Limits{MaxBytes: mostBytes}})
	if err != nil {
		return nil, err
	}
	mapping := Plain(k)
	if f.Zone != nil {
		mapping.Convention.Zone = f.Zone
	}
	var problems problemList
	for _, header := range in.Header() {
		if header != "" && !slices.Contains(Columns(k), header) {
			problems.add(Problem{Line: in.HeaderLine(), Header: header, Code: "column-unknown",
				Message: fmt.Sprintf("The column %q is not one of %s and is passed over.", header, FileName(k))})
		}
	}
	for _, column := range Columns(k) {
		if !slices.Contains(in.Header(), column) {
			delete(mapping.Columns, column)
		}
	}
	decoder, faults := mapping.Bind(in.Header(), nil)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	seen := map[string]fingerprint{}
	for rows := 1; in.Next(); rows++ {
		row := in.Row()
		if err := f.spend(k, rows, row); err != nil {
			return nil, err
		}
		found, wrong := decoder.Decode(row)
		for _, p := range wrong {
			problems.add(p)
		}
		for _, record := range found {
			said := fingerprintOf(record)
			if earlier, again := seen[record.ID]; again && earlier != said {
				problems.add(Problem{Line: row.Line, Code: "id-again",
					Message: fmt.Sprintf("A row before this one has the same id, %s, and says something else; one of the two counts.", record.ID)})
			}
			seen[record.ID] = said
			if err := take(record); err != nil {
				return nil, err
			}
		}
	}
	return problems.all(), in.Err()
}

// spend counts a row of a file against the limits.
func (f *Folder) spend(k Kind, rows int, row csvin.Row) error {
	f.rows++
	for _, cell := range row.Cells {
		f.bytes += int64(len(cell))
	}
	switch most := mostRowsOf(k); {
	case rows > most:
		return fault.New(fault.TooLarge, "many-rows", "The file has more than %d rows, which is the limit. Leave out what the period does not need.", most)
	case f.rows > mostRows, f.bytes > mostBytes:
		return fault.New(fault.TooLarge, "many-rows", "The files together have more than %d rows or %d MB, which is the limit. Leave out what the period does not need.",
			mostRows, mostBytes>>20)
	}
	return nil
}

// fingerprint tells what two rows of one id say apart. It is short, for there is one of every id; only a warning rests on it.
type fingerprint [8]byte

func fingerprintOf(r Record) (f fingerprint) {
	var b []byte
	for _, v := range r.Values {
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	sum := sha256.Sum256(b)
	copy(f[:], sum[:])
	return f
}

// problemList keeps the first problems of each sort, and counts those behind them.
type problemList struct {
	kept         []Problem
	lost, others problemCount
}

type problemCount struct{ kept, more, line int } // line is that of the first that is not kept

func (l *problemList) add(p Problem) {
	count := &l.others
	if p.Lost {
		count = &l.lost
	}
	if count.kept < mostProblems {
		count.kept++
		p.Header, p.Message = fault.Excerpt(p.Header, longestProblem), fault.Excerpt(p.Message, longestProblem)
		l.kept = append(l.kept, p)
		return
	}
	if count.more == 0 {
		count.line = p.Line
	}
	count.more++
}

func (l *problemList) all() []Problem {
	for _, c := range []struct {
		problemCount
		lost bool
	}{{l.lost, true}, {l.others, false}} {
		switch {
		case c.more == 0:
		case c.lost:
			l.kept = append(l.kept, Problem{Line: c.line, Code: "more-problems", Lost: true,
				Message: fmt.Sprintf("From here on more rows cannot be read than are listed: %d more problems. Mend the others first.", c.more)})
		default:
			l.kept = append(l.kept, Problem{Line: c.line, Code: "more-problems",
				Message: fmt.Sprintf("From here on more rows are doubtful than are listed: %d more doubts.", c.more)})
		}
	}
	return l.kept
}
