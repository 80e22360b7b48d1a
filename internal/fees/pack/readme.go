package pack

import (
	"fmt"
	"strings"
)

// readme says what the pack is and how to check it.
func (p Pack) readme() []byte {
	s, l := p.Document.Statement, p.life()
	split := p.split(l)
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Statement of %s", s.Period.Words())
	line("%s to %s, contract %s", s.Agency, s.Client, s.Contract)
	line("Statement %s, revision %d, state: %s", p.ID, p.Revision, l.State)
	line("")
	line("  Total          %s", s.Total.FormatWith())
	line("  %-14s %s", payableWord(l.State), split.Payable.FormatWith())
	line("  Held           %s", split.Held.FormatWith())
	line("  Statement hash %s", p.Hash)
	line("")
	line("What is in it")
	line("  terms/           the texts of the contract, each version as both sides accepted it")
	line("  facts/           the evidence that the statement used, and no more; what earlier statements charged; settled disputes")
	line("  statement.json   the statement, each line with its reason")
	line("  events.json      what happened to it: submission, review, lock")
	line("  statement.html   the same to read and print")
	line("  manifest.json    the SHA-256 of every file, and the statement hash")
	line("")
	line("How to verify it, on your own machine, without the server and offline")
	line("  ofrecord verify PACK.zip --hash HASH")
	line("where HASH is the one on the receipt that you were given when the statement was locked, not the one printed here. The program")
	line("computes the statement again from the terms and the facts and tells every difference, line by line.")
	line("")
	line("How to check the hash by hand")
	line("  The statement hash is the SHA-256 of the list that sha256sum prints for facts/*, statement.json and terms/*:")
	line("  export LC_ALL=C; sha256sum facts/* statement.json terms/* | sha256sum")
	line("")
	line("The statement hash binds the terms, the facts and the statement. It does not bind events.json: compare the reviews with the record.")
	return []byte(b.String())
}
