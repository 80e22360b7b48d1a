package web

import "time"

// Hurry shortens how long the server waits, for tests over real connections.
func (s *Server) Hurry(pace, rest, stop time.Duration) {
	s.patience = patience{pace: pace, rest: rest, stop: stop}
}
