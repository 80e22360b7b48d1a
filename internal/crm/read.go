package crm

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// ReadCSV reads the plain file of a kind, as WriteCSV writes it or as a person made it: columns that nothing is known about may be
// missing, and times without a zone are of the given one. It gives every record, also of an id that comes twice, and all problems: a column
// that the kind does not have, a row that cannot be read, an id that comes again and says something else. The error is about the
// whole file.
func ReadCSV(k Kind, zone *time.Location, r io.Reader) ([]Record, []Problem, error) {
	in, err := csvin.Open(r, csvin.Options{})
	if err != nil {
		return nil, nil, err
	}
	mapping := Plain(k)
	mapping.Convention.Zone = zone
	var problems []Problem
	for _, header := range in.Header() {
		if header != "" && !slices.Contains(Columns(k), header) {
			problems = append(problems, Problem{Line: in.HeaderLine(), Header: header, Code: "column-unknown",
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
		return nil, nil, err
	}
	var records []Record
	seen := map[string]Hash{}
	for in.Next() {
		found, wrong := decoder.Decode(in.Row())
		problems = append(problems, wrong...)
		for _, record := range found {
			if earlier, again := seen[record.ID]; again && earlier != record.Hash() {
				problems = append(problems, Problem{Line: in.Row().Line, Code: "id-again",
					Message: fmt.Sprintf("A row before this one has the same id, %s, and says something else; one of the two counts.", record.ID)})
			}
			seen[record.ID] = record.Hash()
			records = append(records, record)
		}
	}
	return records, problems, in.Err()
}
