package ui

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// saying is a message as the page shows it.
type saying struct {
	internal bool
	who      string
	side     string
	when     templ.Component
	text     []string
	files    []fileLink
}

// conversation is what was written, and the two forms that cannot be mixed up: the one that the client reads stands open, the internal one is opened first,
// looks different, and says in its words and on its button that the client does not read it.
func (d desk) conversation() templ.Component {
	var all []saying
	for _, m := range d.Messages {
		s := saying{internal: m.Visibility == ops.Internal, who: m.ByName, side: sideWords[m.Side], when: kit.MomentText(m.At, d.Zone), text: strings.Split(m.Text, "\n")}
		for _, f := range m.Files {
			s.files = append(s.files, d.link(f))
		}
		all = append(all, s)
	}
	parts := []templ.Component{talk(all)}
	if len(all) == 0 {
		parts = []templ.Component{kit.Quiet("Nothing was written yet.")}
	}
	if d.May(access.RequestAnswer) {
		parts = append(parts, forClient(d.answerWords(), d.compose("answer", d.answerButton())))
	}
	if d.Internal && d.May(access.RequestNote) {
		parts = append(parts, internalNote(d.refused.verb == "note", d.compose("note", "Keep as internal note")))
	}
	return kit.Group(parts...)
}

var sideWords = map[access.OrgKind]string{access.Agency: "agency", access.Client: "client", access.Specialist: "specialist"}

// byClient: the person writes for the client.
func (d desk) byClient() bool {
	for _, m := range d.who.Memberships {
		if m.OrgKind == access.Client && m.Org == d.Client {
			return !d.Internal
		}
	}
	return false
}

func (d desk) answerWords() string {
	if d.byClient() {
		return "The agency reads this, and everybody at " + d.ClientName + " who sees this request."
	}
	return "The client reads this: everybody at " + d.ClientName + " who sees this request."
}

func (d desk) answerButton() string {
	if d.byClient() {
		return "Send to the agency"
	}
	return "Send to the client"
}

func (d desk) compose(verb, button string) kit.FormView {
	files := kit.Field{Name: verb + "-files", Label: "Files", Optional: true}
	filesOf(&files)
	label := "Message"
	tone := kit.Primary
	switch verb {
	case "note":
		label, tone = "Internal note", kit.Danger
	case "draft":
		label = "Words to the draft"
	}
	return kit.FormView{Action: d.path(verb), Submit: button, Tone: tone, Upload: true, Input: d.input(verb),
		Fields: []kit.Field{{Name: "once", Kind: kit.Hidden, Value: d.key()}, {Name: verb + "-text", Label: label, Kind: kit.Area, Rows: 4, Optional: verb == "draft"}, files}}
}
