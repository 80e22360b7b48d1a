-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER crm_row_no_update BEFORE UPDATE ON crm_row
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_row_no_delete BEFORE DELETE ON crm_row
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_upload_no_update BEFORE UPDATE ON crm_upload
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_upload_no_delete BEFORE DELETE ON crm_upload
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_import_no_update BEFORE UPDATE ON crm_import
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_import_no_delete BEFORE DELETE ON crm_import
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_result_no_update BEFORE UPDATE ON crm_result
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_result_no_delete BEFORE DELETE ON crm_result
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_reject_no_update BEFORE UPDATE ON crm_reject
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_reject_no_delete BEFORE DELETE ON crm_reject
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
