-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER crm_upload_pk_taken BEFORE INSERT ON crm_upload
WHEN EXISTS (SELECT 1 FROM crm_upload WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_upload_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_upload_no_replace BEFORE INSERT ON crm_upload
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_upload WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_import_pk_taken BEFORE INSERT ON crm_import
WHEN EXISTS (SELECT 1 FROM crm_import WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_import_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_import_no_replace BEFORE INSERT ON crm_import
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_import WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_result_pk_taken BEFORE INSERT ON crm_result
WHEN EXISTS (SELECT 1 FROM crm_result WHERE import_id = NEW.import_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_result_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_result_no_key_taken BEFORE INSERT ON crm_result
WHEN EXISTS (SELECT 1 FROM crm_result WHERE client_id = NEW.client_id AND no = NEW.no)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_result_no_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_result_no_replace BEFORE INSERT ON crm_result
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_result WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_reject_pk_taken BEFORE INSERT ON crm_reject
WHEN EXISTS (SELECT 1 FROM crm_reject WHERE import_id = NEW.import_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_reject_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_reject_no_replace BEFORE INSERT ON crm_reject
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_reject WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
