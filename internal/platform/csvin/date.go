package csvin

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Date reads a civil date: "2024-01-22", "22.01.2024" under DMY, "01/22/2024" under MDY, "22 Jan 2024", "Jan 22, 2024". A time behind it
// is dropped, unless it carries its own zone: then the date is the one in Zone at that instant.
func (c Convention) Date(cell string) (cal.Date, error) {
	p, err := c.parseMoment(cell)
	if err != nil {
		return cal.Date{}, err
	}
	if !p.zoned {
		return p.date, nil
	}
	if c.Zone == nil {
		return cal.Date{}, valueError("zone-missing", "%s is an instant, and its date depends on the time zone, which is not stated. Choose the time zone of this file.", shown(cell))
	}
	y, m, d := p.instant.In(c.Zone).Date()
	return existing(y, int(m), d, cell)
}

// Instant reads a point in time and gives it in UTC: RFC 3339, "2024-01-22T16:14:25.000+0000", "2020-12-30 3:15:52", "11/05/2024 14:03"
// under the stated order, "… 2:03 PM", seconds or milliseconds since 1970. A value without a zone is in Zone; one without a time is
// the first instant of its day. Times that the zone's clocks skip are refused; of two equal times the earlier is taken.
func (c Convention) Instant(cell string) (time.Time, error) {
	p, err := c.parseMoment(cell)
	if err != nil {
		return time.Time{}, err
	}
	if p.zoned {
		return inRange(p.instant, cell)
	}
	if c.Zone == nil {
		return time.Time{}, valueError("zone-missing", "%s carries no time zone, and none is stated. Choose the time zone of this file.", shown(cell))
	}
	if !p.timed {
		return inRange(p.date.Start(c.Zone).UTC(), cell)
	}
	h, m, s := int(p.clock/time.Hour), int(p.clock/time.Minute)%60, int(p.clock/time.Second)%60
	t := time.Date(p.date.Year(), p.date.Month(), p.date.Day(), h, m, s, int(p.clock%time.Second), c.Zone)
	if t.Hour() != h || t.Minute() != m {
		return time.Time{}, valueError("time-skipped", "%s does not exist in %s: the clocks went forward over it. Check the time zone of this file.", shown(cell), c.Zone)
	}
	if earlier := t.Add(-time.Hour); earlier.Hour() == h && earlier.Minute() == m {
		t = earlier
	}
	return inRange(t.UTC(), cell)
}

func inRange(t time.Time, cell string) (time.Time, error) {
	if t.Year() < 1900 || t.Year() > 2199 {
		return time.Time{}, impossible(cell)
	}
	return t, nil
}

// moment is what a cell says: an instant when zoned, else a date and, when timed, a time of day.
type moment struct {
	date    cal.Date
	clock   time.Duration
	timed   bool
	zoned   bool
	instant time.Time
}

func (c Convention) parseMoment(cell string) (moment, error) {
	s := strings.TrimFunc(cell, unicode.IsSpace)
	if s == "" {
		return moment{}, valueError("date-empty", "The date is empty.")
	}
	if len(s) > 48 {
		return moment{}, valueError("date-format", "%s is too long for a date.", shown(cell))
	}
	if allDigits(s) {
		return epoch(s, cell)
	}
	datePart, timePart := cutTime(s)
	d, err := c.civilDate(datePart, cell)
	if err != nil {
		return moment{}, err
	}
	p := moment{date: d}
	if timePart == "" {
		return p, nil
	}
	clock, offset, zoned, err := clockAndZone(timePart, cell)
	if err != nil {
		return moment{}, err
	}
	p.clock, p.timed, p.zoned = clock, true, zoned
	if zoned {
		p.instant = time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).Add(clock - offset)
	}
	return p, nil
}

// epoch reads seconds (9 or 10 digits) or milliseconds (12 or 13 digits) since 1970, and the compact date 20240131.
func epoch(s, cell string) (moment, error) {
	n := int64(0)
	for _, r := range s[:min(len(s), 18)] {
		n = n*10 + int64(r-'0')
	}
	switch len(s) {
	case 8:
		d, err := cal.NewDate(int(n/10000), time.Month(n/100%100), int(n%100))
		if err != nil {
			return moment{}, impossible(cell)
		}
		return moment{date: d}, nil
	case 9, 10:
		return moment{zoned: true, instant: time.Unix(n, 0).UTC()}, nil
	case 12, 13:
		return moment{zoned: true, instant: time.UnixMilli(n).UTC()}, nil
	case 5:
		return moment{}, valueError("date-serial", "%s looks like a spreadsheet's day number. Format the column as a date (2024-01-31) and export again.", shown(cell))
	}
	return moment{}, notADate(cell)
}

// cutTime separates the time of day from the date in front of it.
func cutTime(s string) (datePart, timePart string) {
	if i := strings.IndexAny(s, "Tt"); i >= 8 && i+1 < len(s) && isDigit(s[i-1]) && isDigit(s[i+1]) {
		return s[:i], s[i+1:]
	}
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		return s, ""
	}
	space := strings.LastIndexByte(s[:colon], ' ')
	if space < 0 {
		return s, ""
	}
	return strings.TrimRight(strings.TrimSpace(s[:space]), ","), s[space+1:]
}

func notADate(cell string) *ValueError {
	return valueError("date-format", "%s is not a date. Write it as 2024-01-31.", shown(cell))
}

func impossible(cell string) *ValueError {
	return valueError("date-impossible", "%s is not a day of the calendar (years 1900 to 2199).", shown(cell))
}

func (c Convention) civilDate(s, cell string) (cal.Date, error) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/. ,", r) })
	if len(parts) != 3 || strings.Trim(s, "0123456789-/. ,"+letters) != "" {
		return cal.Date{}, notADate(cell)
	}
	if named, ok, err := namedMonth(parts, cell); ok || err != nil {
		return named, err
	}
	sep, ok := oneSeparator(s)
	if !ok {
		return cal.Date{}, notADate(cell)
	}
	nums := [3]int{}
	for i, p := range parts {
		if len(p) > 4 || !allDigits(p) {
			return cal.Date{}, notADate(cell)
		}
		for _, r := range p {
			nums[i] = nums[i]*10 + int(r-'0')
		}
	}
	if len(parts[0]) == 4 {
		if len(parts[1]) > 2 || len(parts[2]) > 2 {
			return cal.Date{}, notADate(cell)
		}
		return existing(nums[0], nums[1], nums[2], cell)
	}
	if len(parts[2]) != 4 {
		if len(parts[0]) <= 2 && len(parts[1]) <= 2 && len(parts[2]) == 2 && sep != ' ' {
			return cal.Date{}, valueError("date-year-short", "%s writes the year with two digits. Export dates with four-digit years.", shown(cell))
		}
		return cal.Date{}, notADate(cell)
	}
	if len(parts[0]) > 2 || len(parts[1]) > 2 {
		return cal.Date{}, notADate(cell)
	}
	switch c.DateOrder {
	case DMY:
		return c.ordered(nums[2], nums[1], nums[0], cell)
	case MDY:
		return c.ordered(nums[2], nums[0], nums[1], cell)
	}
	return cal.Date{}, valueError("date-order-not-stated", "%s can be read as day/month/year or month/day/year, and the order is not stated. Choose dmy or mdy for this file.", shown(cell))
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// ordered explains a month above 12 as the likely wrong order.
func (c Convention) ordered(y, m, d int, cell string) (cal.Date, error) {
	if m > 12 && d >= 1 && d <= 12 {
		other := DMY
		if c.DateOrder == DMY {
			other = MDY
		}
		return cal.Date{}, valueError("date-order", "%s is no date in the order %s, which is stated for this file. It would be one in the order %s.", shown(cell), c.DateOrder, other)
	}
	return existing(y, m, d, cell)
}

func existing(y, m, d int, cell string) (cal.Date, error) {
	date, err := cal.NewDate(y, time.Month(m), d)
	if err != nil {
		return cal.Date{}, impossible(cell)
	}
	return date, nil
}

func oneSeparator(s string) (rune, bool) {
	var sep rune
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			continue
		}
		if sep != 0 && r != sep {
			return 0, false
		}
		sep = r
		n++
	}
	return sep, n == 2 && sep != ','
}

// namedMonth reads dates with an English month name or its first three letters.
func namedMonth(parts []string, cell string) (cal.Date, bool, error) {
	for i, p := range parts[:2] {
		m := monthByName(p)
		if m == 0 {
			continue
		}
		day, year := parts[1-i], parts[2]
		if !allDigits(day) || !allDigits(year) || len(day) > 2 {
			return cal.Date{}, false, notADate(cell)
		}
		if len(year) != 4 {
			return cal.Date{}, false, valueError("date-year-short", "%s does not write the year with four digits. Export dates with four-digit years.", shown(cell))
		}
		d, y := 0, 0
		for _, r := range day {
			d = d*10 + int(r-'0')
		}
		for _, r := range year {
			y = y*10 + int(r-'0')
		}
		date, err := existing(y, int(m), d, cell)
		return date, err == nil, err
	}
	return cal.Date{}, false, nil
}

func monthByName(s string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(s, m.String()) || strings.EqualFold(s, m.String()[:3]) {
			return m
		}
	}
	if strings.EqualFold(s, "sept") {
		return time.September
	}
	return 0
}

// clockAndZone reads "16:14:25.000+0000", "3:15", "14:03:00Z", "2:03 PM", "05:18:21.205000 UTC".
func clockAndZone(s, cell string) (clock, offset time.Duration, zoned bool, err error) {
	bad := func() (time.Duration, time.Duration, bool, error) {
		return 0, 0, false, valueError("time-format", "The time in %s cannot be read. Write it as 14:03:00, with Z or +02:00 behind it if it carries a zone.", shown(cell))
	}
	i := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789:.,", r) })
	tail := ""
	if i >= 0 {
		s, tail = s[:i], strings.TrimSpace(s[i:])
	}
	half := ""
	if up := strings.ToUpper(tail); strings.HasPrefix(up, "AM") || strings.HasPrefix(up, "PM") {
		half, tail = up[:2], strings.TrimSpace(tail[2:])
	}
	clock, ok := timeOfDay(s, half)
	if !ok {
		return bad()
	}
	switch up := strings.ToUpper(tail); up {
	case "":
		return clock, 0, false, nil
	case "Z", "UTC", "GMT":
		return clock, 0, true, nil
	}
	offset, errOffset := zoneOffset(tail)
	if errOffset != nil {
		if strings.Trim(tail, letters) == "" {
			return 0, 0, false, valueError("zone-abbreviation", "%s names its zone with letters that several zones share. Export times in UTC or with an offset such as +02:00.", shown(cell))
		}
		return bad()
	}
	return clock, offset, true, nil
}

var errOffset = errors.New("not an offset")

// zoneOffset reads "+0000", "+02:00", "-05".
func zoneOffset(s string) (time.Duration, error) {
	if len(s) < 3 || s[0] != '+' && s[0] != '-' {
		return 0, errOffset
	}
	d := strings.Replace(s[1:], ":", "", 1)
	if !allDigits(d) || len(d) != 2 && len(d) != 4 {
		return 0, errOffset
	}
	h := time.Duration(d[0]-'0')*10 + time.Duration(d[1]-'0')
	m := time.Duration(0)
	if len(d) == 4 {
		m = time.Duration(d[2]-'0')*10 + time.Duration(d[3]-'0')
	}
	if h > 14 || m > 59 {
		return 0, errOffset
	}
	offset := h*time.Hour + m*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, nil
}

func timeOfDay(s, half string) (time.Duration, bool) {
	s, fraction, hasFraction := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 || hasFraction && (len(parts) != 3 || fraction == "" || len(fraction) > 9 || !allDigits(fraction)) {
		return 0, false
	}
	var v [3]int
	for i, p := range parts {
		if p == "" || len(p) > 2 || !allDigits(p) || i > 0 && len(p) != 2 {
			return 0, false
		}
		for _, r := range p {
			v[i] = v[i]*10 + int(r-'0')
		}
	}
	switch half {
	case "":
	case "AM", "PM":
		if v[0] < 1 || v[0] > 12 {
			return 0, false
		}
		v[0] %= 12
		if half == "PM" {
			v[0] += 12
		}
	}
	if v[0] > 23 || v[1] > 59 || v[2] > 59 {
		return 0, false
	}
	nanos := 0
	for i := range 9 {
		nanos *= 10
		if i < len(fraction) {
			nanos += int(fraction[i] - '0')
		}
	}
	return time.Duration(v[0])*time.Hour + time.Duration(v[1])*time.Minute + time.Duration(v[2])*time.Second + time.Duration(nanos), true
}
