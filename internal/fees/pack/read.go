package pack

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Limits of a pack that is read: it comes from somebody else.
const (
	mostFiles      = 10_000
	mostTableBytes = 256 << 20 // of a file of facts; two million touches need 200
	mostTextBytes  = 128 << 20 // of any other file but the manifest
	mostListBytes  = 4 << 20   // of the manifest
	mostBytes      = 384 << 20 // of all together
	longestName    = 100
	longestQuote   = 100   // of what a message quotes from a file
	longestWords   = 1_000 // of a message

	mostEntries      = 200_000   // of the lists of a JSON file, such as lines, events, earlier statements
	mostInnerEntries = 1_000_000 // of the lists in those, such as the touches of a line
	mostEvents       = 20_000
)

func noPack(code, format string, args ...any) error {
	return fault.New(fault.Invalid, code, format, args...)
}

// readZip reads the files of a zip that may be hostile. Faults: Invalid for what is no pack, TooLarge.
func readZip(r io.ReaderAt, size int64) ([]File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.New(fault.Invalid, "no-zip", "This is not a pack: it cannot be opened as a zip. Download it again.").Because(err)
	}
	if len(z.File) > mostFiles {
		return nil, fault.New(fault.TooLarge, "many-files", "The zip holds %d files; a pack holds at most %d.", len(z.File), mostFiles)
	}
	if !endsWithDirectory(r, size) {
		return nil, fault.New(fault.Invalid, "no-zip", "This is not a pack as it was written: something follows the end of the zip. Download it again.")
	}
	var files []File
	var total uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		if f.Mode().IsDir() && f.UncompressedSize64 == 0 && (f.Name == factsFolder || f.Name == termsFolder) {
			continue // packed again by a program that enters folders too
		}
		name := strings.ToLower(f.Name)
		switch total += f.UncompressedSize64; {
		case !properName(f):
			return nil, noPack("name", "The zip holds %q, which is no name of a file in a pack.", fault.Excerpt(f.Name, longestQuote))
		case seen[name]:
			return nil, noPack("name-twice", "The zip holds %q twice.", f.Name)
		case f.UncompressedSize64 > mostBytesOf(f.Name):
			return nil, fault.New(fault.TooLarge, "large", "%s is larger than a pack can be: at most %d MB for this file.", f.Name, mostBytesOf(f.Name)>>20)
		case total > mostBytes:
			return nil, fault.New(fault.TooLarge, "large", "The zip is larger than a pack can be: at most %d MB together.", mostBytes>>20)
		}
		seen[name] = true
		body, err := readMember(f)
		if err != nil {
			return nil, err
		}
		files = append(files, File{f.Name, body})
	}
	return files, nil
}

func mostBytesOf(name string) uint64 {
	switch {
	case name == manifestFile:
		return mostListBytes
	case strings.HasPrefix(name, factsFolder) && strings.HasSuffix(name, ".csv"):
		return mostTableBytes
	}
	return mostTextBytes
}

// endsWithDirectory says whether the end record of the zip, which has no comment, is the last of the file.
func endsWithDirectory(r io.ReaderAt, size int64) bool {
	const length = 22
	end := make([]byte, length)
	if size < length {
		return false
	}
	if _, err := r.ReadAt(end, size-length); err != nil {
		return false
	}
	return bytes.HasPrefix(end, []byte("PK\x05\x06")) && end[20] == 0 && end[21] == 0
}

// properName admits plain relative names of regular files only.
func properName(f *zip.File) bool {
	n := f.Name
	return n != "" && len(n) <= longestName && !strings.ContainsAny(n, "\\:\x00") && !path.IsAbs(n) && path.Clean(n) == n && n != ".." &&
		!strings.HasPrefix(n, "../") && f.Mode().IsRegular() && f.Flags&1 == 0
}

// readMember reads one file, never more than it says and than is allowed.
func readMember(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fault.New(fault.Invalid, "damaged", "%s in the zip is damaged. Download the pack again.", f.Name).Because(err)
	}
	defer r.Close()
	body := make([]byte, f.UncompressedSize64)
	_, err = io.ReadFull(r, body)
	if err == nil {
		_, err = io.ReadFull(r, make([]byte, 1)) // the end, where the checksum is compared
	}
	if !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "damaged", "%s in the zip is damaged: its content does not fit its checksum or size. Download the pack again.", f.Name).Because(err)
	}
	return body, nil
}

// readManifest finds and reads the manifest. Fault: Invalid when there is none, or it is of another form.
func readManifest(files []File) (manifest, error) {
	body, ok := fileOf(files, manifestFile)
	if !ok {
		return manifest{}, noPack("no-manifest", "This is not a pack: it has no %s.", manifestFile)
	}
	var m manifest
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&m); err != nil {
		return m, noPack("manifest", "%s cannot be read: %s.", manifestFile, fault.Excerpt(err.Error(), longestQuote))
	}
	switch {
	case m.Format != format:
		return m, noPack("format", "This is not a pack: %s says %q instead of %q.", manifestFile, fault.Excerpt(m.Format, longestQuote), format)
	case m.Version != formatVersion:
		return m, noPack("version", "The pack has form %d; this program reads form %d. Use the version of the program that wrote it, or a newer one.", m.Version, formatVersion)
	}
	return m, nil
}

func fileOf(files []File, name string) ([]byte, bool) {
	for _, f := range files {
		if f.Name == name {
			return f.Body, true
		}
	}
	return nil, false
}

var termsName = regexp.MustCompile(`^terms/v[1-9][0-9]*\.yaml$`)

// belongs reports whether a pack has a file of the name.
func belongs(name string) bool {
	switch name {
	case readmeFile, manifestFile, statementFile, eventsFile, pageFile, settledFile, releasedFile, changesFile, rulesFile:
		return true
	}
	if table, ok := strings.CutPrefix(name, factsFolder); ok {
		k, known := crm.KindOfFile(table)
		return known && crm.FileName(k) == table
	}
	return termsName.MatchString(name)
}

// needed are the files without which a pack cannot be verified.
func needed() []string {
	return []string{statementFile, eventsFile, pageFile, readmeFile, settledFile, releasedFile}
}

func termsFileOf(version int) string { return fmt.Sprintf("%sv%d.yaml", termsFolder, version) }
