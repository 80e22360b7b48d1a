package journal

import "fmt"

// Break is the first place where a chain does not hold.
type Break struct {
	Seq    int64 // the entry's number, or the number that was expected
	Reason string
}

// Error says where and why.
func (b *Break) Error() string { return fmt.Sprintf("entry %d: %s", b.Seq, b.Reason) }

// Chain verifies entries one after the other, from the first. The zero Chain is ready.
type Chain struct {
	head  Head
	stubs int64
}

// Add checks the next entry; it returns nil or the break. After a break the chain is not to be used on.
func (c *Chain) Add(e Entry) *Break {
	switch want := c.head.Seq + 1; {
	case e.Seq > want:
		return &Break{want, fmt.Sprintf("is missing: the next one kept is %d", e.Seq)}
	case e.Seq < want:
		return &Break{e.Seq, fmt.Sprintf("is out of order: %d was expected", want)}
	case e.PrevHash != c.head.Hash:
		return &Break{e.Seq, "does not continue the entry before it"}
	case !e.Stub && e.Hash != digest(e):
		return &Break{e.Seq, "was altered: its content does not give its hash"}
	}
	if e.Stub {
		c.stubs++
	}
	c.head = Head{e.Seq, e.Hash}
	return nil
}

// Head is the newest entry that was added.
func (c *Chain) Head() Head { return c.head }

// Stubs counts the entries that were withheld from the reader and so checked by their links only.
func (c *Chain) Stubs() int64 { return c.stubs }

// Verify checks a whole chain and returns its first break, or nil.
func Verify(entries []Entry) *Break {
	var c Chain
	for _, e := range entries {
		if b := c.Add(e); b != nil {
			return b
		}
	}
	return nil
}
