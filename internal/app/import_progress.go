package app

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress tells how far the import of a file or a month end is: on a terminal in one line that is written over, elsewhere by a line now and
// then, so that short ones leave no trace in a log.
type progress struct {
	to       io.Writer
	terminal bool
	now      func() time.Time

	name string
	size int64 // bytes of the file; 0 when nobody knows
	told time.Time
	open bool // a line stands on the terminal
}

// How long a progress keeps quiet.
const (
	tellTerminal = 200 * time.Millisecond
	tellLog      = 10 * time.Second
)

func newProgress(to io.Writer) *progress {
	p := &progress{to: to, now: time.Now}
	if f, ok := to.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// begin is the start of a file; nil when it was taken in before.
func (p *progress) begin(name string, f *os.File) {
	p.name, p.size, p.told = name, 0, p.now()
	if f == nil {
		return
	}
	if info, err := f.Stat(); err == nil {
		p.size = info.Size()
	}
}

// rows tells how many rows were read, up to that byte of the file.
func (p *progress) rows(rows, bytes int64) {
	words := fmt.Sprintf("%s: %d rows", p.name, rows)
	if p.size > 0 {
		words += fmt.Sprintf(", %d %%", min(100, 100*bytes/p.size))
	}
	p.say(words)
}

// say tells how far the work is, unless something was told a moment ago.
func (p *progress) say(words string) {
	quiet := tellLog
	if p.terminal {
		quiet = tellTerminal
	}
	now := p.now()
	if now.Sub(p.told) < quiet {
		return
	}
	p.told = now
	if !p.terminal {
		fmt.Fprintln(p.to, words)
		return
	}
	fmt.Fprint(p.to, "\r\x1b[K"+words)
	p.open = true
}

// end clears the line of a terminal.
func (p *progress) end() {
	if p.open {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.open = false
	}
}
