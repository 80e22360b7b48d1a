package attribution

import "time"

// What the room that credits many deals at once needs of a model, a tie and a decay, so that it gives the same credit as Credit.

// Shares are the model's basis points of first, lead creation, deal creation, last and the touches between; all 0 where it does not go by roles.
func (m Model) Shares() (first, lead, deal, last, middle int64) {
	s := m.shares
	return s[0], s[1], s[2], s[3], s[4]
}

// HalfLife of a time decay; 0 for other kinds.
func (m Model) HalfLife() time.Duration { return m.halfLife }

// IsDirect says whether last-non-direct passes over the channel.
func (m Model) IsDirect(channel string) bool {
	for _, name := range m.direct {
		if name == channel {
			return true
		}
	}
	return false
}

// Tie orders touches with equal rests: the smaller takes the unit that is left over. See Credit.
func Tie(deal, touch string) uint64 { return tie(deal, touch) }

// Decay is the weight of a touch of an age, of 2^40 for the newest.
func Decay(age, halfLife time.Duration) int64 { return decay(age, halfLife) }
