package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Subject is what an entry is about.
type Subject struct {
	Kind string `json:"kind"` // a word of the domain: "statement", "membership"
	ID   string `json:"id"`
	Name string `json:"name"` // as a person would call it: "Statement of March 2026"
}

// Entry is one change. Seq, PrevHash and Hash are given by Seal.
type Entry struct {
	Seq       int64     `json:"seq"`
	At        time.Time `json:"at"`
	ActorID   string    `json:"actor_id"`
	ActorName string    `json:"actor_name"`
	Action    string    `json:"action"` // stable, for programs: "statement.lock"
	Client    string    `json:"client"` // empty: concerns the workspace
	Subject   Subject   `json:"subject"`
	Words     string    `json:"words"`  // for people, after the actor's name: "locked the statement of March 2026"
	Before    string    `json:"before"` // JSON as Snapshot makes it; empty when there was nothing before
	After     string    `json:"after"`  // likewise; empty when nothing is left
	Internal  bool      `json:"internal"`
	PrevHash  string    `json:"prev_hash"`
	Hash      string    `json:"hash"`
	Stub      bool      `json:"stub,omitempty"` // withheld from this reader: only Seq, PrevHash and Hash are meaningful
}

// Head is the newest entry of a chain. The zero Head is that of an empty chain.
type Head struct {
	Seq  int64
	Hash string
}

// Seal puts the entry after the head: number, time in UTC to the microsecond, previous hash, own hash.
func Seal(head Head, e Entry) Entry {
	e.Seq = head.Seq + 1
	e.At = e.At.UTC().Truncate(time.Microsecond)
	e.PrevHash = head.Hash
	e.Stub = false
	e.Hash = digest(e)
	return e
}

// Withhold is what a reader gets of an entry that is not for them.
func Withhold(e Entry) Entry {
	return Entry{Seq: e.Seq, PrevHash: e.PrevHash, Hash: e.Hash, Stub: true}
}

// format names the encoding, so that a later one can never be taken for this.
const format = "ofrecord journal 1"

func digest(e Entry) string {
	internal := "0"
	if e.Internal {
		internal = "1"
	}
	h := sha256.New()
	for _, field := range []string{
		format, fmt.Sprint(e.Seq), e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), e.ActorID, e.ActorName, e.Action, e.Client,
		e.Subject.Kind, e.Subject.ID, e.Subject.Name, e.Words, e.Before, e.After, internal, e.PrevHash,
	} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		h.Write([]byte(field))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Snapshot is a value as canonical JSON for Before and After: keys sorted, numbers as written, no HTML escapes. nil is "".
// It panics on a value that JSON cannot hold, which is a mistake of the programmer.
func Snapshot(v any) string {
	if v == nil {
		return ""
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("journal: snapshot of %T: %v", v, err))
	}
	read := json.NewDecoder(bytes.NewReader(raw))
	read.UseNumber()
	var plain any
	if err := read.Decode(&plain); err != nil {
		panic(fmt.Sprintf("journal: snapshot of %T: %v", v, err))
	}
	var out bytes.Buffer
	write := json.NewEncoder(&out)
	write.SetEscapeHTML(false)
	if err := write.Encode(plain); err != nil {
		panic(fmt.Sprintf("journal: snapshot of %T: %v", v, err))
	}
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n")))
}
