// Package access decides who may do what. It is one pure table and the rule that reads it.
//
// Words: actor (a signed-in account with its memberships in one workspace), role, action (what the person wants to do), scope (what it
// is done to: a client, a provider's work, something internal to the agency, something private between it and a provider), grant (how far a role may go with an action), reach (the
// clients a list may show).
//
// Owns: roles, kinds of organisations, actions, the table, the words of a refusal, which role may hand out which.
// Does not own: accounts, organisations and memberships as they are stored (party), what a page does with a refusal (platform/web).
//
// Invariants, each with a test:
//   - Every action has a grant for every role; what is not decided is refused.
//   - A person of a client reaches that client only. Another client is answered as if it did not exist.
//   - What is internal to the agency is seen by memberships in the agency only, whatever the role.
//   - A specialist reaches the clients it is appointed for, and there only what its own organisation did: every scope of another provider, or of none, is hidden from it.
//   - What is between the agency and a specialist is seen by these two only.
//   - An auditor changes nothing but its own account.
//   - Only memberships in the agency may cover all clients.
//
// docs/access.md is the same table for people; go generate writes it and a test keeps it fresh.
package access

//go:generate go test -run TestTableIsPrintedInTheDocs -update .
