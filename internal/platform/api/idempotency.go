package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// keepAnswer is the largest answer that is kept for a repetition.
const keepAnswer = 1 << 20

func idempotencyParameter() *huma.Param {
	limit := 255
	return &huma.Param{
		Name: "Idempotency-Key", In: "header",
		Description: "A name of your choice for this call. Repeating it within 24 hours gives the first answer and does nothing again.",
		Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: &limit},
	}
}

// once makes a POST with an Idempotency-Key happen one time for its caller. The key is taken before the call and, with the answer and the hash
// of what was sent, kept after success. An error of the caller's gives the key free again, for nothing was done. When the program fails
// midway nobody knows what was done, and the key stays taken.
func (a *API) once(op Operation) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		key := c.Header("Idempotency-Key")
		if key == "" {
			next(c)
			return
		}
		r, w := humago.Unwrap(c)
		ctx := r.Context()
		claim, earlier, err := a.claim(ctx, op, key)
		if err != nil {
			a.write(ctx, w, a.problem(ctx, err))
			return
		}
		body := hashed(r)
		r.Body = body
		if earlier != nil {
			a.repeat(w, r, body, *earlier)
			return
		}
		out := &recorder{ResponseWriter: w}
		next(humago.NewContext(c.Operation(), r, out))
		a.settle(ctx, claim, out, body, op.Once)
	}
}

// claim takes the key for this call, or tells what became of the earlier one.
func (a *API) claim(ctx context.Context, op Operation, key string) (idempotencyRow, *idempotencyRow, error) {
	if !sensible(key) {
		return idempotencyRow{}, nil, fault.New(fault.Invalid, "idempotency-key", "the Idempotency-Key is 1 to 255 letters, digits and signs without spaces").At("header.Idempotency-Key")
	}
	var caller string
	if a.opt.Caller != nil {
		caller = a.opt.Caller(ctx)
	}
	if a.opt.DB == nil || caller == "" {
		return idempotencyRow{}, nil, fault.New(fault.Invalid, "idempotency-unsupported", "this operation cannot be repeated by key; leave the Idempotency-Key out").At("header.Idempotency-Key")
	}
	row := idempotencyRow{Caller: caller, Operation: op.ID, Key: key, State: running, CreatedAt: a.opt.Now().UTC()}
	earlier, err := takeKey(ctx, a.opt.DB, row)
	return row, earlier, err
}

func sensible(key string) bool {
	for _, c := range []byte(key) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(key) <= 255
}

// repeat gives the first answer again, if the same was sent.
func (a *API) repeat(w http.ResponseWriter, r *http.Request, body *hashedBody, row idempotencyRow) {
	ctx := r.Context()
	sum, err := row.SHA256, error(nil)
	if row.State == answered || row.State == unkept {
		sum, err = body.finish()
	}
	switch {
	case err != nil:
	case row.State == running:
		w.Header().Set("Retry-After", "2")
		err = fault.New(fault.Conflict, "idempotency-running", "an earlier call with this Idempotency-Key still runs; try again in a moment. "+
			"If this stays, the program was stopped midway: look what was done, then use a new key")
	case row.State == failed:
		err = fault.New(fault.Conflict, "idempotency-failed", "the earlier call with this Idempotency-Key failed on our side midway; look what was done, then use a new key")
	case sum != row.SHA256:
		err = fault.New(fault.Invalid, "idempotency-mismatch", "this Idempotency-Key was used for something else; use a new key for a new call").At("header.Idempotency-Key")
	case row.State == unkept:
		err = fault.New(fault.Conflict, "idempotency-unkept", "this was done already, and its answer was given once and not kept")
	}
	if err != nil {
		a.write(ctx, w, a.problem(ctx, err))
		return
	}
	var header map[string]string
	if err := json.Unmarshal([]byte(row.Header), &header); err != nil {
		a.write(ctx, w, a.problem(ctx, err))
		return
	}
	for name, value := range header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(int(row.Status))
	_, _ = io.WriteString(w, row.Answer) // the caller has gone; nothing to do
}

// settle keeps the answer of a call that succeeded and gives the key free when nothing was done. It happens even if the caller has gone.
func (a *API) settle(ctx context.Context, row idempotencyRow, out *recorder, body *hashedBody, secret bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	var err error
	switch {
	case out.status >= 500:
		row.State, row.Status, row.Header = failed, int64(out.status), out.headers()
		err = endCall(ctx, a.opt.DB, row)
	case out.status >= 400:
		err = freeKey(ctx, a.opt.DB, row)
	default:
		row.State, row.Status = answered, int64(out.status)
		row.SHA256, err = body.finish()
		row.Answer = out.kept.String()
		if secret || out.lost || !utf8.ValidString(row.Answer) {
			row.State, row.Answer = unkept, ""
		}
		row.Header = out.headers()
		if err == nil {
			err = endCall(ctx, a.opt.DB, row)
		}
	}
	if err != nil {
		a.opt.Log.ErrorContext(ctx, "answer of a repeatable call not kept", "operation", row.Operation, "error", err)
	}
}

// hashedBody hashes method, address and body while the handler reads it.
type hashedBody struct {
	io.ReadCloser
	sum hash.Hash
}

func hashed(r *http.Request) *hashedBody {
	b := &hashedBody{ReadCloser: r.Body, sum: sha256.New()}
	_, _ = io.WriteString(b.sum, r.Method+" "+r.URL.RequestURI()+"\n") // a hash takes everything
	return b
}

func (b *hashedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sum.Write(p[:n])
	return n, err
}

// Close leaves the body open for finish; the server closes it.
func (b *hashedBody) Close() error { return nil }

// finish reads what the handler left and gives the hash of the whole.
func (b *hashedBody) finish() (string, error) {
	if _, err := io.Copy(io.Discard, b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b.sum.Sum(nil)), nil
}

// recorder keeps an answer while it goes out.
type recorder struct {
	http.ResponseWriter
	status int
	kept   bytes.Buffer
	lost   bool // larger than what is kept
}

// WriteHeader notes the first final status.
func (o *recorder) WriteHeader(status int) {
	if o.status == 0 && status >= 200 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *recorder) Write(p []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	if o.kept.Len()+len(p) > keepAnswer {
		o.lost = true
	} else if !o.lost {
		o.kept.Write(p)
	}
	return o.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (o *recorder) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// headers are those that belong to the answer itself.
func (o *recorder) headers() string {
	kept := map[string]string{}
	for _, name := range []string{"Content-Type", "Location", "ETag"} {
		if value := o.Header().Get(name); value != "" {
			kept[name] = value
		}
	}
	text, _ := json.Marshal(kept) // strings always marshal
	return string(text)
}
