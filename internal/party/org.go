package party

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Org is an organisation of a workspace. The id of a client's organisation is the id of the client everywhere.
type Org struct {
	ID        string
	Kind      access.OrgKind
	Name      string
	CreatedAt time.Time
}

const longestName = 120

// CheckName trims the name of a person or organisation. Fault: Invalid at the field.
func CheckName(field, name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "name-missing", "Give a name.").At(field)
	case strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name):
		return "", fault.New(fault.Invalid, "name-letters", "Write the name without control characters.").At(field)
	case utf8.RuneCountInString(name) > longestName:
		return "", fault.New(fault.Invalid, "name-long", "Shorten the name to %d characters.", longestName).At(field)
	}
	return name, nil
}
