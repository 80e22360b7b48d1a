package ops

import (
	"context"
	"runtime"
	"sync"

	"github.com/alexedwards/argon2id"
)

// Hashing is the cost of a password's hash: 64 MiB, two passes, above the least that OWASP asks of Argon2id.
func Hashing() *argon2id.Params {
	return &argon2id.Params{Memory: 64 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// passwords hashes and checks, as many at a time as there are processors, so that a flood of sign-ins cannot take all memory.
type passwords struct {
	params   *argon2id.Params
	turn     chan struct{}
	stranger func() (string, error) // the hash that an unknown account is checked against
}

func newPasswords(params *argon2id.Params) passwords {
	return passwords{
		params:   params,
		turn:     make(chan struct{}, runtime.GOMAXPROCS(0)),
		stranger: sync.OnceValues(func() (string, error) { return argon2id.CreateHash("nobody has this password", params) }),
	}
}

// hash makes the text to store.
func (p passwords) hash(ctx context.Context, password string) (string, error) {
	release, err := p.wait(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return argon2id.CreateHash(password, p.params)
}

// check compares; with no hash stored it does the same work and says no. Stale tells that the hash was made at another cost.
func (p passwords) check(ctx context.Context, password, stored string) (match, stale bool, err error) {
	release, err := p.wait(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	known := stored != ""
	if !known {
		if stored, err = p.stranger(); err != nil {
			return false, false, err
		}
	}
	match, params, err := argon2id.CheckHash(password, stored)
	if err != nil || !known {
		return false, false, err
	}
	return match, *params != *p.params, nil
}

func (p passwords) wait(ctx context.Context) (func(), error) {
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
