package connecttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/platform/outbound"
)

// Record is one record of a CRM, by the names of its API.
type Record struct {
	ID      string
	Values  map[string]any // a missing one is null
	Deleted bool

	Modified time.Time // zero: when it was put
}

// Server is a CRM.
type Server struct {
	T        testing.TB
	System   connect.System
	HTTP     *httptest.Server
	PageSize int
	Now      func() time.Time

	// Before is asked before a request is answered: it may answer itself, and then gives true. n counts requests from 1.
	Before func(n int, w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	tables   map[string][]Record
	links    map[string][]string // deal -> contacts
	hidden   map[string]bool     // "Opportunity.Amount", "Campaign"
	requests int
	paths    []string
	token    string
	issued   int
	places   []place
	answer   func(w http.ResponseWriter, r *http.Request)
}

func start(t testing.TB, system connect.System, pageSize int) *Server {
	s := &Server{T: t, System: system, PageSize: pageSize, Now: time.Now, tables: map[string][]Record{}, links: map[string][]string{}, hidden: map[string]bool{}}
	s.HTTP = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.HTTP.StartTLS()
	t.Cleanup(s.HTTP.Close)
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests++
	n := s.requests
	s.paths = append(s.paths, r.URL.Path)
	before := s.Before
	s.mu.Unlock()
	if before != nil && before(n, w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer(w, r)
}

// To is a client of the server.
func (s *Server) To() *outbound.Client {
	base, err := outbound.ParseBase(s.HTTP.URL)
	if err != nil {
		s.T.Fatal(err)
	}
	return outbound.New(base, s.HTTP.Client().Transport)
}

// Put sets records of a table: those of an id that is there are replaced in their place.
func (s *Server) Put(table string, records ...Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range records {
		if r.Modified.IsZero() {
			r.Modified = s.Now()
		}
		i := slices.IndexFunc(s.tables[table], func(have Record) bool { return have.ID == r.ID })
		if i >= 0 {
			s.tables[table][i] = r
			continue
		}
		s.tables[table] = append(s.tables[table], r)
	}
	slices.SortStableFunc(s.tables[table], func(a, b Record) int {
		if len(a.ID) != len(b.ID) {
			return len(a.ID) - len(b.ID)
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// Purge takes a record away without a trace.
func (s *Server) Purge(table, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tables[table] = slices.DeleteFunc(s.tables[table], func(r Record) bool { return r.ID == id })
}

// Link says which contacts a deal has, which changes the deal.
func (s *Server) Link(deal string, contacts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.tables["deals"] {
		if r.ID == deal {
			s.tables["deals"][i].Modified = s.Now()
		}
	}
	s.links[deal] = contacts
}

// Hide takes a field ("Opportunity.Amount") or a table ("Campaign") out of the account's sight.
func (s *Server) Hide(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range names {
		s.hidden[n] = true
	}
}

// Show gives back what Hide took.
func (s *Server) Show(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range names {
		delete(s.hidden, n)
	}
}

// Expire makes the token that was given out last, or the fixed one, worth nothing.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = "expired"
}

// Requests counts what was asked, and Paths lists it.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Paths lists what was asked for.
func (s *Server) Paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.paths)
}

// wrong tells the test of a call that the contract does not allow.
func (s *Server) wrong(w http.ResponseWriter, format string, args ...any) {
	s.T.Errorf("%s: %s", s.System.Name, fmt.Sprintf(format, args...))
	w.WriteHeader(http.StatusBadRequest)
}

func (s *Server) json(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.T.Error(err)
	}
}

// Raw is a JSON number as it is written.
func Raw(number string) json.RawMessage { return json.RawMessage(number) }
