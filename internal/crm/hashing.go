package crm

import (
	"regexp"
	"slices"
	"strings"
)

// Hashing puts keyed hashes in the place of e-mail addresses. Equal addresses, whatever their case, stay equal and no others become so, and the domain stays
// where it can tell a company; so contacts are put to companies, found to be one, and results to be repeated, as without it. What was hashed stays what it is.
type Hashing struct {
	Hash     func(email string) string // keyed, of an address in lower case: 32 hexadecimal digits or more
	KeysOnly bool                      // nothing but what tells results apart: after it was switched off
}

// MailHashDigits is how much of a keyed hash stands in the place of an address: 128 bits.
const MailHashDigits = 32

const (
	hashedPrefix     = "hashed-"
	freeMailHidden   = "free-mail.invalid"  // stands for every domain that gives addresses to anybody
	unreadableDomain = "unreadable.invalid" // what stands behind the at sign is no domain
	hiddenDomain     = "hidden.invalid"     // stands in texts, where no domain tells anything
)

var (
	hashedMail  = regexp.MustCompile(`^hashed-([0-9a-f]{32})(?:@|$)`)
	erasedMail  = regexp.MustCompile(`^erased-[0-9a-f]{12}(-[0-9a-f]{12})?@`)
	plainDomain = regexp.MustCompile(`^[\p{L}\p{N}.-]+$`)
)

// HashOf is the hash that stands in an address, and whether one does.
func HashOf(email string) (hash string, hashed bool) {
	if m := hashedMail.FindStringSubmatch(email); m != nil {
		return m[1], true
	}
	return "", false
}

// ShownAddress is an address as people are shown it: of a hash, as much as tells a few apart.
func ShownAddress(email string) string {
	hash, hashed := HashOf(email)
	if !hashed {
		return email
	}
	return strings.Replace(email, hash, hash[:8]+"…", 1)
}

// Address is what stands in the place of an address: "hashed-", the hash, and the domain, "free-mail.invalid" for every domain that gives addresses
// to anybody. A text without a domain is hashed as a whole.
func (h *Hashing) Address(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	if _, hashed := HashOf(email); email == "" || hashed || erasedMail.MatchString(email) {
		return email
	}
	hash := hashedPrefix + h.Hash(email)[:MailHashDigits]
	switch domain := DomainOf(email); {
	case domain == "":
		return hash
	case !plainDomain.MatchString(domain):
		return hash + "@" + unreadableDomain
	case IsFreeMail(domain):
		return hash + "@" + freeMailHidden
	default:
		return hash + "@" + domain
	}
}

// Text hashes the addresses in a text, domains included.
func (h *Hashing) Text(s string) string {
	return h.texts(s, func(mail string) string {
		_, hashed := HashOf(mail)
		is := h.Address(mail)
		if hash, _, ok := strings.Cut(is, "@"); ok && !hashed && is != strings.ToLower(mail) {
			return hash + "@" + hiddenDomain
		}
		return is
	})
}

// Addresses hashes the addresses in a text as if each stood in a column of addresses.
func (h *Hashing) Addresses(s string) string { return h.texts(s, h.Address) }

func (h *Hashing) texts(s string, address func(string) string) string {
	if h.KeysOnly {
		return s
	}
	return eachMail(s, func(found string) string {
		mail := strings.TrimLeft(found, "'/")
		if strings.HasPrefix(mail, "@") {
			return found
		}
		return found[:len(found)-len(mail)] + address(mail)
	})
}

// Key hashes what tells results apart where it is an address.
func (h *Hashing) Key(key string) string {
	if !MayHoldAddress(key) {
		return key
	}
	return h.Address(key)
}

// Record is the record with hashes in the place of addresses. Ids stay, for rows are joined by them, and so does what a contract may name or hours are counted
// by: clauses, channels, vendors, the person of an hour. changed tells that it was another one.
func (h *Hashing) Record(r Record) (out Record, changed bool) {
	out = Record{Kind: r.Kind, ID: r.ID, Values: slices.Clone(r.Values)}
	for i, column := range Columns(r.Kind) {
		switch v := r.Values[i]; {
		case v == "" || Stays(r.Kind, column):
		case column == "dedupe_key":
			out.Values[i] = h.Key(v)
		case column == "email" && !h.KeysOnly:
			out.Values[i] = h.Address(v)
		default:
			out.Values[i] = h.Text(v)
		}
	}
	return out, !slices.Equal(out.Values, r.Values)
}

// Stays says of a column of a kind that rows are joined or counted by it, or that contracts name what is in it: nothing in it is hashed. What a contact has to do with a
// deal is only shown.
func Stays(k Kind, column string) bool {
	return isID(column) || slices.Contains(staying, column) && !(k == KindDealContact && column == "role")
}

// Unhashed are the columns of a record in which an address stays: such as a channel that is one, which contracts name, or an id that rows are joined by.
func (h *Hashing) Unhashed(r Record) (columns []string) {
	for i, column := range Columns(r.Kind) {
		if v := r.Values[i]; Stays(r.Kind, column) && h.Text(v) != v {
			columns = append(columns, column)
		}
	}
	return columns
}

// Joins says of a column that rows are joined by it: no erasure changes what stands in it.
func Joins(column string) bool { return isID(column) }

// isID says of a column that rows are joined by it.
func isID(column string) bool {
	return strings.HasSuffix(column, "_id") || column == "merged_ids" || column == "into"
}

var staying = []string{"list", "company", "domain", "metric", "of", "field", "clause", "channel", "provider", "vendor", "category", "milestone", "target", "person", "role", "part"}
