-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER crm_rewriting_pk_taken BEFORE INSERT ON crm_rewriting
WHEN EXISTS (SELECT 1 FROM crm_rewriting WHERE client_id = NEW.client_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_rewriting_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_rewriting_no_replace BEFORE INSERT ON crm_rewriting
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_rewriting WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_arrival_pk_taken BEFORE INSERT ON crm_arrival
WHEN EXISTS (SELECT 1 FROM crm_arrival WHERE import_id = NEW.import_id AND sha256 = NEW.sha256)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_arrival_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_arrival_no_replace BEFORE INSERT ON crm_arrival
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_arrival WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
