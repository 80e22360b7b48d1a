package contract

import (
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// spokenPlaces gives each fault its place in words. The document may be one that could not be read to its end, or nil.
func spokenPlaces(doc *value, faults fault.List) fault.List {
	for i, f := range faults {
		if f.Field != "" && f.Place == "" {
			faults[i] = f.In(placeWords(doc, f.Field))
		}
	}
	return faults
}

// placeWords is a path as people read it: "clauses[1].metrics[0].weight" is "clause bonus, metrics, entry 1, weight".
func placeWords(doc *value, path string) string {
	var words []string
	for key := range strings.SplitSeq(path, ".") {
		name, index, listed := strings.Cut(strings.TrimSuffix(key, "]"), "[")
		no, _ := strconv.Atoi(index)
		switch {
		case listed && name == "clauses" && len(words) == 0:
			words = append(words, "clause "+clauseName(doc, no))
		case listed:
			words = append(words, strings.ReplaceAll(name, "_", " "), "entry "+strconv.Itoa(no+1))
		default:
			words = append(words, strings.ReplaceAll(name, "_", " "))
		}
	}
	return strings.Join(words, ", ")
}

// clauseName is the name of a clause, or its number where it has none.
func clauseName(doc *value, i int) string {
	if doc != nil && doc.get("clauses") != nil && i < len(doc.get("clauses").items) {
		if item := doc.get("clauses").items[i]; item != nil {
			for _, k := range clauseKinds() {
				if id := item.str(k.spec.key); id != "" {
					return shorten(id)
				}
			}
		}
	}
	return strconv.Itoa(i + 1)
}
