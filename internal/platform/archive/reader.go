package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// reader reads the parts of a file in the one order that they can have. A part under any other name is never opened, so
// no name in a file reaches the disk.
type reader struct {
	raw    *bufio.Reader
	packed *gzip.Reader
	parts  *tar.Reader
}

func open(r io.Reader) (*reader, error) {
	raw := bufio.NewReaderSize(r, 64<<10)
	packed, err := gzip.NewReader(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "archive-form", "this file is no backup of Ofrecord; choose one named like ofrecord-main-20260331T020000Z.tar.gz").Because(err)
	}
	packed.Multistream(false)
	return &reader{raw: raw, packed: packed, parts: tar.NewReader(packed)}, nil
}

// part opens the next part, which must have this name and size.
func (r *reader) part(name string, size int64) (io.Reader, error) {
	h, err := r.parts.Next()
	if err != nil {
		return nil, damaged(name, err)
	}
	if h.Name != name || h.Typeflag != tar.TypeReg || h.Size != size {
		return nil, damaged(name, fmt.Errorf("found %q of %d bytes, type %q", h.Name, h.Size, h.Typeflag))
	}
	return r.parts, nil
}

func (r *reader) manifest() (Summary, error) {
	h, err := r.parts.Next()
	if err != nil || h.Name != manifestName || h.Typeflag != tar.TypeReg {
		return Summary{}, fault.New(fault.Invalid, "archive-form", "this file is no backup of Ofrecord: it does not begin with a manifest").Because(err)
	}
	if h.Size > maxManifest {
		return Summary{}, fault.New(fault.TooLarge, "archive-size", "the manifest of this backup is larger than %d MiB", maxManifest>>20)
	}
	text := make([]byte, h.Size)
	if _, err := io.ReadFull(r.parts, text); err != nil {
		return Summary{}, damaged(manifestName, err)
	}
	digest := sha256.Sum256(text)
	sum := Summary{Fingerprint: hex.EncodeToString(digest[:])}
	in := json.NewDecoder(bytes.NewReader(text))
	if err := in.Decode(&sum.Manifest); err != nil {
		return Summary{}, damaged(manifestName, err)
	}
	return sum, nil
}

// end wants the file to end here, with its check sum.
func (r *reader) end() error {
	h, err := r.parts.Next()
	if err == nil {
		return damaged("its end", fmt.Errorf("unexpected part %q", h.Name))
	}
	if !errors.Is(err, io.EOF) {
		return damaged("its end", err)
	}
	if n, err := io.Copy(io.Discard, io.LimitReader(r.packed, 1<<20)); err != nil || n == 1<<20 {
		return damaged("its end", err)
	}
	if _, err := r.raw.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged("its end", errors.New("more follows"))
	}
	return nil
}

// table opens a table's lines.
func (r *reader) table(want TableContent) (*lines, error) {
	body, err := r.part(tablesFolder+want.Name+tablesSuffix, want.Bytes)
	if err != nil {
		return nil, err
	}
	l := &lines{want: want, digest: sha256.New()}
	l.scan = bufio.NewScanner(io.TeeReader(body, l.digest))
	l.scan.Buffer(make([]byte, 64<<10), maxRow+1)
	return l, nil
}

// lines are the rows of a table, counted and digested while they are read.
type lines struct {
	want   TableContent
	scan   *bufio.Scanner
	digest hash.Hash
	rows   int64
	ended  bool
}

func (l *lines) next() (line []byte, ok bool) {
	if l.ended || !l.scan.Scan() {
		l.ended = true
		return nil, false
	}
	l.rows++
	return l.scan.Bytes(), true
}

// check compares what was read with what the manifest promised.
func (l *lines) check() error {
	err := l.scan.Err()
	if got := hex.EncodeToString(l.digest.Sum(nil)); err != nil || got != l.want.SHA256 || l.rows != l.want.Rows {
		return damaged("table "+l.want.Name, errors.Join(err, fmt.Errorf("%d rows, digest %s", l.rows, got)))
	}
	return nil
}
