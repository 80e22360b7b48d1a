// Package dbtest gives every test a fresh, migrated database on each engine.
//
// It owns: the throw-away PostgreSQL cluster, the migrated template of each engine, the copy that a test gets.
// It does not own: what tests put in.
//
// SQLite: a copy of one migrated file. PostgreSQL: a database copied from a migrated template, with one workspace, in a
// cluster of its own: loopback, random port and password, data in a temporary folder, no fsync. The test connects as a role
// without special rights, as in production. OFRECORD_TEST_POSTGRES may name a superuser's address of a cluster to use
// instead, so that all test binaries of one run share it; the command withpostgres sets that up.
//
// Invariants:
//   - No test sees what another one wrote.
//   - However a test binary ends, even killed, its cluster stops and its folder goes: a watchdog waits for the end of a pipe.
//   - With CI=true a missing PostgreSQL is a failure; elsewhere it is a skip that says why.
package dbtest
