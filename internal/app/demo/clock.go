package demo

import (
	"sync"
	"time"
)

// Clock is the time of the demo. While the story is made it stands where it was set; once it runs, it goes on from there.
type Clock struct {
	mu      sync.Mutex
	at      time.Time
	running time.Time // the real instant at which it began to run
}

// Now is the time in the story.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running.IsZero() {
		c.at = c.at.Add(time.Millisecond) // two things never happen at one instant
		return c.at
	}
	return c.at.Add(time.Since(c.running))
}

// Set moves the story to an instant.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// Run lets the clock go on at the pace of the real one.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = time.Now()
}
