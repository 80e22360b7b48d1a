package ui

import (
	"maps"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// unasked are the questions of a form that the input does not answer, because its columns were not named when it was shown.
func unasked(fields []kit.Field, values url.Values) (out []kit.Field) {
	put := map[string]bool{}
	for name := range values {
		if isMeant(name) {
			put[values.Get(name)] = true
		}
	}
	for i, f := range fields {
		switch {
		case isMeant(f.Name) && !put[f.Value]:
			out = append(out, fields[i+1]) // the control that goes with the name
		case isQuestion(f.Name) && !values.Has(f.Name):
			out = append(out, f)
		}
	}
	return out
}

func isQuestion(name string) bool {
	return strings.HasPrefix(name, "convention.") || name == "default_currency" || name == "home_currency"
}

// isMeant: the hidden field names a stage or a customer type whose meaning is asked.
func isMeant(name string) bool {
	return strings.HasPrefix(name, "stage_name.") || strings.HasPrefix(name, "type_name.")
}

// answered is the input for the form as it is now: with what the columns prove where the person said nothing, and with the stages and customer
// types in their present order.
func answered(fields []kit.Field, values url.Values) url.Values {
	out := maps.Clone(values)
	for _, f := range fields {
		ofRows := isMeant(f.Name) || strings.HasPrefix(f.Name, "stage.") || strings.HasPrefix(f.Name, "type.") || strings.HasSuffix(f.Name, "_stages")
		if ofRows || !values.Has(f.Name) || isQuestion(f.Name) && values.Get(f.Name) == "" {
			out.Set(f.Name, f.Value)
		}
	}
	return out
}

// atAsked leaves out what is wrong with fields that were not in the form.
func atAsked(faults fault.List, values url.Values) error {
	var out fault.List
	for _, f := range faults {
		if values.Has(f.Field) {
			out.Add(f)
		}
	}
	return out.Err()
}

// questionsNotice leads to what the columns leave open; nil when they leave nothing.
func questionsNotice(open []kit.Field) templ.Component {
	if len(open) == 0 {
		return nil
	}
	v := kit.NoticeView{Level: kit.Info, Title: "The columns leave these open", Text: "Answer below what the file cannot say by itself, then start the dry run."}
	stages, types := false, false
	for _, f := range open {
		text := f.Label
		switch {
		case strings.HasPrefix(f.Name, "stage."):
			if stages {
				continue
			}
			text, stages = "What each stage means", true
		case strings.HasPrefix(f.Name, "type."):
			if types {
				continue
			}
			text, types = "What each customer type means", true
		}
		v.Links = append(v.Links, kit.Link{Text: text, Href: f.Href()})
	}
	return kit.Notice(v)
}
