package work

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestFilesOfVersions(t *testing.T) {
	for _, c := range []struct {
		name, head, media, code string
		preview                 Preview
	}{
		{"logo.PNG", "\x89PNG\r\n\x1a\nrest", "image/png", "", PreviewImage},
		{"photo.webp", "RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp", "", PreviewImage},
		{"plan.pdf", "%PDF-1.7", "application/pdf", "", PreviewPDF},
		{"page.html", "<script>alert(1)</script>", "text/plain; charset=utf-8", "", PreviewText},
		{"logo.svg", "<svg onload='alert(1)'/>", "text/plain; charset=utf-8", "", PreviewText},
		{"numbers.csv", "a;b\n1;\xc3", "text/plain; charset=utf-8", "", PreviewText}, // its last character is cut off
		{"film.mp4", "\x00\x00\x00\x18ftypmp42", "video/mp4", "", PreviewNone},
		{"logo.png", "<svg onload='alert(1)'/>", "", "file-lies", PreviewImage},
		{"plan.pdf", "MZ\x90\x00", "", "file-lies", PreviewPDF},
		{"notes.txt", "a\x00b", "", "file-lies", PreviewText},
		{"notes.txt", "\xff\xfea", "", "file-lies", PreviewText},
		{"run.exe", "MZ", "", "file-type", PreviewNone},
		{"noending", "x", "", "file-type", PreviewNone},
		{"empty.txt", "", "", "file-empty", PreviewText},
	} {
		media, err := CheckVersion(c.name, []byte(c.head))
		if media != c.media || fault.Code(err) != c.code || PreviewOf(c.name) != c.preview {
			t.Errorf("%s: %q %v %q", c.name, media, err, PreviewOf(c.name))
		}
	}
	for name, want := range map[string]string{`C:\work\a"b.png`: "ab.png", "../../etc/passwd": "passwd", "": "file", strings.Repeat("x", 200) + ".pdf": strings.Repeat("x", 116) + ".pdf"} {
		if got := VersionName(name); got != want {
			t.Errorf("%q is called %q", name, got)
		}
	}
}
