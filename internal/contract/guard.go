package contract

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// The limits of a contract text. A contract that people wrote is far within them; the YAML parser takes seconds, or never ends, far beyond.
const (
	MaxSource  = 64 << 10 // bytes
	maxLines   = 2000
	maxLine    = 2000 // bytes in a line
	maxIndent  = 100  // leading spaces
	maxNesting = 16   // open brackets, or hyphens that begin one line
	maxFaults  = 100  // as many as anybody mends in one go
)

// guard refuses what is not a text of lines that people wrote, before it gets to the parser.
func guard(source []byte) *fault.Fault {
	switch {
	case len(source) > MaxSource:
		return fault.New(fault.TooLarge, "contract-size", "the contract is larger than %d KiB; leave out what is not part of it", MaxSource>>10)
	case !utf8.Valid(source) || bytes.IndexByte(source, 0) >= 0:
		return fault.New(fault.Invalid, "contract-text", "the text is not plain UTF-8; save the file as UTF-8")
	}
	open, number := 0, 0
	for line := range strings.Lines(string(source)) {
		number++
		text := strings.TrimLeft(line, " ")
		indent := len(line) - len(text)
		switch {
		case number > maxLines:
			return fault.New(fault.TooLarge, "contract-size", "the contract has more than %d lines; leave out what is not part of it", maxLines).AtLine(number, 1)
		case len(line) > maxLine:
			return fault.New(fault.TooLarge, "contract-size", "this line is longer than %d characters; break it", maxLine).AtLine(number, maxLine)
		case indent > maxIndent:
			return nested(number, maxIndent)
		}
		if strings.HasPrefix(text, "#") {
			continue
		}
		if strings.Count(text, "- ")+strings.Count(text, "? ") > maxNesting {
			return nested(number, indent+1)
		}
		for i, r := range []byte(line) {
			switch r {
			case '[', '{':
				if open++; open > maxNesting {
					return nested(number, i+1)
				}
			case ']', '}':
				open = max(0, open-1)
			case '\t':
				if strings.TrimSpace(line[:i]) == "" && strings.TrimSpace(line) != "" {
					return fault.New(fault.Invalid, "tab", "a tab cannot indent a line; use spaces").AtLine(number, i+1)
				}
			}
		}
	}
	return nil
}

func nested(line, column int) *fault.Fault {
	return fault.New(fault.Invalid, "nesting", "this is nested deeper than any part of a contract").AtLine(line, column)
}
