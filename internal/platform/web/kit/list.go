package kit

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// DefaultPerPage is the length of a page of a list.
const DefaultPerPage = 50

// List is the sort, page and filters of a table as they stand in the address: "?state=open&sort=-amount&page=2".
// Everything is in the address, so a view can be bookmarked and sent.
type List struct {
	Path    string
	Query   url.Values
	Sort    string // key of a sortable column; "" when there is none
	Desc    bool
	Page    int // from 1
	PerPage int
}

// ParseList reads the list from the address. A sort key that is not among the given ones falls back to the first;
// "-key" as first means descending.
func ParseList(r *http.Request, sortKeys ...string) List {
	q := r.URL.Query()
	l := List{Path: r.URL.Path, Query: q, Page: 1, PerPage: DefaultPerPage}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 && n <= 1_000_000 {
		l.Page = n
	}
	if len(sortKeys) > 0 {
		l.Sort, l.Desc = sortOf(sortKeys[0])
	}
	if key, desc := sortOf(q.Get("sort")); key != "" && slices.ContainsFunc(sortKeys, func(k string) bool { return strings.TrimPrefix(k, "-") == key }) {
		l.Sort, l.Desc = key, desc
	}
	return l
}

func sortOf(text string) (key string, desc bool) {
	key, desc = strings.CutPrefix(text, "-")
	return key, desc
}

// Offset is how many rows come before this page.
func (l List) Offset() int { return (l.Page - 1) * l.PerPage }

// Filter is the value of a filter, trimmed.
func (l List) Filter(name string) string { return strings.TrimSpace(l.Query.Get(name)) }

// Filtered reports whether any filter is set, so that an empty table can say so.
func (l List) Filtered() bool {
	for name, values := range l.Query {
		if name != "sort" && name != "page" && name != "format" && len(values) > 0 && values[0] != "" {
			return true
		}
	}
	return false
}

func (l List) with(name, value string) string {
	q := url.Values{}
	for k, v := range l.Query {
		if k != "page" && k != "format" {
			q[k] = v
		}
	}
	if value == "" {
		q.Del(name)
	} else {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return l.Path
	}
	return l.Path + "?" + q.Encode()
}

// Sortable is a column head that sorts by the key; again, the other way round.
func (l List) Sortable(key, title string, align Align) Column {
	c := Column{Title: title, Align: align}
	next := key
	if l.Sort == key {
		c.Sorted = Ascending
		next = "-" + key
		if l.Desc {
			c.Sorted, next = Descending, key
		}
	}
	c.SortHref = l.with("sort", next)
	return c
}

// Pager is the way through the pages of so many rows; nil when one page holds them all.
func (l List) Pager(total int) *PagerView {
	if total <= l.PerPage && l.Page == 1 {
		return nil
	}
	last := max((total+l.PerPage-1)/l.PerPage, 1)
	v := &PagerView{First: l.Offset() + 1, Last: min(l.Offset()+l.PerPage, total), Total: total}
	if l.Page > 1 {
		v.Previous = l.with("page", strconv.Itoa(min(l.Page-1, last)))
	}
	if l.Page < last {
		v.Next = l.with("page", strconv.Itoa(l.Page+1))
	}
	return v
}

// Exports are the links that save exactly the shown rows: the same address with format=csv and format=xlsx.
func (l List) Exports() []Link {
	return []Link{{"CSV", l.with("format", "csv")}, {"XLSX", l.with("format", "xlsx")}}
}

// Format is the wanted form: "csv", "xlsx", or "" for the page.
func (l List) Format() string {
	if f := l.Query.Get("format"); f == "csv" || f == "xlsx" {
		return f
	}
	return ""
}

// Filters is the form above the table: it keeps the sort and starts again at the first page.
func (l List) Filters(fields ...Field) *FilterView {
	v := &FilterView{Action: l.Path, Clear: l.Path, Sort: l.Query.Get("sort"), Set: l.Filtered()}
	for _, f := range fields {
		f.Value = l.Filter(f.Name)
		f.compact = true
		v.Fields = append(v.Fields, f)
	}
	return v
}
