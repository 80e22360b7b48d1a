-- +goose Up
-- of which deliverable a version was delivered, answered or taken back; '' of what was told before this was kept, and of all other events.
ALTER TABLE request_event ADD COLUMN deliverable_id TEXT NOT NULL DEFAULT '';
