-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER journal_entry_pk_taken BEFORE INSERT ON journal_entry
WHEN EXISTS (SELECT 1 FROM journal_entry WHERE seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: journal_entry_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER journal_entry_hash_key_taken BEFORE INSERT ON journal_entry
WHEN EXISTS (SELECT 1 FROM journal_entry WHERE hash = NEW.hash)
BEGIN
    SELECT RAISE(ABORT, 'taken: journal_entry_hash_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER journal_entry_prev_hash_key_taken BEFORE INSERT ON journal_entry
WHEN EXISTS (SELECT 1 FROM journal_entry WHERE prev_hash = NEW.prev_hash)
BEGIN
    SELECT RAISE(ABORT, 'taken: journal_entry_prev_hash_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER journal_entry_no_replace BEFORE INSERT ON journal_entry
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM journal_entry WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
