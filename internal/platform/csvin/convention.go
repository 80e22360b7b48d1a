package csvin

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// DateOrder is the order of day, month and year in dates written with numbers only.
type DateOrder string

const (
	YMD DateOrder = "ymd"
	DMY DateOrder = "dmy"
	MDY DateOrder = "mdy"
)

// Convention states how the values of a table are written. The zero Convention reads only what has one meaning: amounts without any
// mark but digits, dates with the year in front, instants that carry their own zone.
type Convention struct {
	Decimal   byte           // '.' or ','; 0 means not stated
	DateOrder DateOrder      // "" means that only year-month-day is read
	Zone      *time.Location // of times written without a zone; nil means not stated
}

type conventionJSON struct {
	Decimal   string `json:"decimal,omitempty"`
	DateOrder string `json:"date_order,omitempty"`
	Zone      string `json:"zone,omitempty"`
}

// MarshalJSON writes {"decimal": ".", "date_order": "ymd", "zone": "Europe/Berlin"}.
func (c Convention) MarshalJSON() ([]byte, error) {
	j := conventionJSON{DateOrder: string(c.DateOrder)}
	if c.Decimal != 0 {
		j.Decimal = string(rune(c.Decimal))
	}
	if c.Zone != nil {
		j.Zone = c.Zone.String()
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes. Fault: Invalid.
func (c *Convention) UnmarshalJSON(b []byte) error {
	var j conventionJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	parsed, err := ParseConvention(j.Decimal, j.DateOrder, j.Zone)
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// ParseConvention reads the three choices as a person or a saved mapping writes them; each may be empty. Fault: Invalid, all at once.
func ParseConvention(decimal, dateOrder, zone string) (Convention, error) {
	var c Convention
	var faults fault.List
	switch strings.ToLower(strings.TrimSpace(decimal)) {
	case "":
	case ".", "point", "dot":
		c.Decimal = '.'
	case ",", "comma":
		c.Decimal = ','
	default:
		faults.Add(fault.New(fault.Invalid, "decimal", "The decimal mark %q is not known. Write point or comma.", decimal).At("decimal"))
	}
	switch o := DateOrder(strings.ToLower(strings.TrimSpace(dateOrder))); o {
	case "", YMD, DMY, MDY:
		c.DateOrder = o
	default:
		faults.Add(fault.New(fault.Invalid, "date-order", "The date order %q is not known. Write ymd, dmy or mdy.", dateOrder).At("date_order"))
	}
	if zone = strings.TrimSpace(zone); zone != "" {
		z, err := cal.Zone(zone)
		if err != nil {
			faults.Add(fault.New(fault.Invalid, "zone", "The time zone %q is not known. Write a name such as Europe/Berlin, America/New_York or UTC.", zone).At("zone"))
		}
		c.Zone = z
	}
	if err := faults.Err(); err != nil {
		return Convention{}, err
	}
	return c, nil
}
