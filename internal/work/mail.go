package work

// ForMail is the form by which a message of e-mail becomes a request, with the keys of its fields for the text and, where it has one, for files: that of the
// category "other", if it asks for nothing but one text. Else nobody can say from a message what it is about, and the request is to be triaged.
func (f Forms) ForMail() (form Form, text, files string) {
	if form, ok := f.Of("other"); ok {
		text, files = "", ""
		asksMore := false
		for _, field := range form.Fields {
			switch {
			case field.Kind == LongField && text == "":
				text = field.Key
			case field.Kind == FilesField && files == "" && !field.Required:
				files = field.Key
			case field.Required:
				asksMore = true
			}
		}
		if text != "" && files != "" && !asksMore {
			return form, text, files
		}
	}
	return Form{Category: "to-be-triaged", Title: "By e-mail, to be triaged", Fields: []BriefField{
		{Key: "what", Label: "What was written", Kind: LongField, Required: true},
		{Key: "material", Label: "Material", Kind: FilesField},
	}}, "what", "material"
}

// LongestText is how many characters a text of a brief has at most.
const LongestText = longestText
