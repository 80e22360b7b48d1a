-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER crm_segment_no_update BEFORE UPDATE ON crm_segment
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_segment_no_delete BEFORE DELETE ON crm_segment
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
