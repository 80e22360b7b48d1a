package feestest

import "strings"

// Text is the contract: a retainer of 14,000.00, and 3 % of what was won, by journeys of any length, up to 10,000.00 a contract year.
const Text = `contract: growth
version: 1
effective: 2026-01-01
parties: {client: "Acme Robotics, Inc.", agency: Northlight LLC}
currency: USD
time_zone: America/New_York
rounding: half-up
calendar: {work_week: mon-fri, holidays: []}
term:
  start: 2026-01-01
  length: 12 months
  renewal: {kind: none}
  notice: {period: 90 days, fee: full}
clauses:
  - retainer: team
    fee: 14,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
  - revenue_share: share
    rate: 3 %
    base: {revenue: closed, refunds: deducted, of: all-customers}
    attribution:
      model: w-shaped
      lookback: none
      anchor: deal-won
      contacts: associated
      credits: {all_channels_except: [sales call]}
    eligible: {created_from: 2026-01-01, carve_out: none}
    per_deal: {floor: none, cap: none}
    period:
      floor: none
      cap: 10,000.00 per contract-year
    tail: none
    clawback: unlimited
    other_currency: hold
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

var (
	// CappedText is the contract with journeys of 180 days and no more than 2,000.00 a deal, which Bench.January comes under.
	CappedText = Rewritten(Text, "contract: growth", "contract: northlight-acme-growth", "lookback: none", "lookback: 180 days\n      edge: drop",
		"per_deal: {floor: none, cap: none}", `per_deal: {floor: none, cap: "2,000.00"}`)
	// MarkedText is the contract with a client whose name means something to HTML, up to 7,000.00 a contract year.
	MarkedText = Rewritten(Text, "Acme Robotics, Inc.", "Acme <Robotics> & Sons", "cap: 10,000.00", "cap: 7,000.00")
)

// Rewritten is a text with every first of two parts replaced by the second; it panics when a part is not there.
func Rewritten(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			panic("the text does not have " + pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}
