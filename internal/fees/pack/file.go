package pack

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
)

// File is one file of a pack.
type File struct {
	Name string
	Body []byte
}

func (f File) sum() string {
	sum := sha256.Sum256(f.Body)
	return hex.EncodeToString(sum[:])
}

// The names of the files; terms/v1.yaml and facts/deals.csv stand in their folders.
const (
	readmeFile    = "README.txt"
	manifestFile  = "manifest.json"
	statementFile = "statement.json"
	eventsFile    = "events.json"
	pageFile      = "statement.html"
	termsFolder   = "terms/"
	factsFolder   = "facts/"
	settledFile   = factsFolder + "settled.json"
	releasedFile  = factsFolder + "released.json"
	changesFile   = factsFolder + "changes.json"
	rulesFile     = factsFolder + "rules.json"
)

// bound reports whether the statement hash binds the file.
func bound(name string) bool {
	return name == statementFile || strings.HasPrefix(name, termsFolder) || strings.HasPrefix(name, factsFolder)
}

// Hash is the statement hash of the files that it binds; others are passed over.
func Hash(files []File) string {
	var lines []string
	for _, f := range files {
		if bound(f.Name) {
			lines = append(lines, f.sum()+"  "+f.Name+"\n")
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[sha256.Size*2:], b[sha256.Size*2:]) })
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}

// HashOf is the statement hash of an encoded document and the inputs that it was computed from.
func HashOf(document []byte, inputs []File) string {
	return Hash(append(slices.Clone(inputs), File{statementFile, document}))
}

// writeZip writes the files in the order of their names, stored and without times, so that the same files give the same bytes with every
// version of the program.
func writeZip(w io.Writer, files []File) error {
	z := zip.NewWriter(w)
	for _, f := range slices.SortedFunc(slices.Values(files), func(a, b File) int { return strings.Compare(a.Name, b.Name) }) {
		out, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
		if err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
		if _, err := io.Copy(out, bytes.NewReader(f.Body)); err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	return z.Close()
}
