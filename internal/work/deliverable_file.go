package work

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// MaxVersion is the largest file of a version, in bytes.
const MaxVersion int64 = 256 << 20

// SniffVersion is how much of the beginning of a file tells what it is.
const SniffVersion = 4096

// Preview is how a version is shown beside its download. Nothing active is ever run: what could be is shown as its text.
type Preview string

// The previews.
const (
	PreviewNone  Preview = ""
	PreviewImage Preview = "image"
	PreviewPDF   Preview = "pdf"
	PreviewText  Preview = "text"
)

// versionKind is a kind of file that is taken: its type, how it begins, and how it is shown.
type versionKind struct {
	media   string
	begins  func(head []byte) bool
	preview Preview
}

func begins(with ...string) func([]byte) bool {
	return func(head []byte) bool {
		return slices.ContainsFunc(with, func(w string) bool { return bytes.HasPrefix(head, []byte(w)) })
	}
}

// standsAt says that a text stands at an offset of the beginning.
func standsAt(offset int, text string) func([]byte) bool {
	return func(head []byte) bool { return len(head) > offset && bytes.HasPrefix(head[offset:], []byte(text)) }
}

func webp(head []byte) bool { return begins("RIFF")(head) && standsAt(8, "WEBP")(head) }

// readable is text: UTF-8 without control characters, its last character perhaps cut off.
func readable(head []byte) bool {
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 && utf8.FullRune(head) || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			return false
		}
		head = head[n:]
	}
	return true
}

var zipped = begins("PK\x03\x04")

// plainText is what the types of texts are sent as, so that no browser runs them.
const plainText = "text/plain; charset=utf-8"

var versionKinds = map[string]versionKind{
	".png": {"image/png", begins("\x89PNG\r\n\x1a\n"), PreviewImage}, ".jpg": {"image/jpeg", begins("\xff\xd8\xff"), PreviewImage}, ".jpeg": {"image/jpeg", begins("\xff\xd8\xff"), PreviewImage},
	".gif": {"image/gif", begins("GIF87a", "GIF89a"), PreviewImage}, ".webp": {"image/webp", webp, PreviewImage}, ".pdf": {"application/pdf", begins("%PDF-"), PreviewPDF},
	".txt": {plainText, readable, PreviewText}, ".md": {plainText, readable, PreviewText}, ".csv": {plainText, readable, PreviewText}, ".html": {plainText, readable, PreviewText}, ".svg": {plainText, readable, PreviewText},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", zipped, PreviewNone}, ".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", zipped, PreviewNone},
	".pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", zipped, PreviewNone}, ".zip": {"application/zip", zipped, PreviewNone},
	".mp4": {"video/mp4", standsAt(4, "ftyp"), PreviewNone}, ".mov": {"video/quicktime", standsAt(4, "ftyp"), PreviewNone}, ".mp3": {"audio/mpeg", begins("ID3", "\xff\xfb", "\xff\xf3"), PreviewNone},
	".psd": {"image/vnd.adobe.photoshop", begins("8BPS"), PreviewNone}, ".ai": {"application/postscript", begins("%PDF-", "%!PS"), PreviewNone},
}

// VersionEndings are those of the files that are taken, in order.
func VersionEndings() []string {
	var out []string
	for ending := range versionKinds {
		out = append(out, ending)
	}
	slices.Sort(out)
	return out
}

// CheckVersion says as what a file is kept, by its name and by how it begins. Faults: Invalid at "file" for an empty one, a type that is not taken, and one whose content is not what its name says.
func CheckVersion(name string, head []byte) (media string, err error) {
	kind, known := versionKinds[ending(name)]
	switch {
	case len(head) == 0:
		return "", fault.New(fault.Invalid, "file-empty", "%s is empty; send the file with its content", name).At("file")
	case !known:
		return "", fault.New(fault.Invalid, "file-type", "%s is of a type that is not taken; send one of %s, or pack it as .zip", name, strings.Join(VersionEndings(), " ")).At("file")
	case !kind.begins(head):
		return "", fault.New(fault.Invalid, "file-lies", "%s does not begin as its name says; give it the right ending, or save it again as %s", name, ending(name)).At("file")
	}
	return kind.media, nil
}

// PreviewOf is how a file that was taken is shown.
func PreviewOf(name string) Preview { return versionKinds[ending(name)].preview }

func ending(name string) string { return strings.ToLower(path.Ext(name)) }

// VersionName is the last part of a file's name, without what does not print, at most 120 characters, keeping its ending.
func VersionName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == '"' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "" || name == "." || name == "/" {
		return "file"
	}
	if runes := []rune(name); len(runes) > 120 {
		return string(runes[len(runes)-120:])
	}
	return name
}
