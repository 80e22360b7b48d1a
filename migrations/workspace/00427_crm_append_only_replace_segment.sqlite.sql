-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER crm_segment_pk_taken BEFORE INSERT ON crm_segment
WHEN EXISTS (SELECT 1 FROM crm_segment WHERE client_id = NEW.client_id AND import_no = NEW.import_no AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: crm_segment_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_segment_no_replace BEFORE INSERT ON crm_segment
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM crm_segment WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
