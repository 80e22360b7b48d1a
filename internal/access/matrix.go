package access

import (
	"fmt"
	"strings"
)

// Matrix is the whole table as a Markdown page: docs/access.md.
func Matrix() string {
	var b strings.Builder
	b.WriteString(`# Who may do what

Generated from the table in ` + "`internal/access/table.go`" + ` by ` + "`go generate ./internal/access`" + `; a test keeps it fresh.

| sign | means |
|---|---|
| own | with what is the person's own: account, tokens, the list of own clients |
| client | for the client of the membership; for every client when an agency's membership covers all |
| provider | for the client of the membership, and there only what the person's own organisation did |
| – | never |

**provider** is kept for a part that the program does not tell yet: a touch names who ran it by a text of the CRM, and a contract, a statement or a deal belongs to the client as a whole. Until it does, the people of a
specialist see that the client is theirs and get nothing behind such an action: no evidence, contract, deal, statement or pack, neither their own part nor that of others; it is answered as if it did not exist. Only the time that they
enter themselves is known to be theirs.
**provider** is what the person's organisation does for the client: the deliverables that it makes. Of evidence, contracts, deals, statements and packs the program does not tell such a part yet: a touch names who ran it by a text of the CRM, and a
contract, a statement or a deal belongs to the client as a whole. Until it does, the people of a specialist get nothing behind such an action, neither their own part nor that of others; it is answered as if it did not exist.

A **wall** between two clients keeps people from the one they do not work for: everything of it is answered as if it did not exist. A role for all clients becomes one for each of the others, so that such a person has nothing of the whole workspace, which would tell of the client behind the wall.

What the agency marks as internal is seen by members of the agency only, whatever their role. Another client's things are answered as if
they did not exist.

`)
	b.WriteString("| action | may |")
	for _, r := range roles {
		fmt.Fprintf(&b, " %s |", r.role)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", roleCount) + "\n")
	for _, r := range table {
		verb := "read"
		if r.changes {
			verb = "change"
		}
		fmt.Fprintf(&b, "| `%s` (%s) | %s |", r.action, verb, r.words)
		for _, g := range r.grants {
			fmt.Fprintf(&b, " %s |", g)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Who may hand out which role\n\n| role | in | may give, change and end |\n|---|---|---|\n")
	for _, r := range roles {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.role, join(r.kinds), join(r.hands))
	}
	return b.String()
}

// String is the grant as docs/access.md shows it.
func (g Grant) String() string {
	switch g {
	case Never:
		return "–"
	case Mine:
		return "own"
	case OfOrg:
		return "provider"
	case OfClient:
		return "client"
	default:
		return "undecided"
	}
}

func join[S ~string](words []S) string {
	if len(words) == 0 {
		return "–"
	}
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}
