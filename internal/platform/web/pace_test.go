package web_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// open serves the routes on a real socket, with little patience, until the end of the test.
func open(t *testing.T, pace, rest time.Duration) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := routes()
	g.Get("/idle", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		if r.URL.Query().Has("read") {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return err
			}
		}
		select {
		case <-r.Context().Done():
			return r.Context().Err()
		case <-time.After(3 * pace):
		}
		_, err := io.WriteString(w, "rested")
		return err
	})
	log := &lines{}
	s := web.New(web.Options{Log: slog.New(slog.NewTextHandler(log, nil))}, g)
	s.Hurry(pace, rest, time.Second)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if strings.Contains(log.String(), "error page failed") {
			t.Errorf("what others did not send is logged as our error: %s", log)
		}
	})
	return l.Addr().String()
}

// talk sends the text and gives what comes back until the server closes the connection, "(open)" at its end when it does not.
func talk(t *testing.T, address, text string, patience time.Duration) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(patience))
	answer, err := io.ReadAll(c)
	if err != nil {
		return string(answer) + "(open)"
	}
	return string(answer)
}

func TestABodyThatStallsEndsItsConnection(t *testing.T) {
	const form = "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	tests := []struct{ name, text, want string }{
		{"form", "POST /form HTTP/1.1\r\n" + form + "Content-Length: 100\r\n\r\ntext=", "HTTP/1.1 422"},
		{"form in chunks", "POST /form HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n5\r\ntext=\r\n", "HTTP/1.1 422"},
		{"form with 100-continue", "POST /form HTTP/1.1\r\n" + form + "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n", "HTTP/1.1 100"},
		{"upload", "POST /upload HTTP/1.1\r\n" + form + "Content-Length: 1000000\r\n\r\nhalf", "HTTP/1.1 400"},
		{"nobody reads it", "GET /healthz HTTP/1.1\r\n" + form + "Content-Length: 100\r\n\r\n", "HTTP/1.1 200"},
		{"nobody reads it, and the answer is long", "GET /gallery/statement HTTP/1.1\r\n" + form + "Content-Length: 100\r\n\r\n", "HTTP/1.1 200"},
		{"refused unread", "POST /api/nothing HTTP/1.1\r\n" + form + "Content-Length: 100\r\n\r\n{", "HTTP/1.1 404"},
		{"no route", "POST /nothing HTTP/1.1\r\n" + form + "Content-Length: 100\r\n\r\n", "HTTP/1.1 404"},
		{"the handler breaks", "GET /panic HTTP/1.1\r\n" + form + "Content-Length: 100\r\n\r\n", "HTTP/1.1 500"},
	}
	address := open(t, 500*time.Millisecond, 100*time.Millisecond)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := talk(t, address, test.text, 5*time.Second)
			if !strings.HasPrefix(answer, test.want) || strings.HasSuffix(answer, "(open)") {
				t.Errorf("%.200s ... %.10s", answer, answer[max(0, len(answer)-10):])
			}
		})
	}
}

func TestABodyOfDropsEndsItsConnection(t *testing.T) {
	address := open(t, 300*time.Millisecond, 100*time.Millisecond)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for range 60 {
		time.Sleep(50 * time.Millisecond)
		if _, err := io.WriteString(c, "."); err != nil {
			return
		}
	}
	t.Error("a drop now and then holds the connection")
}

func TestABodyThatMovesMayLast(t *testing.T) {
	const pace, size = 300 * time.Millisecond, 100
	address := open(t, pace, pace/2)
	body, sender := io.Pipe()
	go func() {
		for range size {
			time.Sleep(pace / 20)
			_, _ = sender.Write(make([]byte, 1<<10)) // the answer tells
		}
		sender.Close()
	}()
	began := time.Now()
	res, err := http.Post("http://"+address+"/upload", "text/csv", body)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); string(b) != "102400" || time.Since(began) < 4*pace {
		t.Errorf("%s after %s", b, time.Since(began))
	}
}

// TestWorkAfterTheBodyMayLast: the deadline of a body is not that of the work, nor of what comes next on the connection.
func TestWorkAfterTheBodyMayLast(t *testing.T) {
	const pace = 200 * time.Millisecond
	address := open(t, pace, pace/2)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, path := range []string{"/idle?read", "/idle", "/healthz", "/idle?read"} {
		if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"); err != nil {
			t.Fatal(path, err)
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(path, err)
		}
		if b, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || res.Close {
			t.Fatalf("%s: %d %s %v", path, res.StatusCode, b, err)
		}
		time.Sleep(2 * pace)
	}
}

// lines is a log that is read while others write to it.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestTheStopWaitsForNoStalledBody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	s := web.New(web.Options{Log: slog.New(slog.NewTextHandler(log, nil))}, routes())
	s.Hurry(time.Minute, time.Minute, 200*time.Millisecond)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\ntext="); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	stop()
	select {
	case err := <-ended:
		if err != nil || !strings.Contains(log.String(), "open requests were cut off") {
			t.Errorf("%v; %s", err, log)
		}
	case <-time.After(5 * time.Second):
		t.Error("it does not stop")
	}
}
