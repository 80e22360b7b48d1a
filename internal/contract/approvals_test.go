package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// guideApprovals are the sections that docs/contract.md shows.
func guideApprovals(t testing.TB) string {
	t.Helper()
	_, page, _ := strings.Cut(read(t, referenceFile), "\n## Approvals and ownership\n")
	_, page, _ = strings.Cut(page, "```yaml\n")
	shown, _, _ := strings.Cut(page, "```")
	return shown
}

// The sample agreement: 5 business days for the client's feedback, 2 revision rounds.
func TestApprovalsOfTheGuide(t *testing.T) {
	terms := parsed(t, read(t, "testdata/good.yaml")+guideApprovals(t))
	want := Approvals{Within: cal.Span{N: 5, Unit: cal.WorkingDays}, Silence: "not-accepted", Late: LateDayForDay, Included: 2, Counted: CountRevisions, Further: FurtherOrder}
	if terms.Approvals == nil || *terms.Approvals != want {
		t.Errorf("%+v", terms.Approvals)
	}
	if o := terms.Ownership; o == nil || *o != (Ownership{PassesAcceptedAndPaid, cal.Span{N: 12, Unit: cal.Months}, false}) {
		t.Errorf("%+v", o)
	}
	var words []string
	for _, s := range Words(terms) {
		words = append(words, s.Sentences...)
	}
	for _, say := range []string{
		"The client says what it thinks of a version within 5 working days. Silence accepts nothing.",
		"Late feedback moves the day on which the deliverable is due by a working day for each that it was late; one that has begun counts.",
		"2 rounds are included; the first version opens none. A further round needs a change order.",
		"What is made becomes the client's when it was accepted in writing within 12 months of being proposed and its fee is paid; otherwise it stays with the agency.",
	} {
		if !slices.Contains(words, say) {
			t.Errorf("lacks %q in %q", say, words)
		}
	}
}

// A text that was accepted before stays as it is: it says nothing, and nothing is taken for granted.
func TestAContractWithoutApprovals(t *testing.T) {
	if terms := parsed(t, read(t, "testdata/good.yaml")); terms.Approvals != nil || terms.Ownership != nil {
		t.Errorf("%+v %+v", terms.Approvals, terms.Ownership)
	}
}

func TestApprovalsThatCannotBe(t *testing.T) {
	good := read(t, "testdata/good.yaml") + guideApprovals(t)
	for name, c := range map[string]struct{ instead, write, code string }{
		"no silence":               {", silence: not-accepted, late", ", late", "missing"},
		"no answer to further":     {", further: change-order", "", "missing"},
		"calendar days":            {"within: 5 working days, silence: not-accepted, late", "within: 5 days, silence: not-accepted, late", "value"},
		"within nothing":           {"within: 5 working days, silence: not-accepted, late", "within: 0 working days, silence: not-accepted, late", "feedback-of-nothing"},
		"hours of no time":         {"within: 5 working days, silence: not-accepted, late", "within: 40 hours, silence: not-accepted, late", "feedback-hours"},
		"lateness of no time":      {"late: day-for-day", "late: by-lateness", "feedback-hours"},
		"in time, and no time":     {", accepted_within: 12 months", "", "accepted-within"},
		"accepted within nothing":  {"12 months, silence_accepts", "0 months, silence_accepts", "accepted-within"},
		"silence, and nothing":     {", silence_accepts: no", "", "silence-accepts"},
		"a time that nothing asks": {"passes: accepted-and-paid", "passes: on-payment", "ownership-unused"},
	} {
		if strings.Count(good, c.instead) != 1 {
			t.Fatalf("%s: %q stands %d times", name, c.instead, strings.Count(good, c.instead))
		}
		_, err := Parse([]byte(strings.Replace(good, c.instead, c.write, 1)))
		if !slices.ContainsFunc(fault.All(err), func(f *fault.Fault) bool { return f.Code == c.code && f.Line > 0 }) {
			t.Errorf("%s: %v", name, fault.All(err))
		}
	}
}
