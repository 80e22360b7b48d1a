package crm

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Detect lists the objects that a header row fits, best first. None fits: map the columns by hand as an object of the generic profile.
func Detect(headers []string) []Candidate {
	byKey := keyed(headers)
	var out []Candidate
	for _, o := range objects {
		if c, ok := fit(o, headers, byKey, marked(o, headers, byKey)); ok {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return out
}

// DetectFile is Detect of a file whose name may begin as that of a plain file does, such as "contacts-june.csv": unless the columns fit the export of
// a system best, they are then those records, if their least columns are there.
func DetectFile(name string, headers []string) []Candidate {
	found := Detect(headers)
	if len(found) > 0 && found[0].Mapping.Profile != Generic {
		return found
	}
	var kind Kind
	begin := ""
	for _, k := range Kinds() {
		if b := strings.TrimSuffix(FileName(k), ".csv"); len(b) > len(begin) && strings.HasPrefix(strings.ToLower(name), b) {
			kind, begin = k, b
		}
	}
	c, ok := DetectAs(kind, headers)
	if !ok {
		return found
	}
	c.Score = 1
	return append([]Candidate{c}, slices.DeleteFunc(found, func(o Candidate) bool { return o.Kind == kind && o.Mapping.Profile == Generic })...)
}

// DetectAs reads the headers as those of a plain file of the kind, whose least columns suffice where somebody says that it is one.
func DetectAs(kind Kind, headers []string) (Candidate, bool) {
	for _, o := range objects {
		if kind != "" && o.Profile == Generic && o.Kind == kind {
			return fit(o, headers, keyed(headers), true)
		}
	}
	return Candidate{}, false
}

// FitsOthers reports whether the columns of a plain file are those of another kind as much, so that they alone do not tell what its rows are.
func (m Mapping) FitsOthers() bool {
	mine, _ := ObjectOf(m.Profile, m.Object)
	if mine.Profile != Generic {
		return false
	}
	headers := slices.DeleteFunc(slices.Sorted(maps.Values(m.Columns)), func(h string) bool { return h == "" })
	byKey := keyed(headers)
	sure := marked(mine, headers, byKey)
	own, _ := fit(mine, headers, byKey, true)
	return slices.ContainsFunc(objects, func(o Object) bool {
		if o.Profile != Generic || o.Kind == mine.Kind {
			return false
		}
		other, ok := fit(o, headers, byKey, !sure || marked(o, headers, byKey))
		return ok && other.Score > own.Score-nearScore
	})
}

// keyed are the headers by what headerKey makes of them; of two alike, the first.
func keyed(headers []string) map[string]string {
	byKey := map[string]string{}
	for _, h := range headers {
		name, _ := cutHeaderCurrency(h)
		for _, key := range []string{headerKey(h), headerKey(name)} {
			if _, taken := byKey[key]; !taken && key != "" {
				byKey[key] = h
			}
		}
	}
	return byKey
}

func anyOf(names []string, byKey map[string]string) bool {
	return slices.ContainsFunc(names, func(n string) bool { _, ok := byKey[headerKey(n)]; return ok })
}

// marked reports whether a header is there that no other table has.
func marked(o Object, headers []string, byKey map[string]string) bool {
	return len(o.marks) == 0 || anyOf(o.marks, byKey) || o.sums && slices.ContainsFunc(headers, func(h string) bool { return addsOf(h) != never })
}

func fit(o Object, headers []string, byKey map[string]string, marked bool) (Candidate, bool) {
	if !marked || len(o.also) > 0 && !anyOf(o.also, byKey) || anyOf(o.unless, byKey) {
		return Candidate{}, false
	}
	c := Candidate{Kind: o.Kind, Mapping: Mapping{Profile: o.Profile, Object: o.Name, Columns: map[string]string{}}}
	points, possible := 0, 0
	used := map[string]bool{}
	for _, f := range o.Fields {
		if f.Choice {
			if ch, ok := f.choice(byKey); ok {
				c.Choices = append(c.Choices, ch)
			}
			continue
		}
		if len(f.Headers) == 0 || f.Stated {
			continue
		}
		possible += 3
		header, exact := f.find(headers, byKey)
		switch {
		case header != "" && !used[header]:
			c.Mapping.Columns[f.Name] = header
			used[header] = true
			points += 2
			if exact {
				points++
			}
		case f.Required:
			return Candidate{}, false
		default:
			c.Missing = append(c.Missing, f.Name)
		}
	}
	for _, h := range headers {
		if !used[h] && h != "" {
			c.Unmapped = append(c.Unmapped, h)
		}
	}
	c.Score = 0.7*float64(points)/float64(possible) + 0.3*float64(len(used))/float64(max(1, len(headers)))
	if o.Profile == Generic {
		c.Mapping.Convention = Plain(o.Kind).Convention
	}
	return c, c.Score >= leastScore || o.report || o.sums
}

// nearScore is how much worse another kind may fit and still be meant.
const nearScore = 0.15

// leastScore keeps tables out that share an id and a name with an object and nothing else.
const leastScore = 0.3

// find gives the header that holds the field: the first of its usual names that is there, exactly written or nearly.
func (f Field) find(headers []string, byKey map[string]string) (header string, exact bool) {
	for _, name := range f.Headers {
		if slices.Contains(headers, name) {
			return name, true
		}
	}
	for _, name := range f.Headers {
		if h, ok := byKey[headerKey(name)]; ok {
			return h, false
		}
	}
	return "", false
}

func (f Field) choice(byKey map[string]string) (Choice, bool) {
	ch := Choice{Field: f.Name, Words: "Which column dates a member who has no date of first response? Without one, such touches have no date and earn no credit."}
	for _, name := range f.Headers {
		if h, ok := byKey[headerKey(name)]; ok && !slices.Contains(ch.Options, h) {
			ch.Options = append(ch.Options, h)
		}
	}
	return ch, len(ch.Options) > 0
}
