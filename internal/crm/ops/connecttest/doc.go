// Package connecttest holds servers that keep to the published contracts of HubSpot's and Salesforce's APIs, for tests of pulls: they answer as
// the real ones do, and tell the test of whatever a caller does that the contract does not allow.
package connecttest
