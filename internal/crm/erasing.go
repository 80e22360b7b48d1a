package crm

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Erasing knows the people who were erased: by the ids of their contacts, and by keyed hashes of their e-mail addresses, so that it knows them again and nobody
// can read who they were. What it makes of a record is the same whenever the record comes.
type Erasing struct {
	IDs   map[string]string         // contact -> pseudonym
	Mails map[string]string         // first MailHashDigits of the hash of an address in lower case -> pseudonym
	Alias map[string]string         // the same -> what stands before the at sign; none: the pseudonym
	Hash  func(email string) string // keyed
	Keeps func(domain string) bool  // the domain of a company or of a stated rule: it tells the company, not the person
	Words []string                  // names and addresses in plain text, while somebody is being erased
}

// Empty says whether nobody was erased.
func (e *Erasing) Empty() bool { return e == nil || len(e.IDs) == 0 }

// Mail is the pseudonym of an address, also of one that was hashed, "" when it is nobody's who was erased.
func (e *Erasing) Mail(email string) string { return e.Mails[e.MailHash(email)[:MailHashDigits]] }

// MailHash is the hash of an address, or the one that stands in its place already.
func (e *Erasing) MailHash(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	if hash, hashed := HashOf(email); hashed {
		return hash
	}
	return e.Hash(email)
}

// Address is what stands in the place of an address: equal addresses stay equal, and two of one person stay two, for results may be told apart by them.
func (e *Erasing) Address(pseudonym, email string) string {
	local := cmp.Or(e.Alias[e.MailHash(email)[:MailHashDigits]], pseudonym)
	if erasedMail.MatchString(email) && strings.HasPrefix(email, pseudonym) {
		local, _, _ = strings.Cut(email, "@")
	}
	if domain := DomainOf(strings.TrimSpace(email)); domain != "" && e.Keeps(domain) {
		return local + "@" + domain
	}
	return local + "@erased.invalid"
}

// Text takes the addresses of erased people, and the words, out of a text.
func (e *Erasing) Text(s string) string {
	s = eachMail(s, func(found string) string {
		for cut := 0; cut < len(found) && found[cut] != '@'; {
			if p := e.Mail(found[cut:]); p != "" {
				return found[:cut] + e.Address(p, found[cut:])
			}
			next := strings.IndexAny(found[cut:], "'/&")
			if next < 0 {
				break
			}
			cut += next + 1
		}
		return found
	})
	if strings.Contains(s, hashedPrefix) {
		s = hashedToken.ReplaceAllStringFunc(s, func(found string) string {
			hash := found[len(hashedPrefix):]
			if p := e.Mails[hash]; p != "" {
				return cmp.Or(e.Alias[hash], p)
			}
			return found
		})
	}
	for _, w := range e.Words {
		s = withoutWord(s, w)
	}
	return s
}

// hashedToken is a hash that stands in the place of an address, wherever.
var hashedToken = regexp.MustCompile(`hashed-[0-9a-f]{32}`)

// erasedWord stands in the place of a name.
const erasedWord = "(erased)"

// withoutWord replaces a word, whatever the case.
func withoutWord(s, word string) string {
	low, small := strings.ToLower(s), strings.ToLower(word)
	if small == "" || len(low) != len(s) || !strings.Contains(low, small) {
		return strings.ReplaceAll(s, word, erasedWord)
	}
	var b strings.Builder
	for {
		i := strings.Index(low, small)
		if i < 0 {
			return b.String() + s
		}
		b.WriteString(s[:i] + erasedWord)
		s, low = s[i+len(small):], low[i+len(small):]
	}
}

// Carries says whether a cell holds the id of an erased person's contact, also among others, or in the short form that Salesforce has of it.
func (e *Erasing) Carries(cell string) bool {
	if e.known(cell) {
		return true
	}
	return strings.ContainsAny(cell, ";,") && slices.ContainsFunc(strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(";, \n", c) }), e.known)
}

func (e *Erasing) known(id string) bool {
	return id != "" && (e.IDs[id] != "" || e.IDs[longSalesforceID(id)] != "")
}

// Addressed says whether a text holds an address of an erased person, or what stands in the place of one.
func (e *Erasing) Addressed(text string) bool {
	byName := *e
	byName.Words = nil
	return byName.Text(text) != text || strings.Contains(text, erasedPrefix) && slices.ContainsFunc(erasedToken.FindAllString(text, -1), e.pseudonym)
}

func (e *Erasing) pseudonym(token string) bool {
	for _, p := range e.IDs {
		if p == token {
			return true
		}
	}
	return false
}

// Contact is what stands in the place of the address of a contact, and of its name, by its id or its address; ok is false when it is nobody's who was erased.
func (e *Erasing) Contact(id, email string) (address, name string, ok bool) {
	email = strings.ToLower(strings.TrimSpace(email))
	name = cmp.Or(e.IDs[id], e.IDs[longSalesforceID(id)])
	if name == "" && email != "" {
		if name = e.Mail(email); name == "" && erasedMail.MatchString(email) && e.pseudonym(erasedToken.FindString(email)) {
			name = erasedToken.FindString(email)
		}
	}
	if email != "" && name != "" {
		address = e.Address(name, email)
	}
	return address, name, name != ""
}

// WithoutQuotes takes what a message about a row of an erased person quotes of it out of the message.
func WithoutQuotes(message string) string {
	return quotation.ReplaceAllString(message, `"`+erasedWord+`"`)
}

const erasedPrefix = "erased-"

var (
	erasedToken = regexp.MustCompile(`erased-[0-9a-f]{12}`)
	quotation   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// Record is the record without what tells of erased people. Ids stay, even one that is an address, for rows are joined by them. A contact of theirs keeps its id, its company and its days; its name becomes the pseudonym, and
// so does what stands before the at sign of its address. changed tells that it was another one.
func (e *Erasing) Record(r Record) (out Record, changed bool) {
	out = Record{Kind: r.Kind, ID: r.ID, Values: slices.Clone(r.Values)}
	switch {
	case r.Kind == KindContact && e.of(r) != "":
		p := e.of(r)
		for column, value := range map[string]string{"email": e.Address(p, r.Get("email")), "name": p} {
			if r.Get(column) != "" {
				out.set(column, value)
			}
		}
	case r.Kind == KindEdit && r.Get("of") == string(KindContact) && e.IDs[r.Get("record_id")] != "":
		out.set("before", "")
		out.set("after", "")
	default:
		for i, column := range Columns(r.Kind) {
			if !isID(column) {
				out.Values[i] = e.Text(out.Values[i])
			}
		}
	}
	return out, !slices.Equal(out.Values, r.Values)
}

// of is the pseudonym of a contact's person.
func (e *Erasing) of(r Record) string {
	if p := e.IDs[r.ID]; p != "" {
		return p
	}
	if mail := r.Get("email"); mail != "" {
		return e.Mail(mail)
	}
	return ""
}
