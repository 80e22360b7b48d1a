package attribution

// numbers counts names up from 0 in the order in which they are first asked for.
type numbers struct {
	at   map[string]int32
	ids  []string
	last int32 // the number that was asked for last: rows of one thing stand together
}

func newNumbers(room int) numbers {
	return numbers{at: make(map[string]int32, room), ids: make([]string, 0, room)}
}

func (n *numbers) of(id string) int32 {
	if int(n.last) < len(n.ids) && n.ids[n.last] == id {
		return n.last
	}
	at, known := n.at[id]
	if !known {
		at = int32(len(n.ids))
		n.at[id] = at
		n.ids = append(n.ids, id)
	}
	n.last = at
	return at
}

// next gives a name the next number. It must not have one.
func (n *numbers) next(id string) {
	n.at[id] = int32(len(n.ids))
	n.ids = append(n.ids, id)
}

// groups are rows by the number of what they belong to, in the order in which they came.
type groups[T any] struct {
	from, to []int32
	rows     []T
}

// grouped puts the row of each place in the group of its owner; below 0: in none.
func grouped[T any](count int, owners []int32, row func(i int) T) groups[T] {
	bounds := make([]int32, 2*count)
	g := groups[T]{from: bounds[:count], to: bounds[count:]}
	for _, n := range owners {
		if n >= 0 {
			g.to[n]++
		}
	}
	var sum int32
	for n, many := range g.to {
		g.from[n], g.to[n] = sum, sum
		sum += many
	}
	g.rows = make([]T, sum)
	for i, n := range owners {
		if n >= 0 {
			g.rows[g.to[n]] = row(i)
			g.to[n]++
		}
	}
	return g
}

func (g *groups[T]) of(n int32) []T { return g.rows[g.from[n]:g.to[n]:g.to[n]] }

// change replaces the rows of a group by no more than there were.
func (g *groups[T]) change(n int32, by func([]T) []T) {
	g.to[n] = g.from[n] + int32(len(by(g.of(n))))
}
