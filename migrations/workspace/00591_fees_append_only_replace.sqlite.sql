-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER statement_pk_taken BEFORE INSERT ON statement
WHEN EXISTS (SELECT 1 FROM statement WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: statement_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_revision_key_taken BEFORE INSERT ON statement
WHEN EXISTS (SELECT 1 FROM statement WHERE contract_id = NEW.contract_id AND period_from = NEW.period_from AND revision = NEW.revision)
BEGIN
    SELECT RAISE(ABORT, 'taken: statement_revision_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_no_replace BEFORE INSERT ON statement
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM statement WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_event_pk_taken BEFORE INSERT ON statement_event
WHEN EXISTS (SELECT 1 FROM statement_event WHERE statement_id = NEW.statement_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: statement_event_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_event_no_replace BEFORE INSERT ON statement_event
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM statement_event WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_final_pk_taken BEFORE INSERT ON statement_final
WHEN EXISTS (SELECT 1 FROM statement_final WHERE contract_id = NEW.contract_id AND period_from = NEW.period_from)
BEGIN
    SELECT RAISE(ABORT, 'taken: statement_final_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_final_statement_key_taken BEFORE INSERT ON statement_final
WHEN EXISTS (SELECT 1 FROM statement_final WHERE statement_id = NEW.statement_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: statement_final_statement_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_final_no_replace BEFORE INSERT ON statement_final
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM statement_final WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_carry_pk_taken BEFORE INSERT ON statement_carry
WHEN EXISTS (SELECT 1 FROM statement_carry WHERE release_id = NEW.release_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: statement_carry_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER statement_carry_no_replace BEFORE INSERT ON statement_carry
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM statement_carry WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
