package paper

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

//go:embed font/NotoSans-Regular.ttf
var regular []byte

//go:embed font/NotoSans-SemiBold.ttf
var bold []byte

// Millimetres of A4.
const (
	left   = 20.0
	right  = 190.0
	top    = 18.0
	bottom = 24.0 // above the lower edge
	width  = right - left
	font   = "noto"
)

// sheet is a document while it is printed.
type sheet struct {
	*fpdf.Fpdf
	d     billing.Document
	pages int // how many there are, for the foot of each
}

// PDF prints the document: once to count its pages, and once more.
func PDF(d billing.Document) ([]byte, error) {
	_, pages, err := printed(d, 1)
	if err != nil || pages == 0 {
		return nil, err
	}
	body, _, err := printed(d, pages)
	return body, err
}

func printed(d billing.Document, pages int) ([]byte, int, error) {
	s := sheet{fpdf.New("P", "mm", "A4", ""), d, pages}
	s.prepare()
	s.AddPage()
	s.parties()
	s.heading()
	s.facts()
	s.lines()
	s.totals()
	s.payment()
	var b bytes.Buffer
	if err := s.Output(&b); err != nil {
		return nil, 0, fmt.Errorf("print %s: %w", d.Number, err)
	}
	return b.Bytes(), s.PageCount(), nil
}

func (s sheet) prepare() {
	on := s.d.IssuedOn.Start(time.UTC)
	s.SetCreationDate(on)
	s.SetModificationDate(on)
	s.SetCatalogSort(true)
	s.SetLang("en")
	s.SetTitle(s.title(), true)
	s.SetAuthor(s.d.Issuer.Name, true)
	s.SetProducer("Ofrecord", true)
	s.AddUTF8FontFromBytes(font, "", regular)
	s.AddUTF8FontFromBytes(font, "B", bold)
	s.SetMargins(left, top, 210-right)
	s.SetAutoPageBreak(true, bottom)
	s.SetHeaderFunc(func() {
		if s.PageNo() > 1 {
			s.ink("", 8.5, 90)
			s.text(left, width, s.title()+", continued", "L")
			s.Ln(9)
		}
	})
	s.SetFooterFunc(s.foot)
}

func (s sheet) title() string { return s.d.Kind.Words() + " " + s.d.Number.String() }

// ink chooses weight, size in points and grey from 0, black.
func (s sheet) ink(weight string, size float64, grey int) {
	s.SetFont(font, weight, size)
	s.SetTextColor(grey, grey, grey)
}

// text prints one line at x, cut to the width, and stays on the line.
func (s sheet) text(x, w float64, text, align string) {
	s.SetX(x)
	s.CellFormat(w, s.height(), s.fit(text, w), "", 0, align, false, 0, "")
}

func (s sheet) height() float64 {
	_, size := s.GetFontSize()
	return size * 1.45
}

// fit cuts a text that is wider than its place.
func (s sheet) fit(text string, w float64) string {
	if s.GetStringWidth(text) <= w {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && s.GetStringWidth(string(runes)+"…") > w {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// block prints lines one under the other from where it stands, and gives where it ends.
func (s sheet) block(x, y, w float64, lines ...string) float64 {
	s.SetXY(x, y)
	for _, l := range lines {
		s.text(x, w, l, "L")
		s.Ln(s.height())
	}
	return s.GetY()
}

func (s sheet) parties() {
	s.ink("B", 12, 0)
	y := s.block(left, top, width*0.55, s.d.Issuer.Name)
	s.ink("", 8.5, 60)
	end := s.block(left, y+0.5, width*0.55, s.sideLines(s.d.Issuer.Profile)...)
	s.ink("", 8, 110)
	y = s.block(left, max(end+9, 52), width*0.5, "To")
	s.ink("B", 10.5, 0)
	y = s.block(left, y, width*0.55, s.d.Customer.Name)
	s.ink("", 9.5, 30)
	s.block(left, y, width*0.55, s.sideLines(s.d.Customer.Profile)...)
}

func (s sheet) sideLines(p billing.Profile) []string {
	out := p.AddressLines()
	if number := p.TaxNumber(); number != "" {
		out = append(out, "Tax id "+number)
	}
	if p.CompanyID != "" {
		out = append(out, "Company no. "+p.CompanyID)
	}
	if p.Email != "" {
		out = append(out, p.Email)
	}
	return out
}

func (s sheet) heading() {
	s.SetY(s.GetY() + 9)
	s.ink("B", 17, 0)
	s.text(left, width, s.title(), "L")
	s.Ln(s.height() + 1.5)
}

// facts are what the document is about, in two columns.
func (s sheet) facts() {
	d := s.d
	pairs := [][2]string{{"Date", d.IssuedOn.Words()}}
	if d.Kind == billing.Invoice {
		pairs = append(pairs, [2]string{"Due", d.DueOn.Words()})
	}
	pairs = append(pairs, [2]string{"For", d.Period.Words()}, [2]string{"Contract", d.Contract})
	if d.Credits != nil {
		pairs = append(pairs, [2]string{"Takes back", d.Credits.Number + " of " + d.Credits.IssuedOn.Words()})
	}
	if d.PurchaseOrder != "" {
		pairs = append(pairs, [2]string{"Your order", d.PurchaseOrder})
	}
	if d.Customer.Reference != "" {
		pairs = append(pairs, [2]string{"Your reference", d.Customer.Reference})
	}
	for i, p := range pairs {
		x := left + float64(i%2)*width/2
		s.ink("", 9, 110)
		s.text(x, 26, p[0], "L")
		s.ink("", 9, 0)
		s.text(x+26, width/2-28, p[1], "L")
		if i%2 == 1 || i == len(pairs)-1 {
			s.Ln(s.height())
		}
	}
	if d.Reason != "" {
		s.paragraph("Reason: " + d.Reason)
	}
	s.Ln(5)
}

// Where the columns of the table begin.
const (
	textAt     = left + 9
	quantityAt = left + 92
	priceAt    = left + 114
	amountAt   = left + 140
)

func (s sheet) lines() {
	s.tableHead()
	for _, l := range s.d.Lines {
		s.ink("", 9.5, 0)
		words := s.SplitText(l.Text, quantityAt-textAt-2)
		var detail []string
		if l.Detail != "" {
			s.ink("", 8, 90)
			detail = s.SplitText(l.DetailWords(), quantityAt-textAt-2)
		}
		if s.GetY()+float64(len(words)+len(detail))*5.2+2 > 297-bottom {
			s.AddPage()
			s.tableHead()
		}
		y := s.GetY()
		s.ink("", 9.5, 0)
		s.text(left, 8, fmt.Sprint(l.No), "L")
		s.text(quantityAt, priceAt-quantityAt-2, s.decimal(l.Quantity)+unitWords(l.Unit), "R")
		s.text(priceAt, amountAt-priceAt-2, s.price(l.Price), "R")
		s.text(amountAt, right-amountAt, s.amount(l.Net), "R")
		y = s.block(textAt, y, quantityAt-textAt-2, words...)
		s.ink("", 8, 90)
		y = s.block(textAt, y, quantityAt-textAt-2, detail...)
		s.rule(y+1, 215)
		s.SetY(y + 2)
	}
}

func unitWords(u billing.Unit) string {
	if words := u.Words(); words != "" {
		return " " + words
	}
	return ""
}

func (s sheet) tableHead() {
	s.ink("", 8, 110)
	s.text(textAt, 60, "What", "L")
	s.text(quantityAt, priceAt-quantityAt-2, "Quantity", "R")
	s.text(priceAt, amountAt-priceAt-2, "Price", "R")
	s.text(amountAt, right-amountAt, "Amount, "+string(s.d.Currency), "R")
	s.Ln(s.height())
	s.rule(s.GetY()+0.5, 60)
	s.SetY(s.GetY() + 2)
}

func (s sheet) rule(y float64, grey int) {
	s.SetDrawColor(grey, grey, grey)
	s.SetLineWidth(0.15)
	s.Line(left, y, right, y)
}

const minus = "\u2212"

func (s sheet) amount(a money.Amount) string { return strings.Replace(a.Format(), "-", minus, 1) }

func (s sheet) decimal(text string) string { return strings.Replace(text, "-", minus, 1) }

// price is grouped like an amount where it is one.
func (s sheet) price(text string) string {
	if a, err := money.ParseSum(text, s.d.Currency); err == nil {
		return s.amount(a)
	}
	return s.decimal(text)
}

func (s sheet) totals() {
	d := s.d
	if s.GetY() > 297-bottom-40 {
		s.AddPage()
	}
	s.Ln(2)
	row := func(weight string, words string, a money.Amount) {
		s.ink(weight, 9.5, 0)
		s.text(quantityAt-20, amountAt-quantityAt+18, words, "R")
		s.text(amountAt, right-amountAt, s.amount(a), "R")
		s.Ln(s.height())
	}
	row("", "Net", d.Net)
	row("", d.Tax.Words(), d.TaxTotal)
	if !d.Rounding.IsZero() {
		row("", "Rounding of the tax", d.Rounding)
	}
	s.rule(s.GetY()+1, 60)
	s.SetY(s.GetY() + 2)
	row("B", map[billing.Kind]string{billing.Invoice: "To pay, ", billing.CreditNote: "Credited, "}[d.Kind]+string(d.Currency), d.Payable)
	if d.Tax.Percent == nil && d.Tax.Reason != "" {
		s.Ln(1)
		s.paragraph(d.Tax.Reason)
	}
}

func (s sheet) paragraph(text string) {
	s.ink("", 9, 40)
	s.SetX(left)
	s.MultiCell(width, s.height(), text, "", "L", false)
}

func (s sheet) payment() {
	d := s.d
	s.Ln(5)
	if d.Kind == billing.Invoice {
		s.ink("B", 9.5, 0)
		s.paragraphIn("B", "Please pay by "+d.DueOn.Words()+", naming "+d.Number.String()+".")
		for _, words := range d.PaymentWords() {
			s.paragraph(words)
		}
		if d.Issuer.Account != "" {
			words := "To account " + d.Issuer.Account
			if d.Issuer.BIC != "" {
				words += ", " + d.Issuer.BIC
			}
			if d.Issuer.Bank != "" {
				words += ", " + d.Issuer.Bank
			}
			s.paragraph(words)
		}
		if d.PaymentLink != "" {
			s.ink("", 9, 40)
			s.SetX(left)
			s.WriteLinkString(s.height(), "Or online: "+d.PaymentLink, d.PaymentLink)
			s.Ln(s.height())
		}
	}
	if d.Note != "" {
		s.Ln(2)
		s.paragraph(d.Note)
	}
	if d.Statement.ID == "" {
		return
	}
	s.Ln(2)
	s.ink("", 8, 110)
	s.SetX(left)
	s.MultiCell(width, s.height(), "Made of the locked statement of "+d.Period.Words()+", receipt "+d.Statement.Hash, "", "L", false)
}

func (s sheet) paragraphIn(weight, text string) {
	s.ink(weight, 9.5, 0)
	s.SetX(left)
	s.MultiCell(width, s.height(), text, "", "L", false)
}

func (s sheet) foot() {
	s.SetY(297 - 16)
	s.rule(297-17, 215)
	s.ink("", 7.5, 110)
	s.text(left, width-30, s.d.Issuer.Footer, "L")
	s.text(right-30, 30, fmt.Sprintf("%s · %d of %d", s.d.Number, s.PageNo(), s.pages), "R")
}
