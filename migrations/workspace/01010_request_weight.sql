-- +goose Up
-- impact and urgency as the contract asks for them; '' where it does not, and of what was said before it did.
ALTER TABLE request_event ADD COLUMN impact TEXT NOT NULL DEFAULT '';
ALTER TABLE request_event ADD COLUMN urgency TEXT NOT NULL DEFAULT '';

-- of a clock that stopped: under which priority, and how many seconds of its time were used. '' of those that stopped before this was kept: they tell nothing of others.
ALTER TABLE request_clock ADD COLUMN priority TEXT NOT NULL DEFAULT '';
ALTER TABLE request_clock ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
