-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER crm_erasure_pk_taken BEFORE INSERT ON crm_erasure
WHEN EXISTS (SELECT 1 FROM crm_erasure WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_erasure_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_erasure_person_key_taken BEFORE INSERT ON crm_erasure
WHEN EXISTS (SELECT 1 FROM crm_erasure WHERE client_id = NEW.client_id AND contact_id = NEW.contact_id AND mail_hash = NEW.mail_hash)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_erasure_person_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_erasure_no_replace BEFORE INSERT ON crm_erasure
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_erasure WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
