package mailin

import (
	"net/mail"
	"strings"

	"github.com/emersion/go-msgauth/authres"
)

// Vouched says whether the server vouches for the address in From, and if not why not, in words for people.
//
// It is believed only what the server itself wrote on top: the first Authentication-Results field of its name. There it has to say dmarc=pass for the
// domain of From. Where the domain has no policy (dmarc=none, or nothing is said of it), a signature (dkim=pass, header.d) or an envelope sender
// (spf=pass, smtp.mailfrom) of exactly that domain counts (RFC 7489, with strict alignment; RFC 8601 section 2).
func (m *Message) Vouched(server string) (ok bool, why string) {
	_, domain, _ := strings.Cut(m.From, "@")
	switch {
	case m.From == "" || domain == "":
		return false, "It does not say from exactly one address who sent it."
	case server == "":
		return false, "No server is named whose word counts on who sent a message."
	}
	for _, field := range m.header["Authentication-Results"] {
		name, results, err := authres.Parse(plainResults(field))
		if !strings.EqualFold(name, server) {
			continue
		}
		if err != nil {
			return false, "What " + server + " says of the sender cannot be read."
		}
		return judge(results, domain, server)
	}
	return false, server + " says nothing of the sender."
}

func judge(results []authres.Result, domain, server string) (bool, string) {
	aligned := false
	for _, r := range results {
		switch r := r.(type) {
		case *authres.DMARCResult:
			if r.Value == authres.ResultPass && strings.EqualFold(r.From, domain) {
				return true, ""
			}
			if r.Value != authres.ResultNone {
				return false, server + " found that the message is not from " + domain + ": DMARC says " + OneLine(string(r.Value)) + "."
			}
		case *authres.DKIMResult:
			aligned = aligned || r.Value == authres.ResultPass && strings.EqualFold(r.Domain, domain)
		case *authres.SPFResult:
			aligned = aligned || r.Value == authres.ResultPass && strings.EqualFold(domainOf(r.From), domain)
		}
	}
	if !aligned {
		return false, server + " found nothing that proves that the message is from " + domain + "."
	}
	return true, ""
}

// domainOf is the domain of an address; a domain alone is its own.
func domainOf(address string) string {
	if _, domain, ok := strings.Cut(address, "@"); ok {
		return domain
	}
	return address
}

// plainResults takes comments and quotation marks out of a field, within which a sender could hide results of their own: whatever was quoted loses
// what parts results and properties.
func plainResults(field string) string {
	var out strings.Builder
	depth, quoted, escaped := 0, false, false
	for _, r := range field {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && (depth > 0 || quoted):
			escaped = true
		case quoted && r == '"':
			quoted = false
		case quoted && depth == 0 && !strings.ContainsRune(";= \t()", r):
			out.WriteRune(r)
		case quoted:
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth > 0:
		case r == '"':
			quoted = true
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// Automatic says why the message was written by a program, so that it asks for nothing and gets no answer; empty: a person wrote it, as far as it
// tells (RFC 3834 section 2).
func (m *Message) Automatic() string {
	get := func(name string) string { return strings.ToLower(strings.TrimSpace(m.header.Get(name))) }
	has := func(name string) bool { _, ok := m.header[name]; return ok }
	kind, _, _ := strings.Cut(get("Content-Type"), ";")
	submitted, _, _ := strings.Cut(get("Auto-Submitted"), ";")
	local, _, _ := strings.Cut(m.From, "@")
	switch {
	case submitted != "" && strings.TrimSpace(submitted) != "no":
		return "It says that a program sent it: Auto-Submitted."
	case get("Precedence") == "bulk" || get("Precedence") == "list" || get("Precedence") == "junk":
		return "It says that it went to many: Precedence."
	case has("List-Id") || has("List-Unsubscribe"):
		return "It came over a mailing list."
	case strings.TrimSpace(kind) == "multipart/report" || local == "mailer-daemon" || local == "postmaster":
		return "It reports that a message was not delivered."
	case has("Return-Path") && nobody(m.header["Return-Path"]):
		return "It asks for no answer: its Return-Path is empty."
	case has("X-Autoreply") || has("X-Autorespond") || has("X-Auto-Response-Suppress") && strings.Contains(get("X-Auto-Response-Suppress"), "all"):
		return "It says that a program answered."
	}
	return ""
}

func nobody(paths []string) bool {
	for _, p := range paths {
		if a, err := mail.ParseAddress(strings.TrimSpace(p)); err == nil && a.Address != "" {
			return false
		}
	}
	return true
}
