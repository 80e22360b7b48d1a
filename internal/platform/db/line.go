package db

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

// Writers that wait for each other share a transaction: who is done hands it on to the next in line, and the last one commits for all. That saves
// the beginnings and the waits for the disk. When one fails, everything is rolled back and each runs again in a transaction of its own, in the same
// order, so that none fails for another. (Savepoints would spare the repetition, and cost every writer what only a failure costs now.)

// shareMost and shareLongest bound how many share a transaction, and how old it may be when it is handed on: nobody is kept waiting for long.
const (
	shareMost    = 64
	shareLongest = 10 * time.Millisecond
)

// errApart tells a writer that its transaction was rolled back, and that it stands in line again for one of its own.
var errApart = errors.New("a transaction that was shared is rolled back")

// line is the order of one workspace's writers in this process; those of other processes wait in the engine.
type line struct {
	mu      sync.Mutex
	busy    bool
	waiting []*place
}

// place is where a writer waits for its turn, which comes with an open transaction to share, or without.
type place struct {
	turn  chan *shared
	alone bool
}

// shared is a transaction on its way along the line. Only who has the turn touches it, until done is closed.
type shared struct {
	tx      bun.Tx
	cancel  context.CancelFunc
	until   time.Time // when it is no longer handed on
	members []*place
	done    chan struct{}
	err     error
}

func (d *DB) lineOf(workspace string) *line {
	if d.Engine() == SQLite {
		workspace = "" // the file has one writer
	}
	l, _ := d.lines.LoadOrStore(workspace, &line{})
	return l.(*line)
}

// inLine runs fn when it is its turn, and returns when its transaction is committed or rolled back.
func (d *DB) inLine(ctx context.Context, workspace string, fn func(ctx context.Context, tx bun.Tx) error, alone bool) error {
	l, p := d.lineOf(workspace), &place{turn: make(chan *shared, 1), alone: alone}
	l.join(p)
	for {
		if err := d.take(ctx, workspace, l, p, fn); !errors.Is(err, errApart) {
			return d.fault(ctx, err)
		}
	}
}

func (d *DB) take(ctx context.Context, workspace string, l *line, p *place, fn func(ctx context.Context, tx bun.Tx) error) error {
	s, err := l.wait(ctx, p)
	if err != nil {
		return err
	}
	if s == nil {
		if s, err = d.open(ctx, workspace); err != nil {
			l.next()
			return err
		}
	}
	s.members = append(s.members, p)
	again := false
	succeeded := false
	defer func() {
		if !succeeded { // also by a panic
			_ = s.tx.Rollback()
			if !again {
				s.members = s.members[:len(s.members)-1]
			}
			l.end(s, errApart)
		}
	}()
	if err = fn(context.WithValue(ctx, inside{d}, true), s.tx); err == nil {
		err = ctx.Err()
	}
	if err != nil && len(s.members) > 1 && ctx.Err() == nil {
		again = true
		return errApart
	}
	if err != nil {
		return d.fault(ctx, err)
	}
	succeeded = true
	if !l.handOn(s) {
		l.end(s, d.commit(s))
	}
	<-s.done
	return s.err
}

// open begins a transaction that does not end with the context of the one who began it.
func (d *DB) open(ctx context.Context, workspace string) (*shared, error) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	tx, err := d.engine.writer(own, workspace)
	if !stop() && err == nil {
		err = errors.Join(ctx.Err(), tx.Rollback())
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &shared{tx: tx, cancel: cancel, until: time.Now().Add(d.share), done: make(chan struct{})}, nil
}

func (d *DB) commit(s *shared) error {
	defer time.AfterFunc(queueLimit, s.cancel).Stop()
	err := s.tx.Commit()
	if err == nil {
		return nil
	}
	_ = s.tx.Rollback()
	if len(s.members) > 1 && d.engine.undone(err) {
		return errApart
	}
	return err
}

// join takes a place at the end of the line, which may be the turn.
func (l *line) join(p *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, p)
	if !l.busy {
		l.busy = true
		l.first() <- nil
	}
}

// wait returns when it is the writer's turn, with the transaction that it shares, or none when it begins its own.
func (l *line) wait(ctx context.Context, p *place) (*shared, error) {
	limit := time.NewTimer(queueLimit)
	defer limit.Stop()
	var err error
	select {
	case s := <-p.turn:
		return s, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-limit.C:
		err = busy(nil)
	}
	if l.leave(p) {
		return nil, err
	}
	return <-p.turn, nil // it came in the same moment, and somebody has to take it
}

// leave takes the place out of the line, unless its turn has come.
func (l *line) leave(p *place) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, p)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	return i >= 0
}

// handOn gives the transaction to the next in line, if one waits and both may share.
func (l *line) handOn(s *shared) bool {
	if s.members[0].alone || len(s.members) == shareMost || time.Now().After(s.until) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 || l.waiting[0].alone {
		return false
	}
	l.first() <- s
	return true
}

// end tells all who shared the transaction how it ended, and gives the turn to the next in line, before all others to those who run again.
func (l *line) end(s *shared, err error) {
	if errors.Is(err, errApart) {
		for _, p := range s.members {
			p.alone = true
		}
		l.mu.Lock()
		l.waiting = slices.Insert(l.waiting, 0, s.members...)
		l.mu.Unlock()
	}
	s.err = err
	close(s.done)
	s.cancel()
	l.next()
}

func (l *line) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.busy = false
		return
	}
	l.first() <- nil
}

func (l *line) first() chan<- *shared {
	p := l.waiting[0]
	l.waiting = l.waiting[1:]
	return p.turn
}
