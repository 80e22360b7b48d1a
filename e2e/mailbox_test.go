package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/mailin/mailboxtest"
)

// TestKilledOverTheMailbox kills the server again and again while it fetches mail. Every message becomes a request, and none becomes two.
func TestKilledOverTheMailbox(t *testing.T) {
	const letters = 12
	server, dir := mailboxtest.Start(t, "INBOX", "Done"), t.TempDir()
	roots, file := filepath.Join(dir, "roots.pem"), filepath.Join(dir, "mailboxes.yaml")
	write(t, roots, string(server.Certificate()))
	t.Setenv("SSL_CERT_FILE", roots)
	write(t, file, fmt.Sprintf("mailboxes:\n  - address: requests@fernhill.example\n    server: mx.fernhill.example\n    host: localhost\n    port: %d\n    user: %s\n    password: %s\n    done: Done\n",
		server.Port(), mailboxtest.User, mailboxtest.Password))
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	f := foundFirm(t, "--mailboxes", file)
	for n := range letters {
		server.Deliver("INBOX", fmt.Sprintf("Authentication-Results: mx.fernhill.example; dmarc=pass header.from=lakeside.example\r\nMessage-ID: <%d@lakeside.example>\r\nFrom: Carla <%s>\r\nSubject: Letter %d.\r\n\r\nPlease make a page.\r\n", n, execEmail, n))
	}
	for kills := 0; kills < 5 && server.Messages("Done") < letters; kills++ {
		_ = f.kill()
		f.again(t)
		time.Sleep(time.Duration(rand.IntN(60+20*kills)) * time.Millisecond)
	}
	for limit := time.Now().Add(3 * time.Minute); server.Messages("Done") < letters; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%d of %d letters were moved", server.Messages("Done"), letters)
		}
	}
	words := f.owner.get(f.client + "/work").words()
	for n := range letters {
		if got := strings.Count(words, fmt.Sprintf("Letter %d.", n)); got != 1 {
			t.Errorf("letter %d became %d requests", n, got)
		}
	}
	if found := regexp.MustCompile(`R-\d+`).FindAllString(words, -1); len(found) != letters || server.Messages("INBOX") != 0 {
		t.Errorf("%d requests, %d messages are left", len(found), server.Messages("INBOX"))
	}
	if words := f.owner.get(f.client + "/mail").words(); !strings.Contains(words, "No mail waits") {
		t.Error(words)
	}
	if r := f.command(t, "doctor"); r.status != 0 || !strings.Contains(r.stdout, "mail is fetched from 1 place") {
		t.Errorf("doctor: %s", r)
	}
}
