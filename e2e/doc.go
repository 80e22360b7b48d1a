// Package e2e holds the tests of the whole program: the binary as people get it, started as a process, used through its pages,
// its command line and its database files.
//
// It owns: journeys in a browser (*_journey_test.go), the walk over every page for accessibility, weight and width (walk_test.go),
// scripts of the command line (testdata/script/*.txtar), the check that every documented command runs (documented_test.go), what two
// people do at once (contest_test.go) and what a killed process leaves behind (kill_test.go).
// It does not own rules of any room: those are tested where they are.
//
// Words: a *program* is the built binary; a *house* is one running server with its own database and folder; a *visitor* is somebody
// signed in without a browser, by HTTP; a *page* is a browser tab of somebody signed in.
//
// Invariants:
//   - What takes months runs a binary that is built with the tag movableclock and is otherwise the same: its clock stands where setClock puts it. No other test moves time.
//   - Nothing is reached into: a test knows what a person, a script or an operator knows.
//   - A browser tab that logs an error, breaks the Content-Security-Policy, fails a request or asks another host fails its test.
//   - With CI=true nothing is skipped: a missing browser, PostgreSQL or folder of real exports is a failure.
package e2e
