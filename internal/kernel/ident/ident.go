// Package ident makes identifiers: a short word for the kind of thing, an underscore and 120 random bits,
// such as "stm_4k0w2m8r6t1v9x3z5b7d2f4h". They are made in Go, never by a database, and say nothing about time or order.
package ident

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

const randomBytes = 15

var alphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New makes an id with the prefix. The caller gives the source of chance (crypto/rand.Reader in the program).
// It panics when the source fails: no program can go on without chance.
func New(prefix string, random io.Reader) string {
	var b [randomBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		panic(fmt.Sprintf("ident: no random bytes: %v", err))
	}
	return prefix + "_" + alphabet.EncodeToString(b[:])
}

// Valid reports whether s is an id of that prefix, so that a hand-made address is refused before it reaches a query.
func Valid(prefix, s string) bool {
	body, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(body) != alphabet.EncodedLen(randomBytes) {
		return false
	}
	_, err := alphabet.DecodeString(body)
	return err == nil
}
