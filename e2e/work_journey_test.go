package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const (
	leadEmail       = "lead@fernhill.example"
	productEmail    = "product@lakeside.example"
	specialistEmail = "film@brightpath.example"
)

// crew are the four people of a piece of work, each in a browser of their own.
type crew struct {
	*firm
	product, lead, specialist, finance *page
	request, deliverable               string // addresses
}

// TestWork is a piece of work from its brief to the fee: the client asks, the promise says who does it, the clock stands still and goes on, the specialist delivers, the client
// approves in round two, hours use up the lots of the retainer, and an answer that was missed is a credit on the statement.
func TestWork(t *testing.T) {
	t.Parallel()
	c := newCrew(t)
	c.asked(t)
	c.pausedAndResumed(t)
	c.delivered(t)
	c.counted(t)
	c.missed(t)
	c.credited(t)
	if r := c.command(t, "journal", "verify"); r.status != 0 {
		t.Errorf("the record: %s", r)
	}
}

// newCrew is the firm on 20 January 2026 with a specialist and a contract that runs from February.
func newCrew(t *testing.T) *crew {
	c := &crew{firm: foundFirmAt(t, "2026-01-20 10:00:00")}
	c.owner.send("/organisations/new", map[string]string{"kind": "specialist", "name": "Brightpath"})
	c.invite("account-lead", "Lena Lead", leadEmail)
	c.invite("client-product", "Petra Product", productEmail)
	c.invite("specialist", "Stan Specialist", specialistEmail)
	source, err := os.ReadFile("testdata/work/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.sign(t, "lakeside-work", string(source))
	for email, p := range map[string]**page{productEmail: &c.product, leadEmail: &c.lead, specialistEmail: &c.specialist, financeEmail: &c.finance} {
		*p = browse(t, c.house)
		(*p).signIn(c.link(t, email))
	}
	return c
}

// at moves the time of everybody.
func (c *crew) at(t *testing.T, at string) {
	t.Helper()
	setClock(t, c.Dir, at)
}

// asked: the client's product writes the brief, and it goes to the agency of record.
func (c *crew) asked(t *testing.T) {
	c.at(t, "2026-03-02 09:00:00")
	c.product.open(c.client)
	c.product.press("Work")
	c.product.press("Write the first request")
	c.product.press("Creative")
	c.product.fill("Title", "A film of the new lathe")
	c.product.fill("What is to be made", "A film of one minute.")
	c.product.fill("The one thing it should say", "It stands in an hour.")
	c.product.fill("For whom", "Workshops of five people.")
	c.product.fill("Sizes and formats", "1920 x 1080")
	storyboard := filepath.Join(t.TempDir(), "sketch.txt")
	write(t, storyboard, "1  The empty hall.\n2  The lathe runs.\n")
	c.product.attach("Material", storyboard)
	c.product.do("brand", chromedp.SetValue(chromedp.CSS("input[name=brand]"), "Lakeside"))
	c.product.fill("Market", "US")
	c.product.press("Send the request")
	c.product.reads("R-1 is sent.", "3 h 59 min of working time left, due today 13:00", "sketch.txt", "Fernhill Partners")
	c.request = c.product.path()

	c.lead.open("/")
	c.lead.press("Inbox")
	c.lead.press("A film of the new lathe")
	c.lead.reads("It stands in an hour.", "sketch.txt")
	c.lead.unfold("main", "Give to the agency or a specialist")
	c.lead.selectOption("Done by", "Brightpath")
	c.lead.press("Give it")
	c.lead.unfold("main", "Give to a person")
	c.lead.selectOption("Person", "Stan Specialist")
	c.lead.press("Give it")
	c.lead.reads("Brightpath", "Stan Specialist")
}

// pausedAndResumed: while the agency waits on the client, its time stands still.
func (c *crew) pausedAndResumed(t *testing.T) {
	c.at(t, "2026-03-02 09:59:30")
	c.lead.open(c.request)
	c.lead.reads("3 h of working time left, due today 13:00")
	c.lead.unfold("main", "Wait on the client")
	c.lead.fill("What the client is asked for", "May we film in your hall?")
	c.lead.press("Wait on the client")
	c.lead.reads("Stands still while it waits on the client, 31 h of working time left.", "Kept on today 09:59 after 59 min of 4 h of working time.")
	c.lead.pictures("paused")

	c.at(t, "2026-03-02 12:00:00")
	c.product.open(c.request)
	c.product.reads("May we film in your hall?", "Stands still while it waits on the client, 31 h of working time left.")
	c.product.fill("Message", "Yes, on Wednesday.")
	c.product.press("Send to the agency")
	c.product.reads("Sent.", "31 h of working time left, due Fri 6 Mar 11:00")
	c.product.pictures("resumed")

	c.at(t, "2026-03-02 12:30:00")
	c.lead.open(c.request)
	c.lead.reads("Yes, on Wednesday.")
	c.lead.fill("Message", "Thank you. The first cut comes on Wednesday.")
	c.lead.press("Send to the client")
	c.lead.reads("Kept on today 09:59 after 59 min of 4 h of working time.")
}

// delivered: the specialist's version reaches the client only when the lead releases it; the client asks for changes in round one and approves in round two.
func (c *crew) delivered(t *testing.T) {
	c.at(t, "2026-03-04 09:30:00")
	c.lead.open(c.request)
	c.lead.press("Propose a deliverable")
	c.lead.fill("What is made", "Film of the lathe")
	c.lead.selectOption("Made by", "Brightpath")
	c.lead.fill("Due", "2026-03-13")
	c.lead.press("Propose")
	c.lead.reads("R-1")
	c.deliverable = c.lead.path()

	c.submits(t, "film-1.txt", "The hall at dawn.")
	c.product.open(c.client + "/deliverables")
	c.product.absent("film-1.txt", "Version 1")
	visit(t, c.house, c.link(t, productEmail)).refused(c.deliverable+"/versions/1", c.deliverable+"/versions/1/file")
	c.releases(t, 1)
	c.product.open(c.deliverable)
	c.product.reads("film-1.txt", "Version 1 waits for the client")
	c.product.press("Ask for changes")
	c.product.reads("ound 1 of 2")
	c.product.fill("What is to change", "Show the lathe first.")
	c.product.press("Send these changes")
	c.product.reads("Sent to those who make it.")

	c.at(t, "2026-03-05 11:00:00")
	c.specialist.open(c.deliverable)
	c.specialist.reads("Show the lathe first.")
	c.submits(t, "film-2.txt", "The lathe runs.")
	c.releases(t, 2)
	c.at(t, "2026-03-06 10:00:00")
	c.product.open(c.deliverable)
	c.product.press("Approve version 2")
	c.product.reads("ound 2 of 2")
	c.product.pictures("approving")
	c.product.press("Approve exactly this file")
	c.product.reads("Approved. Your name, the time and the SHA-256 of the file are recorded.", "Petra Product")
	c.product.pictures("approved")
	c.lead.open(c.request)
	c.lead.reads("Film of the lathe")
	c.lead.pictures("request-done")
}

func (c *crew) submits(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	write(t, file, text)
	c.specialist.open(c.deliverable)
	c.specialist.attach("File", file)
	c.specialist.press("Submit")
	c.specialist.reads(name)
}

func (c *crew) releases(t *testing.T, version int) {
	t.Helper()
	c.lead.open(c.deliverable)
	c.lead.reads("waits for the agency's review")
	c.lead.press("Release it to the client")
	c.lead.press("Release it to the client")
	c.lead.reads("Released. The client sees it now, and its time runs.")
}

// counted: six hours are entered, approved, and used of the lots that the retainer has.
func (c *crew) counted(t *testing.T) {
	c.specialist.open("/time")
	for name, value := range map[string]string{"day": "2026-03-05", "minutes": "6:00", "request": "R-1", "note": "Filmed and cut"} {
		c.specialist.do("enter "+name, chromedp.SetValue(chromedp.CSS(`form[action="/time/entries"] [name=`+name+`]`), value))
	}
	c.specialist.press("Add")
	c.specialist.press("Save and submit")
	c.specialist.reads("submitted")
	c.lead.open("/time/approve")
	c.lead.reads("Stan Specialist", "6:00")
	c.lead.press("Approve the chosen")
	for _, p := range []*page{c.lead, c.finance} {
		p.open(c.client + "/time")
		p.reads("Hours of growth-team", "February 2026, carried on 10:00 6:00 4:00 31 Mar 2026", "March 2026 20:00 0:00 20:00 31 Mar 2026", "Filmed and cut")
		p.pictures("hours")
	}
}

// missed: nobody answers an urgent request within its hour.
func (c *crew) missed(t *testing.T) {
	c.at(t, "2026-03-19 10:00:00")
	c.product.open(c.client + "/work/new?category=web")
	c.product.fill("Title", "The order form sends nothing")
	c.product.selectOption("Priority", "urgent")
	c.product.fill("Address of the page", "https://lakeside.example/order")
	c.product.fill("What should be different", "It should send.")
	c.product.selectOption("Kind", "something is broken")
	c.product.press("Send the request")
	c.product.reads("59 min of working time left, due today 11:00")
	broken := c.product.path()
	c.at(t, "2026-03-19 12:30:00")
	c.product.open(broken)
	c.product.reads("Missed: it was due today 11:00, 1 h 29 min of working time ago.")
	c.product.pictures("missed")
	c.lead.open(broken)
	c.lead.fill("Message", "It sends again.")
	c.lead.press("Send to the client")
	c.lead.unfold("main", "Resolve")
	c.lead.press("Resolve it")
	c.lead.reads("is resolved.", "Missed: it was due today 11:00 and came today 12:30.")
}

// credited: the month is closed, its misses become evidence, and the statement gives back what the contract says.
func (c *crew) credited(t *testing.T) {
	c.at(t, "2026-04-02 09:00:00")
	c.lead.open(c.client + "/time")
	c.lead.press("Lock a month")
	c.lead.press("Lock the month")
	c.lead.reads("Locked. 1 entries became evidence")
	c.lead.open(c.client + "/work/promises?month=2026-03")
	c.lead.reads("The order form sends nothing", "first-response")
	c.lead.pictures("promises")
	c.lead.press("Hand these to the evidence")
	c.lead.reads("Handed over: 1 missed promises of March 2026 are evidence now.")
	for _, month := range []string{"2026-02", "2026-03"} {
		c.lead.drafted(c.client, month)
		if month == "2026-03" {
			c.lead.reads("Service credit for March 2026", "−250.00", "4,750.00")
		}
		c.lead.press("Submit to the client")
		c.lead.press("Submit")
		c.settled(t, map[string]string{"2026-02": "February 2026", "2026-03": "March 2026"}[month])
	}
}

func (p *page) drafted(client, month string) {
	p.t.Helper()
	p.open(client + "/statements")
	p.press("Draft a statement")
	p.fill("Month", month)
	p.press("Draft")
	p.reads("A draft, revision 1")
}

// settled: the client's finance reads why each line is there, accepts and locks.
func (c *crew) settled(t *testing.T, month string) {
	t.Helper()
	p := c.finance
	p.open(c.client + "/statements")
	p.press(month)
	if month == "March 2026" {
		eval[string](p, `document.querySelectorAll("details").forEach(d => d.open = true), ""`)
		p.reads("5,000.00 × −5 % = −250.00", "Missed promise R-2/first-response", "first-response, 19 Mar 2026, was due 19 Mar 2026 11:00 EDT", "Hours of February 2026, carried on 10:00, used 6:00, expired 4:00", "Stan Specialist: 6:00")
		p.pictures("statement")
	}
	if month == "March 2026" {
		p.press("Missed promise R-2/first-response")
		p.reads("The order form sends nothing", "Missed: it was due Thu 19 Mar 11:00 and came Thu 19 Mar 12:30.")
		p.open(c.client + "/statements")
		p.press(month)
	}
	p.press("Accept all open lines")
	p.press(eval[string](p, `[...document.querySelectorAll("main button")].find(b => b.innerText.startsWith("Accept ")).innerText.trim()`))
	p.press("Lock")
	p.press("Lock")
	p.reads("Locked by Bruno Books")
	if month == "March 2026" {
		p.reads("4,750.00")
		pack := p.download("Download pack")
		if r := runBinary(t, c.program(t), t.TempDir(), "verify", pack); r.status != 0 {
			t.Errorf("verify the pack: %s", r)
		}
	}
}

// absent wants words nowhere on the page.
func (p *page) absent(words ...string) {
	p.t.Helper()
	text := flat(p.words())
	for _, w := range words {
		if strings.Contains(text, w) {
			p.t.Errorf("%s says %q:\n%s", p.path(), w, text)
		}
	}
}

// refused wants an address to be nothing for somebody who is signed in elsewhere, too.
func (v *visitor) refused(paths ...string) {
	v.t.Helper()
	for _, path := range paths {
		if a := v.get(path); a.status != http.StatusNotFound {
			v.t.Errorf("%s answers %d\n%s", path, a.status, a.words())
		}
	}
}
