package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// modelWords name a model in a column or a sentence.
func modelWords(m attribution.Model) string {
	switch m.Kind() {
	case attribution.FirstTouch:
		return "First touch"
	case attribution.LastTouch:
		return "Last touch"
	case attribution.LastNonDirect:
		return "Last non-direct"
	case attribution.Linear:
		return "Linear"
	case attribution.UShaped:
		return "U-shaped"
	case attribution.WShaped:
		return "W-shaped"
	case attribution.FullPath:
		return "Full path"
	case attribution.JShaped:
		return "J-shaped"
	case attribution.InverseJ:
		return "Inverse J-shaped"
	case attribution.TimeDecay:
		return "Time decay"
	case attribution.DataDriven:
		return "Data-driven"
	default:
		return "Custom"
	}
}

// modelDetail is what the name of a model leaves out.
func modelDetail(m attribution.Model) string {
	_, rest, _ := strings.Cut(m.String(), ":")
	switch m.Kind() {
	case attribution.TimeDecay:
		return "half-life " + rest
	case attribution.Custom:
		return rest
	case attribution.LastNonDirect:
		return "passes over " + strings.ReplaceAll(rest, ",", ", ")
	case attribution.DataDriven:
		order, effects, _ := strings.Cut(rest, "@")
		return "order " + order + ", effects " + effects[:min(8, len(effects))]
	default:
		return ""
	}
}

func modelSentence(m attribution.Model) string {
	if d := modelDetail(m); d != "" {
		return modelWords(m) + " (" + d + ")"
	}
	return modelWords(m)
}

// ruleWords is the rule in a sentence.
func ruleWords(r ops.Rule) string {
	words := fmt.Sprintf("%s until %s, %s; %s.", modelSentence(r.Model), untilWords(r.Anchor), lookbackWords(r.Lookback), contactsWords(r.Contacts))
	if touched := r.Touched.Words(r.Anchor); touched != "" {
		words += " " + touched + "."
	}
	return words
}

func untilWords(anchor string) string {
	switch anchor {
	case contract.DealCreated:
		return "the deal was created"
	case contract.DealCollected:
		return "its first payment was received"
	}
	return "the deal was won"
}

func contactsWords(rule string) string {
	switch rule {
	case contract.AssociatedOrAccount:
		return "touches of the contacts associated with the deal, or of all contacts of its company when none is"
	case contract.AssociatedOrInferred:
		return "touches of the contacts associated with the deal, or of all contacts of its company, also of those that a link, a stated rule or their e-mail domain puts there, when none is"
	}
	return "touches of the contacts associated with the deal"
}

func lookbackWords(w attribution.Lookback) string {
	if w.Span.IsZero() {
		return "without a lookback"
	}
	return fmt.Sprintf("looking back %s (%s)", w.Span, edgeWords(w.Edge))
}

func edgeWords(e attribution.Edge) string {
	switch e {
	case attribution.Drop:
		return "drop: what falls out is unattributed"
	case attribution.Renormalise:
		return "renormalise: what remains is scaled to the whole"
	default:
		return "re-path: roles are given anew inside the window"
	}
}

// earnsWords says whose touches earn under the clause.
func earnsWords(c contract.Credits) string {
	names := strings.Join(c.Values, ", ")
	switch {
	case c.By == "channels":
		return "Touches in " + names + " earn."
	case c.By == "providers":
		return "Touches run by " + names + " earn."
	case names == "":
		return "Touches in every channel earn."
	default:
		return "Touches in every channel but " + names + " earn."
	}
}

func clauseWords(c ops.Clause) string {
	return fmt.Sprintf("%s · %s, version %d", c.Terms.Key, c.Share.ID, c.Terms.Version)
}

// minus is the true minus sign, as wide as a figure.
const minus = "\u2212"

// nothing stands where there is nothing to tell.
const nothing = "–"

func figures(a money.Amount) string { return strings.Replace(a.Format(), "-", minus, 1) }

// percentWords is a share in per cent: exact where it ends within two decimals, else to one decimal and marked as not exact.
func percentWords(r money.Ratio) string {
	text := r.String()
	if _, decimals, _ := strings.Cut(strings.TrimSuffix(text, " %"), "."); !strings.Contains(text, "/") && len(decimals) <= 2 {
		return text
	}
	switch permille := money.MulDiv(r.Num(), 1000, r.Den(), money.HalfUp); permille {
	case 0:
		return "< 0.1 %"
	case 1000:
		return "> 99.9 %"
	default:
		return "≈ " + tenths(permille) + " %"
	}
}

// restWords is the share of a result that no touch holds.
func restWords(r attribution.Result) string {
	if r.Whole == 0 {
		return "100 %"
	}
	rest := r.Whole
	for _, c := range r.Credits {
		rest -= c.Weight
	}
	return percentWords(r.Share(rest))
}

// tenths writes 12345 as "1,234.5".
func tenths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = minus, -n
	}
	whole := strconv.FormatInt(n/10, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + strconv.FormatInt(n%10, 10)
}

// pointsWords is a distance of shares: 1234 hundredths are "12.3".
func pointsWords(hundredths int64) string {
	return tenths(money.MulDiv(hundredths, 1, 10, money.HalfUp))
}

func standingPill(s ops.Standing) (string, kit.Tone) {
	switch s {
	case ops.Won:
		return "won", kit.Good
	case ops.Lost:
		return "lost", kit.Inactive
	case ops.Open:
		return "open", kit.Active
	case ops.Deleted:
		return "deleted in the CRM", kit.Inactive
	default:
		return "outcome unknown", kit.Attend
	}
}

// channelWords is a name as recorded.
func channelWords(name string) string {
	if name == "" {
		return "(not recorded)"
	}
	return name
}

// importedWords say with which channel a touch was imported, where the contract names it otherwise.
func importedWords(t attribution.Touch) string {
	if t.Imported == "" {
		return ""
	}
	return "imported as " + t.Imported
}

// joined are the parts that are there, side by side.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

func momentWords(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "no date"
	}
	return t.In(zone).Format("2 Jan 2006, 15:04 MST")
}

func dateIn(t time.Time, zone *time.Location) cal.Date { return cal.DateOf(t, zone) }

// valueWords is a value of a canonical column for people; what it cannot read stays as it was said.
func valueWords(column, value string, zone *time.Location, currency money.Currency) string {
	switch column {
	case "amount", "home_amount":
		if a, err := money.Parse(value, currency); err == nil {
			return figures(a)
		}
	case "created_at":
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return momentWords(t, zone)
		}
	case "closed_on", "paid_on":
		if d, err := cal.ParseDate(value); err == nil {
			return d.Words()
		}
	case "is_won", "is_closed", "deleted":
		return map[string]string{"true": "yes", "false": "no"}[value]
	}
	return value
}

// fieldWords name a canonical column for people.
func fieldWords(name string) string {
	switch name {
	case "deal_id":
		return "Deal"
	case "contact_id":
		return "Contact"
	case "payment_id":
		return "Payment"
	case "company_id":
		return "Company"
	case "closed_on":
		return "Closing date"
	case "created_at":
		return "Created"
	case "paid_on":
		return "Paid on"
	case "is_won":
		return "Won"
	case "is_closed":
		return "Closed"
	case "customer_type_text":
		return "Customer type, as exported"
	}
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

func kindWords(k crm.Kind) string {
	switch k {
	case crm.KindDealContact:
		return "Contact of the deal"
	case crm.KindPayment:
		return "Payment"
	case crm.KindDealMerge:
		return "Deals that are one"
	default:
		return "Deal"
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// sorted are touches in the order of a path, those without a date last.
func sorted(touches []attribution.Touch) []attribution.Touch {
	out := slices.Clone(touches)
	slices.SortFunc(out, func(a, b attribution.Touch) int {
		switch {
		case a.At.IsZero() != b.At.IsZero():
			if a.At.IsZero() {
				return 1
			}
			return -1
		case !a.At.Equal(b.At):
			return a.At.Compare(b.At)
		case a.Seq != b.Seq:
			if a.Seq < b.Seq {
				return -1
			}
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}
