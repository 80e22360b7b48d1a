package crm

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// LikeReason is why records may be one.
type LikeReason string

// The reasons, the surest first.
const (
	SameEmail   LikeReason = "same-email"   // contacts with one e-mail address
	SameDomain  LikeReason = "same-domain"  // companies with one domain that is no free mail
	SameDeal    LikeReason = "same-deal"    // deals of one name, company, amount and close date
	AlikeDeal   LikeReason = "alike-deal"   // deals of one name, company and amount
	SameName    LikeReason = "same-name"    // contacts of one company, or companies, with one folded name
	SimilarName LikeReason = "similar-name" // contacts of one company, or companies, whose folded names differ by one letter, or lead from one to the next in such steps
)

// LikeReasons lists them in their order.
func LikeReasons() []LikeReason {
	return []LikeReason{SameEmail, SameDomain, SameDeal, AlikeDeal, SameName, SimilarName}
}

// Words say what is alike.
func (r LikeReason) Words() string {
	switch r {
	case SameEmail:
		return "the same e-mail address"
	case SameDomain:
		return "the same domain"
	case SameDeal:
		return "the same name, company, amount and close date"
	case AlikeDeal:
		return "the same name, company and amount"
	case SameName:
		return "the same name"
	default:
		return "names that differ by one letter"
	}
}

// Alike is records of one kind that may be one, for one reason.
type Alike struct {
	Of     Kind
	Reason LikeReason
	IDs    []string // two or more, in their order
}

// similarFrom is how many letters a folded name must have so that one letter may differ: in shorter ones it tells two names apart.
const similarFrom = 6

// Duplicates are the contacts, companies and deals that may be one. Names are compared as FoldName leaves them. Contacts that were merged, deleted records, and
// pairs that people stated to be different are left out; a group of which every pair was stated is none. Records that are alike for several reasons stand
// under the first one. Merges were followed before. The order of rows changes nothing, and the time grows with the number of rows.
func Duplicates(s *Snapshot) []Alike {
	d := duplicating{different: map[[3]string]bool{}, seen: map[string]bool{}}
	for _, x := range s.Different {
		if !x.Deleted {
			d.different[[3]string{string(x.Of), x.OneID, x.OtherID}] = true
		}
	}
	d.contacts(s)
	d.companies(s)
	d.deals(s)
	slices.SortStableFunc(d.found, func(a, b Alike) int { return cmp.Or(cmp.Compare(a.Of, b.Of), slices.Compare(a.IDs, b.IDs)) })
	return d.found
}

type duplicating struct {
	different map[[3]string]bool
	apart     map[Kind]map[string][]string // record -> those that it was stated to differ from, once it was asked for
	seen      map[string]bool              // groups by kind and members
	found     []Alike
}

// shelves are ids by what they have in common.
type shelves map[[4]string][]string

func (s shelves) put(id string, key ...string) {
	var k [4]string
	copy(k[:], key)
	s[k] = append(s[k], id)
}

func (d *duplicating) contacts(s *Snapshot) {
	ends := remaining(s.Contacts)
	emails, names := shelves{}, shelves{}
	for i := range s.Contacts {
		c := &s.Contacts[i]
		if _, merged := ends[c.ID]; c.Deleted || merged && ends[c.ID] != c.ID {
			continue
		}
		if c.Email != "" {
			emails.put(c.ID, c.Email)
		}
		if name := FoldName(c.Name); name != "" && c.CompanyID != "" {
			names.put(c.ID, c.CompanyID, name)
		}
	}
	d.take(KindContact, SameEmail, emails)
	d.take(KindContact, SameName, names)
	d.similar(KindContact, names)
}

func (d *duplicating) companies(s *Snapshot) {
	domains, names := shelves{}, shelves{}
	for i := range s.Companies {
		c := &s.Companies[i]
		if c.Deleted || c.ID == "" {
			continue
		}
		if c.Domain != "" && !IsFreeMail(c.Domain) {
			domains.put(c.ID, c.Domain)
		}
		if name := foldCompany(c.Name); name != "" {
			names.put(c.ID, "", name)
		}
	}
	d.take(KindCompany, SameDomain, domains)
	d.take(KindCompany, SameName, names)
	d.similar(KindCompany, names)
}

func (d *duplicating) deals(s *Snapshot) {
	same, alike := shelves{}, shelves{}
	for i := range s.Deals {
		x := &s.Deals[i]
		name := FoldName(x.Name)
		if x.Deleted || name == "" {
			continue
		}
		amount, currency := amountText(x.Amount, x.AmountKnown)
		same.put(x.ID, name, x.CompanyID, amount+currency, x.ClosedOn.String())
		alike.put(x.ID, name, x.CompanyID, amount+currency)
	}
	d.take(KindDeal, SameDeal, same)
	d.take(KindDeal, AlikeDeal, alike)
}

func (d *duplicating) take(of Kind, reason LikeReason, on shelves) {
	for _, ids := range on {
		d.add(of, reason, ids)
	}
}

// add takes a group in, unless it is there for a surer reason or was stated to be several.
func (d *duplicating) add(of Kind, reason LikeReason, ids []string) {
	ids = d.open(of, distinct(ids))
	key := string(of) + "\x00" + strings.Join(ids, "\x00")
	if len(ids) < 2 || d.seen[key] {
		return
	}
	d.seen[key] = true
	d.found = append(d.found, Alike{of, reason, ids})
}

// open are the records of a group of which at least one pair was not stated to be different.
func (d *duplicating) open(of Kind, ids []string) []string {
	if len(d.different) == 0 || len(ids) < 2 {
		return ids
	}
	in := make(map[string]bool, len(ids))
	for _, id := range ids {
		in[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		apart := 0
		for _, other := range d.apartFrom(of)[id] {
			if in[other] {
				apart++
			}
		}
		return apart == len(ids)-1
	})
}

func (d *duplicating) apartFrom(of Kind) map[string][]string {
	if d.apart == nil {
		d.apart = map[Kind]map[string][]string{}
		for x := range d.different {
			k := Kind(x[0])
			if d.apart[k] == nil {
				d.apart[k] = map[string][]string{}
			}
			d.apart[k][x[1]] = append(d.apart[k][x[1]], x[2])
			d.apart[k][x[2]] = append(d.apart[k][x[2]], x[1])
		}
	}
	return d.apart[of]
}

// similar finds names on shelves (under which company, which name) that one letter more, less or other makes the same. Each name is looked up under itself and
// under each of the texts that it is with one letter less: two names that differ by one letter meet under one of them.
func (d *duplicating) similar(of Kind, names shelves) {
	met := map[[2]string][]string{}
	for key := range names {
		if utf8.RuneCountInString(key[1]) < similarFrom {
			continue
		}
		for text := range withoutOne(key[1]) {
			at := [2]string{key[0], text}
			met[at] = append(met[at], key[1])
		}
	}
	groups := chains{}
	for at, list := range met {
		slices.Sort(list)
		for i, one := range list {
			for _, other := range list[i+1:] {
				if one != other && differByOne(one, other) {
					groups.join([2]string{at[0], one}, [2]string{at[0], other})
				}
			}
		}
	}
	ids := map[[2]string][]string{}
	for name := range groups {
		end := groups.end(name)
		ids[end] = append(ids[end], names[[4]string{name[0], name[1]}]...)
	}
	for _, list := range ids {
		d.add(of, SimilarName, list)
	}
}

// chains are names that lead from one to the next.
type chains map[[2]string][2]string

func (c chains) end(name [2]string) [2]string {
	for {
		next, known := c[name]
		if !known || next == name {
			return name
		}
		if further, known := c[next]; known {
			c[name] = further // halves the way for whoever asks next
		}
		name = next
	}
}

func (c chains) join(a, b [2]string) {
	x, y := c.end(a), c.end(b)
	if slices.Compare(x[:], y[:]) > 0 {
		x, y = y, x
	}
	c[x], c[y] = x, x
}

// withoutOne is a text and what it is with one of its letters left out.
func withoutOne(s string) map[string]bool {
	letters := []rune(s)
	out := map[string]bool{s: true}
	for i := range letters {
		out[string(letters[:i])+string(letters[i+1:])] = true
	}
	return out
}

// differByOne says whether one letter more, less or other makes two texts the same. A digit tells them apart: line 2 is not line 3.
func differByOne(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) == len(y) {
		return i < len(x) && !unicode.IsDigit(x[i]) && !unicode.IsDigit(y[i]) && slices.Equal(x[i+1:], y[i+1:])
	}
	return !unicode.IsDigit(y[i]) && slices.Equal(x[i:], y[i+1:])
}

// FoldName is a name as names are compared: lower case, without accents, its words in alphabetical order, nothing but letters and digits in them.
func FoldName(name string) string {
	words := strings.FieldsFunc(unaccented(strings.ToLower(name)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(words)
	return strings.Join(words, " ")
}

// foldCompany also leaves out the words that name a legal form.
func foldCompany(name string) string {
	words := strings.Fields(FoldName(strings.ReplaceAll(name, ".", "")))
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return legalForms[w] })
	if len(kept) == 0 {
		kept = words
	}
	return strings.Join(kept, " ")
}

var legalForms = map[string]bool{"inc": true, "incorporated": true, "llc": true, "ltd": true, "limited": true, "plc": true, "corp": true, "corporation": true, "co": true,
	"company": true, "gmbh": true, "ag": true, "kg": true, "se": true, "sa": true, "sas": true, "sarl": true, "bv": true, "nv": true, "oy": true, "ab": true, "as": true, "spa": true, "srl": true}

// unaccented takes the accents off letters.
func unaccented(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		if plain, stroked := strokes[r]; stroked {
			return plain
		}
		return r
	}, norm.NFD.String(s))
}

// strokes are letters that Unicode takes for ones of their own.
var strokes = map[rune]rune{'ø': 'o', 'ł': 'l', 'đ': 'd', 'ı': 'i'}
