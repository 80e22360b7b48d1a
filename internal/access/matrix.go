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

**provider** is what the person's organisation does for the client, the deliverables and requests that it works on and the time that its people enter, and what the agency has agreed with the person's own organisation: the contract under which a specialist works for the client, and the statements and packs under it. They are between the agency and that
specialist. The client's people, its auditors and other specialists get none of it: it is answered as if it did not exist. What belongs to the client as a whole, its contracts with the agency, their statements, its evidence and its deals, is
answered to a specialist as if it did not exist; the evidence that decides its own statement stands in that statement's pack.

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
