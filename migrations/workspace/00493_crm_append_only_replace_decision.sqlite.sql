-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER crm_decision_pk_taken BEFORE INSERT ON crm_decision
WHEN EXISTS (SELECT 1 FROM crm_decision WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_decision_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_decision_seq_key_taken BEFORE INSERT ON crm_decision
WHEN EXISTS (SELECT 1 FROM crm_decision WHERE client_id = NEW.client_id AND kind = NEW.kind AND ext_id = NEW.ext_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_decision_seq_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_decision_no_replace BEFORE INSERT ON crm_decision
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_decision WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
