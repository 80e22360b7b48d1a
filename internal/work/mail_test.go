package work_test

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/work"
)

func TestAMessageGoesByTheFormThatAsksForNothingElse(t *testing.T) {
	preset, err := work.ParseForms([]byte(work.PresetForms()))
	if err != nil {
		t.Fatal(err)
	}
	if form, text, files := preset.ForMail(); form.Category != "other" || text != "what" || files != "material" {
		t.Errorf("%s %s %s", form.Category, text, files)
	}
	stricter := work.Forms{{Category: "other", Title: "Other", Fields: []work.BriefField{
		{Key: "what", Label: "What", Kind: work.LongField, Required: true}, {Key: "due", Label: "Due", Kind: work.DateField, Required: true}}}}
	for name, forms := range map[string]work.Forms{"it asks for a day": stricter, "there is none": nil} {
		form, text, files := forms.ForMail()
		if form.Category != "to-be-triaged" || text != "what" || files != "material" {
			t.Errorf("%s: %s", name, form.Category)
		}
		if _, err := form.Check(work.Answers{text: "a page"}, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
