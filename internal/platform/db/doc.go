// Package db is the one door to storage, the same on SQLite and PostgreSQL.
//
// It owns: opening, transactions, the workspace that a transaction sees, migrations, the translation of driver errors
// into faults, bulk inserts, the backup of a SQLite file, the description of tables and of the engine's health, and the few words that differ
// between the engines.
// It does not own: tables, queries, row structs. Those live in each capability's ops/store.go; the files of the tables in /migrations.
//
// Words. A workspace is one hosting organisation with everything it keeps; on SQLite it is the file, on PostgreSQL a schema "ws_<slug>".
// Shared tables (accounts, sessions, the list of workspaces, outbox) stand beside it: in the same file, or in schema public.
//
// Invariants:
//   - Every query runs in Read or Write. The function given to them touches nothing but the transaction, for it may run again.
//   - One writer a workspace at a time, on both engines; readers see one unchanging snapshot and are never blocked.
//   - Writers that wait in line may share a transaction. None returns before it is committed, and none fails for another.
//   - A transaction inside a transaction is refused, not joined.
//   - A transaction sees its own workspace and the shared tables; nothing of it stays on the pooled connection.
//   - An error that left the engine comes back as a fault, with the driver's error as its cause.
//   - What the database calls append-only (migrations.AppendOnly) it refuses to change, with code "immutable".
//
// Time: a moment goes in and comes out as an instant in microseconds; its location is not kept, so compare with Equal and
// call UTC() when a row becomes a domain type. Civil dates are TEXT. Read moments through bun models: plain Scan meets text on SQLite.
package db
