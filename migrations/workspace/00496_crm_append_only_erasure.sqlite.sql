-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER crm_erasure_no_update BEFORE UPDATE ON crm_erasure
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_erasure_no_delete BEFORE DELETE ON crm_erasure
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
