package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// patience is how long the server waits for the other side of a connection.
type patience struct {
	pace time.Duration // while it stands still: each write of an answer grants it anew, and so does each read of a body that brings enough
	rest time.Duration // for the rest of a body that nobody has read, once its request is handled
	stop time.Duration // for open requests, when the server stops
}

var usual = patience{pace: time.Minute, rest: 5 * time.Second, stop: 20 * time.Second}

// leastRate is how many bytes of a body a second of waiting must bring in the long run: drops do not hold a connection.
const leastRate = 1 << 10

// pacedBody holds the body of a request to the pace, from before the handler until its end has come. net/http reads by itself what a handler
// leaves, before it answers, so the deadline stands whether or not anybody reads. At the end of the body it is lifted: the server then
// reads the connection to learn whether the client has gone, and the handler may work as long as it needs.
type pacedBody struct {
	io.ReadCloser
	control  *http.ResponseController
	patience patience
	read     int64
	waited   time.Duration
	ended    bool
}

// paced puts the pace over the request's body; nil when it has none.
func paced(r *http.Request, control *http.ResponseController, p patience) *pacedBody {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	b := &pacedBody{ReadCloser: r.Body, control: control, patience: p}
	r.Body = b
	b.stay()
	return b
}

func (b *pacedBody) allow(span time.Duration) {
	if !b.ended {
		_ = b.control.SetReadDeadline(time.Now().Add(span)) // not every connection has deadlines
	}
}

func (b *pacedBody) end() {
	b.ended = true
	_ = b.control.SetReadDeadline(time.Time{})
}

// ErrIncomplete is in the error of a body that broke off or came in no readable form: the sender's doing, not ours.
var ErrIncomplete = errors.New("the body did not arrive whole")

func (b *pacedBody) Read(p []byte) (int, error) {
	earned := time.Duration(b.read/leastRate) * time.Second
	b.allow(min(b.patience.pace, b.patience.pace+earned-b.waited))
	began := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.waited += time.Since(began)
	b.read += int64(n)
	switch {
	case err == nil, errors.Is(err, http.ErrBodyReadAfterClose):
		return n, err
	case err == io.EOF:
		b.end()
		return n, err
	}
	b.patience.rest = 0 // what broke off is not waited for again
	return n, fmt.Errorf("%w: %w", ErrIncomplete, err)
}

// Close reads a short rest, as net/http does.
func (b *pacedBody) Close() error {
	err := b.ReadCloser.Close()
	if err == nil {
		b.end()
	}
	return err
}

// leave says that nobody will read on. What is left net/http reads before it sends the answer, and closes the connection when that fails.
func (b *pacedBody) leave() {
	if b != nil {
		b.allow(b.patience.rest)
	}
}

// stay says that the handler goes on and may still read.
func (b *pacedBody) stay() {
	if b != nil {
		b.allow(b.patience.pace)
	}
}
