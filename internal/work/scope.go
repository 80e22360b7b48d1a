package work

import (
	"github.com/ofrecord/ofrecord/internal/engagement"
)

// Scope is how a request stands to the scope of a contract: what was asked, what the contract says of it, and the answer. The answer is the contract's, or that of a person who
// decided otherwise and said why; empty while something is missing.
type Scope struct {
	Contract  string            `json:"contract,omitempty"` // id; empty: none was in force
	Name      string            `json:"name,omitempty"`     // of the contract
	VersionID string            `json:"version_id,omitempty"`
	Brand     string            `json:"brand,omitempty"`
	Ask       engagement.Ask    `json:"ask"`
	Found     engagement.Intake `json:"found"`
	Answer    engagement.Answer `json:"answer"`
	Reason    string            `json:"reason,omitempty"` // of the person who decided; empty: it is the contract's answer
}

// Decided: a person gave the answer, and not the contract.
func (s Scope) Decided() bool { return s.Reason != "" }

// Words of the answer, for people.
func (s Scope) Words() string {
	switch {
	case s.Decided():
		return s.Answer.Words()
	case s.Answer == engagement.AnswerOpen:
		return "scope is open"
	}
	return s.Found.Words()
}

// Agreed: a scope is agreed that the request can stand to, or a person decided without one.
func (s Scope) Agreed() bool {
	return s.Found.SOW != "" || s.Decided() || s.Answer != engagement.AnswerOpen
}

// Plain is the scope without what only those read who read the contract: the answer alone.
func (s Scope) Plain() *Scope {
	return &Scope{Ask: engagement.Ask{Category: s.Ask.Category}, Brand: s.Brand, Answer: s.Answer, Found: engagement.Intake{Answer: s.Found.Answer, SOW: s.Found.SOW}}
}

// Same reports whether two answers say the same of the same work.
func (s Scope) Same(t Scope) bool {
	return s.Contract == t.Contract && s.VersionID == t.VersionID && s.Brand == t.Brand && s.Ask == t.Ask && s.Answer == t.Answer && s.Reason == t.Reason &&
		s.Found.Answer == t.Found.Answer && s.Found.Missing == t.Found.Missing && s.Found.Above == t.Found.Above && s.Found.Approve == t.Found.Approve
}
