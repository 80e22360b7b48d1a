package ops

import (
	"archive/zip"
	"bytes"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// The limits of attachments.
const (
	MaxFile  = 25 << 20 // bytes of one
	MaxFiles = 10       // of one message
)

// fileType is a kind of file that is taken: what it is called, and what its content must be.
type fileType struct {
	media string
	is    func(content []byte) bool
}

func detected(media string) func([]byte) bool {
	return func(content []byte) bool { return strings.HasPrefix(http.DetectContentType(content), media) }
}

// office files are archives with the part that names their kind.
func office(part string) func([]byte) bool {
	return func(content []byte) bool {
		z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		return err == nil && slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == part })
	}
}

func plain(content []byte) bool {
	return utf8.Valid(content) && bytes.IndexByte(content, 0) < 0 && strings.HasPrefix(http.DetectContentType(content), "text/plain")
}

var fileTypes = map[string]fileType{
	".png":  {"image/png", detected("image/png")},
	".jpg":  {"image/jpeg", detected("image/jpeg")},
	".jpeg": {"image/jpeg", detected("image/jpeg")},
	".gif":  {"image/gif", detected("image/gif")},
	".webp": {"image/webp", detected("image/webp")},
	".pdf":  {"application/pdf", detected("application/pdf")},
	".mp4":  {"video/mp4", detected("video/mp4")},
	".zip":  {"application/zip", detected("application/zip")},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", office("word/document.xml")},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", office("xl/workbook.xml")},
	".pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", office("ppt/presentation.xml")},
	".txt":  {"text/plain; charset=utf-8", plain},
	".md":   {"text/plain; charset=utf-8", plain},
	".csv":  {"text/csv; charset=utf-8", plain},
}

// FileEndings are those of the files that are taken, in order.
func FileEndings() []string {
	var out []string
	for ending := range fileTypes {
		out = append(out, ending)
	}
	slices.Sort(out)
	return out
}

// CheckFile says of what type a file is. Its name claims one and its content must be of it. Faults: Invalid for a type that is not taken, for content of another
// one and for an empty file; TooLarge.
func CheckFile(name string, content []byte) (media string, err error) {
	t, known := fileTypes[strings.ToLower(path.Ext(name))]
	switch {
	case len(content) == 0:
		return "", fault.New(fault.Invalid, "file-empty", "%s is empty; attach the file with its content", name)
	case len(content) > MaxFile:
		return "", fault.New(fault.TooLarge, "file-size", "%s is larger than %d MB; attach a smaller one, or say where it can be fetched", name, MaxFile>>20)
	case !known:
		return "", fault.New(fault.Invalid, "file-type", "%s is of a type that is not taken; attach one of %s, or pack it as .zip", name, strings.Join(FileEndings(), " "))
	case !t.is(content):
		return "", fault.New(fault.Invalid, "file-lies", "%s is not what its name says: its content is %s; give it the right ending, or save it again as %s", name, about(content), path.Ext(name))
	}
	return t.media, nil
}

// about names what content seems to be.
func about(content []byte) string {
	media, _, _ := strings.Cut(http.DetectContentType(content), ";")
	if media == "application/octet-stream" {
		return "of no type that is known"
	}
	return media
}

// CleanFileName is the last part of a name, without what does not print, at most 120 characters, keeping its ending.
func CleanFileName(name string) string {
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
