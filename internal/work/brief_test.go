package work

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestThePresetFormsAreForms(t *testing.T) {
	forms, err := ParseForms([]byte(PresetForms()))
	if err != nil {
		t.Fatal(err)
	}
	for _, category := range []string{"paid-media", "creative", "content", "email-crm", "web", "seo", "analytics", "pr", "other"} {
		if _, ok := forms.Of(category); !ok {
			t.Errorf("no form for %s", category)
		}
	}
}

func TestFormsThatAreRefused(t *testing.T) {
	for code, text := range map[string]string{
		"forms-empty":   "forms: []",
		"forms-text":    "forms:\n  - {category: web, titel: Web}",
		"form-category": "forms:\n  - {category: Web Site, title: Web, fields: [{key: a, label: A, kind: text, required: true}]}",
		"form-twice":    "forms:\n  - {category: web, title: Web, fields: [{key: a, label: A, kind: text, required: true}]}\n  - {category: web, title: Web, fields: [{key: a, label: A, kind: text, required: true}]}",
		"form-title":    "forms:\n  - {category: web, title: ' ', fields: [{key: a, label: A, kind: text, required: true}]}",
		"form-fields":   "forms:\n  - {category: web, title: Web, fields: []}",
		"field-kind":    "forms:\n  - {category: web, title: Web, fields: [{key: a, label: A, kind: number, required: true}]}",
		"field-twice":   "forms:\n  - {category: web, title: Web, fields: [{key: a, label: A, kind: text, required: true}, {key: a, label: A, kind: text, required: true}]}",
		"field-choices": "forms:\n  - {category: web, title: Web, fields: [{key: a, label: A, kind: choice, required: true, choices: [one]}]}",
		"field-label":   "forms:\n  - {category: web, title: Web, fields: [{key: a, label: '', kind: text, required: true}]}",
		"field-key":     "forms:\n  - {category: web, title: Web, fields: [{key: A B, label: A, kind: text, required: true}]}",
	} {
		if _, err := ParseForms([]byte(text)); fault.Code(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestABriefIsReadAsItsFormAsks(t *testing.T) {
	form := Form{Category: "paid-media", Title: "Paid media", Fields: []BriefField{
		{Key: "goal", Label: "Goal", Kind: LongField, Required: true}, {Key: "budget", Label: "Budget", Kind: MoneyField, Required: true},
		{Key: "start", Label: "First day", Kind: DateField}, {Key: "channel", Label: "Channel", Kind: ChoiceField, Choices: []string{"search", "social"}},
		{Key: "material", Label: "Material", Kind: FilesField, Required: true},
	}}
	have, err := form.Check(Answers{"goal": "  120 demo requests ", "budget": "1500 USD", "start": "2026-03-31", "channel": "social"}, map[string]int{"material": 1})
	if err != nil || have["goal"] != "120 demo requests" || have["budget"] != "1500.00 USD" || have["start"] != "2026-03-31" {
		t.Errorf("%v, %v", have, err)
	}
	_, err = form.Check(Answers{"budget": "lots", "start": "31 March", "channel": "radio", "colour": "red"}, nil)
	at := map[string]string{}
	for _, f := range fault.All(err) {
		at[f.Field] = f.Code
	}
	for field, code := range map[string]string{"brief.goal": "brief-missing", "brief.budget": "brief-money", "brief.start": "brief-date", "brief.channel": "brief-choice",
		"brief.material": "brief-missing", "brief.colour": "brief-unknown"} {
		if at[field] != code {
			t.Errorf("%s: got %q, want %s", field, at[field], code)
		}
	}
	if _, err := form.Check(Answers{"goal": strings.Repeat("a", longestText+1), "budget": "1 USD"}, map[string]int{"material": 1}); fault.Code(err) != "brief-long" {
		t.Errorf("got %v", err)
	}
}

// An answer is shown as every page shows a day and an amount; one that is neither is shown as it stands.
func TestAnswersAsPeopleReadThem(t *testing.T) {
	for answer, want := range map[string]string{"2026-10-12": "12 Oct 2026", "soon": "soon"} {
		if got := (BriefField{Kind: DateField}).Words(answer); got != want {
			t.Errorf("%s reads %s", answer, got)
		}
	}
	for answer, want := range map[string]string{"18000.00 USD": "USD 18,000.00", "1500 JPY": "JPY 1,500", "much": "much"} {
		if got := (BriefField{Kind: MoneyField}).Words(answer); got != want {
			t.Errorf("%s reads %s", answer, got)
		}
	}
}

// The last day comes on the first or later; a form names such a pair by the key of another date.
func TestDaysOfABriefStandInTheirOrder(t *testing.T) {
	form := Form{Category: "paid-media", Title: "Paid media", Fields: []BriefField{{Key: "start", Label: "First day", Kind: DateField}, {Key: "end", Label: "Last day", Kind: DateField, NotBefore: "start"}}}
	for end, code := range map[string]string{"2026-03-01": "brief-order", "2026-03-02": "", "2026-11-01": "", "": ""} {
		_, err := form.Check(Answers{"start": "2026-03-02", "end": end}, nil)
		if fault.Code(err) != code || err != nil && fault.All(err)[0].Field != "brief.end" {
			t.Errorf("%q: %v", end, err)
		}
	}
	if _, err := form.Check(Answers{"end": "2026-03-01"}, nil); err != nil {
		t.Error(err)
	}
	text := "forms: [{category: x, title: X, fields: [{key: a, label: A, kind: date, required: false, not_before: b}]}]"
	if _, err := ParseForms([]byte(text)); fault.Code(err) != "field-not-before" {
		t.Error(err)
	}
}
