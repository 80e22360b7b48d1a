package work

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// FieldKind is what a field of a brief asks for.
type FieldKind string

// The kinds. Money is an amount with its currency, "1500.00 USD"; of files it is asked how many are attached.
const (
	TextField   FieldKind = "text"
	LongField   FieldKind = "long-text"
	DateField   FieldKind = "date"
	ChoiceField FieldKind = "choice"
	MoneyField  FieldKind = "money"
	FilesField  FieldKind = "files"
)

var fieldKinds = []FieldKind{TextField, LongField, DateField, ChoiceField, MoneyField, FilesField}

// BriefField is one thing that a brief asks.
type BriefField struct {
	Key      string    `yaml:"key" json:"key"`
	Label    string    `yaml:"label" json:"label"`
	Kind     FieldKind `yaml:"kind" json:"kind"`
	Required bool      `yaml:"required" json:"required"`
	Hint     string    `yaml:"hint,omitempty" json:"hint,omitempty"`
	Choices  []string  `yaml:"choices,omitempty" json:"choices,omitempty"`

	NotBefore string `yaml:"not_before,omitempty" json:"not_before,omitempty"` // of a date: the key of another date of the form, which it never comes before
}

// Form is what is asked of a request in a category.
type Form struct {
	Category string       `yaml:"category" json:"category"`
	Title    string       `yaml:"title" json:"title"`
	Fields   []BriefField `yaml:"fields" json:"fields"`
}

// Forms are the briefs of a workspace, one a category.
type Forms []Form

//go:embed briefs.yaml
var presetForms string

// PresetForms is the text of the briefs that a workspace begins with.
func PresetForms() string { return presetForms }

// Of finds the form of a category.
func (f Forms) Of(category string) (Form, bool) {
	i := slices.IndexFunc(f, func(form Form) bool { return form.Category == category })
	if i < 0 {
		return Form{}, false
	}
	return f[i], true
}

// MaxForms is the longest text of forms that is read, in bytes.
const MaxForms = 64 << 10

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ParseForms reads the forms of a workspace. Faults: Invalid, every problem with the form and field at which it is.
func ParseForms(source []byte) (Forms, error) {
	if len(source) > MaxForms {
		return nil, fault.New(fault.TooLarge, "forms-size", "the forms are longer than %d KB", MaxForms>>10)
	}
	var text struct {
		Forms Forms `yaml:"forms"`
	}
	if err := yaml.UnmarshalWithOptions(source, &text, yaml.Strict()); err != nil {
		return nil, fault.New(fault.Invalid, "forms-text", "this is no text of forms: %s", yaml.FormatError(err, false, false)).At("forms").Because(err)
	}
	if len(text.Forms) == 0 {
		return nil, fault.New(fault.Invalid, "forms-empty", "there is no form; write at least one under forms, with category, title and fields").At("forms")
	}
	var faults fault.List
	seen := map[string]bool{}
	for i, form := range text.Forms {
		problem := func(code, format string, args ...any) {
			faults.Add(fault.New(fault.Invalid, code, "form %d (%s): %s", i+1, form.Category, fmt.Sprintf(format, args...)).At("forms"))
		}
		switch {
		case !slug.MatchString(form.Category):
			problem("form-category", "write the category in small letters, such as paid-media")
		case seen[form.Category]:
			problem("form-twice", "this category has a form already; write one for each")
		case strings.TrimSpace(form.Title) == "":
			problem("form-title", "give it a title")
		}
		seen[form.Category] = true
		form.check(problem)
	}
	return text.Forms, faults.Err()
}

func (f Form) check(problem func(code, format string, args ...any)) {
	seen := map[string]bool{}
	if len(f.Fields) == 0 {
		problem("form-fields", "it asks nothing; write at least one field")
	}
	for _, field := range f.Fields {
		switch {
		case !slug.MatchString(field.Key):
			problem("field-key", "write the key of the field %q in small letters, such as landing-page", field.Key)
		case seen[field.Key]:
			problem("field-twice", "the field %s stands in it twice", field.Key)
		case strings.TrimSpace(field.Label) == "":
			problem("field-label", "the field %s has no label", field.Key)
		case !slices.Contains(fieldKinds, field.Kind):
			problem("field-kind", "the field %s asks for %q; write one of %v", field.Key, field.Kind, fieldKinds)
		case field.Kind == ChoiceField && len(field.Choices) < 2:
			problem("field-choices", "the field %s is a choice of fewer than two; write its choices", field.Key)
		case field.Kind != ChoiceField && len(field.Choices) > 0:
			problem("field-choices", "the field %s has choices and is none; write kind: choice", field.Key)
		}
		if field.NotBefore != "" && (field.Kind != DateField || !slices.ContainsFunc(f.Fields, func(o BriefField) bool { return o.Key == field.NotBefore && o.Kind == DateField && o.Key != field.Key })) {
			problem("field-not-before", "the field %s cannot come not before %q; write the key of another date of this form", field.Key, field.NotBefore)
		}
		seen[field.Key] = true
	}
}

// The longest answers, in characters.
const (
	longestLine = 300
	longestText = 20_000
)

// Answers are what was written into the fields of a brief, by their keys. Of files it is said nothing here.
type Answers map[string]string

// Check reads the answers as the form asks for them: those that were given, in the form in which they are kept. Attached tells how many files a field has.
// Faults: Invalid, each at "brief.<key>".
func (f Form) Check(given Answers, attached map[string]int) (Answers, error) {
	out := Answers{}
	var faults fault.List
	for _, field := range f.Fields {
		text := strings.TrimSpace(given[field.Key])
		if field.Kind == TextField {
			text = Line(text)
		}
		if text == "" && field.Kind != FilesField || field.Kind == FilesField && attached[field.Key] == 0 {
			if field.Required {
				faults.Add(fault.New(fault.Invalid, "brief-missing", "%s is needed to begin.", field.Label).At("brief." + field.Key))
			}
			continue
		}
		kept, err := field.read(text)
		for _, problem := range fault.All(err) {
			faults.Add(problem.At("brief." + field.Key))
		}
		if kept != "" {
			out[field.Key] = kept
		}
	}
	for _, field := range f.Fields {
		if day, first := out[field.Key], out[field.NotBefore]; field.NotBefore != "" && day != "" && day < first { // both as 2026-03-31
			faults.Add(fault.New(fault.Invalid, "brief-order", "%s comes before %s; change one of them.", field.Words(day), field.Words(first)).At("brief." + field.Key))
		}
	}
	for key := range given {
		if !slices.ContainsFunc(f.Fields, func(field BriefField) bool { return field.Key == key }) && strings.TrimSpace(given[key]) != "" {
			faults.Add(fault.New(fault.Invalid, "brief-unknown", "The brief for %s does not ask for %q.", f.Title, key).At("brief." + key))
		}
	}
	return out, faults.Err()
}

// Words are an answer as people read it: a day and an amount as every page shows them.
func (field BriefField) Words(answer string) string {
	switch field.Kind {
	case DateField:
		if d, err := cal.ParseDate(answer); err == nil {
			return d.Words()
		}
	case MoneyField:
		text, currency, _ := strings.Cut(answer, " ")
		if amount, err := money.Parse(text, money.Currency(currency)); err == nil {
			return amount.FormatWith()
		}
	}
	return answer
}

func (field BriefField) read(text string) (string, error) {
	most := longestLine
	if field.Kind == LongField {
		most = longestText
	}
	if len([]rune(text)) > most {
		return "", fault.New(fault.Invalid, "brief-long", "%s has more than %d characters; attach a file for the rest.", field.Label, most)
	}
	switch field.Kind {
	case DateField:
		d, err := cal.ParseDate(text)
		if err != nil {
			return "", fault.New(fault.Invalid, "brief-date", "%s is a day; write it as 2026-03-31.", field.Label).Because(err)
		}
		return d.String(), nil
	case ChoiceField:
		if !slices.Contains(field.Choices, text) {
			return "", fault.New(fault.Invalid, "brief-choice", "%s is one of: %s.", field.Label, strings.Join(field.Choices, ", "))
		}
	case MoneyField:
		return readMoney(field.Label, text)
	case FilesField:
		return "", nil
	}
	return text, nil
}

func readMoney(label, text string) (string, error) {
	words := strings.Fields(text)
	wrong := fault.New(fault.Invalid, "brief-money", "%s is an amount with its currency; write it as 1500.00 USD.", label)
	if len(words) != 2 {
		return "", wrong
	}
	currency, err := money.ParseCurrency(words[1])
	if err != nil {
		return "", wrong.Because(err)
	}
	amount, err := money.Parse(words[0], currency)
	if err != nil {
		return "", wrong.Because(err)
	}
	return amount.String() + " " + string(currency), nil
}
