package ops

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func zipOf(t *testing.T, parts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range parts {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAFileMustBeWhatItsNameSays(t *testing.T) {
	png := []byte("\x89PNG\r\n\x1a\n....")
	exe := []byte("MZ\x90\x00\x03\x00\x00\x00")
	for _, c := range []struct {
		name    string
		content []byte
		code    string
	}{
		{"logo.png", png, ""},
		{"LOGO.PNG", png, ""},
		{"logo.jpg", png, "file-lies"},
		{"brief.pdf", []byte("%PDF-1.7"), ""},
		{"brief.pdf", exe, "file-lies"},
		{"setup.exe", exe, "file-type"},
		{"page.html", []byte("<html>"), "file-type"},
		{"page.txt", []byte("<html><script>"), "file-lies"},
		{"words.txt", []byte("Grüße"), ""},
		{"words.txt", []byte("a\x00b"), "file-lies"},
		{"table.csv", []byte("a,b\n1,2\n"), ""},
		{"plan.xlsx", zipOf(t, "[Content_Types].xml", "xl/workbook.xml"), ""},
		{"plan.xlsx", zipOf(t, "word/document.xml"), "file-lies"},
		{"plan.docx", zipOf(t, "xl/workbook.xml"), "file-lies"},
		{"none", nil, "file-empty"},
		{"logo.svg", []byte("<svg onload=alert(1)>"), "file-type"},
		{"big.txt", []byte(strings.Repeat("a", MaxFile+1)), "file-size"},
	} {
		if _, err := CheckFile(c.name, c.content); fault.Code(err) != c.code {
			t.Errorf("%s: got %v, want %q", c.name, err, c.code)
		}
	}
	for given, want := range map[string]string{`C:\secret\plan.xlsx`: "plan.xlsx", "../../etc/passwd": "passwd", "a\r\nb\".txt": "ab.txt", "": "file"} {
		if got := CleanFileName(given); got != want {
			t.Errorf("%q: got %q", given, got)
		}
	}
}
