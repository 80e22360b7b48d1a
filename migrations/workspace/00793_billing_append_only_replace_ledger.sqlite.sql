-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER ledger_posting_pk_taken BEFORE INSERT ON ledger_posting
WHEN EXISTS (SELECT 1 FROM ledger_posting WHERE ref = NEW.ref AND no = NEW.no)
BEGIN
    SELECT RAISE(ABORT, 'taken: ledger_posting_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER ledger_posting_no_replace BEFORE INSERT ON ledger_posting
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM ledger_posting WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
