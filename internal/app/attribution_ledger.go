package app

import (
	"fmt"
	"io"
	"os"

	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// writeLedger writes the credit of each touch where the flags ask for it, or counts its hash alone. It is the zero Ledger where nobody asks. Faults:
// Invalid for a file that cannot be written, or models that a ledger cannot hold.
func (k crediting) writeLedger(out, told io.Writer, book *engine.Book, o engine.Options) (engine.Ledger, error) {
	switch k.ledger {
	case "":
		if !k.hash && k.format != "json" {
			return engine.Ledger{}, nil
		}
		return k.ledgerTo(io.Discard, book, o)
	case "-":
		l, err := k.ledgerTo(out, book, o)
		if err == nil {
			fmt.Fprintf(told, "Ledger of %d credits, SHA-256 %s.\n", l.Rows, l.Hash)
		}
		return l, err
	}
	f, err := os.Create(k.ledger)
	if err != nil {
		return engine.Ledger{}, fault.New(fault.Invalid, "file", "%s cannot be written: %s", k.ledger, plainCause(err)).At("--ledger").Because(err)
	}
	l, err := k.ledgerTo(f, book, o)
	if closed := f.Close(); err == nil && closed != nil {
		err = fault.New(fault.Invalid, "file", "%s cannot be written: %s", k.ledger, plainCause(closed)).At("--ledger").Because(closed)
	}
	if err != nil { // half a ledger is none
		os.Remove(k.ledger)
	}
	return l, err
}

func (k crediting) ledgerTo(out io.Writer, book *engine.Book, o engine.Options) (engine.Ledger, error) {
	l, err := book.Touches.Ledger(book.Deals, o, out)
	if err != nil {
		return l, fault.New(fault.Invalid, "ledger", "%s", err).At("--ledger").Because(err)
	}
	return l, nil
}
