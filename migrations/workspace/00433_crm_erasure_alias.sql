-- +goose Up
-- what stands before the at sign in the place of the address; '' for the pseudonym, as in what was erased before there were aliases.
ALTER TABLE crm_erasure ADD COLUMN alias TEXT NOT NULL DEFAULT '';
