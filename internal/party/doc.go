// Package party knows who is who: organisations, people, what a person is in an organisation and since when, and how a person proves to be
// that person.
//
// Words: host (the agency or fractional CMO whose workspace it is), client, specialist, vendor, account (a person, shared by all
// workspaces, known by e-mail address), membership (role of an account in an organisation, for one client or all, from an instant until
// another), link (a secret address sent by mail that signs in once), token (a secret for programs), epoch (a number on the account; a
// session of an older epoch is ended), attempt (a try to sign in, counted to slow down guessing).
//
// Owns: the tables org and membership of a workspace; account, sign_in_link, sign_in_attempt, api_token, workspace_account; sign-in; the
// pages of people, organisations and the own account.
// Does not own: what a role may do (access), how a session is kept (platform/web), how mail travels (platform/mail).
//
// Invariants:
//   - A workspace has one host. A client's id is the id of its organisation.
//   - A person has at most one role at a time in an organisation for a client; a change ends one membership and begins another, so the
//     history stays. The host always keeps an owner.
//   - Only hashes of passwords, links and tokens are stored. A link works once, for one of two who try at once, and opening it uses nothing.
//   - An unknown address, a wrong password and a closed account get the same answer after the same work.
//   - Everything that changes who may do what is recorded in the journal of the workspace.
//
// Order: access and journal stand below party: a membership's role is a word of access, and every verb here is recorded.
package party
