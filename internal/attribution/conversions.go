package attribution

import (
	"encoding/binary"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// Conversion is a deal with the person whose touches make its journey.
type Conversion struct {
	Deal        string
	Person      uint32
	LeadCreated time.Time // as those of Journey
	DealCreated time.Time
	Since       time.Time
	Moment      time.Time
	End         time.Time
}

// Conversions are deals, and the persons whose touches their journeys are made of. A person is a set of contacts: several contacts may belong to one deal, and
// a contact to several deals, alone or with others. Contacts of nobody's deal are in no person.
type Conversions struct {
	All      []Conversion
	Persons  int         // numbered from 0
	Contacts []Belonging // those of a contact stand together
}

// Belonging says that the touches of a contact are some of a person's. A contact that was merged into another one has that one's persons under its own id too.
type Belonging struct {
	Contact string
	Person  uint32
}

// Conversions are those of the deals, each on its own path.
func (x *Links) Conversions(deals []crm.Deal, path func(i int) Path) Conversions {
	out := Conversions{All: make([]Conversion, len(deals)), Contacts: make([]Belonging, 0, len(deals))}
	persons := make(map[string]uint32, len(deals))
	belongs := make([][]uint32, len(x.contacts.ids))
	var c Crediting
	var key []byte
	for i := range deals {
		d, p := &deals[i], path(i)
		contacts, _ := x.contactsOf(d, p)
		key = key[:0]
		for _, n := range contacts {
			key = binary.BigEndian.AppendUint32(key, uint32(n))
		}
		person, known := persons[string(key)]
		if !known {
			person = uint32(len(persons))
			persons[string(key)] = person
			for _, n := range contacts {
				belongs[n] = append(belongs[n], person)
			}
		}
		end := c.end(x, d, p)
		since, _ := c.since(x, d, p, contacts, end)
		out.All[i] = Conversion{Deal: d.ID, Person: person, LeadCreated: x.leadCreated(contacts, p.Zone), DealCreated: wholeDay(d.CreatedAt, p.Zone),
			Since: since, Moment: c.moment(x, d, p, end), End: end}
	}
	out.Persons = len(persons)
	for n, persons := range belongs {
		for _, person := range persons {
			out.Contacts = append(out.Contacts, Belonging{x.contacts.ids[n], person})
		}
	}
	for _, merged := range x.merged {
		n, known := x.contacts.at[x.canonical(merged)]
		if !known || x.canonical(merged) == merged { // merged in a circle, it stands for all
			continue
		}
		for _, person := range belongs[n] {
			out.Contacts = append(out.Contacts, Belonging{merged, person})
		}
	}
	return out
}

// leadCreated is when the oldest of the contacts was created; zero: unknown.
func (x *Links) leadCreated(contacts []int32, zone *time.Location) time.Time {
	var oldest time.Time
	for _, n := range contacts {
		if int(n) < len(x.rows) && x.rows[n] != nil {
			if created := x.rows[n].CreatedAt; !created.IsZero() && (oldest.IsZero() || created.Before(oldest)) {
				oldest = created
			}
		}
	}
	return wholeDay(oldest, zone)
}
