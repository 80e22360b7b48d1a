-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER crm_rewriting_no_update BEFORE UPDATE ON crm_rewriting
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_rewriting_no_delete BEFORE DELETE ON crm_rewriting
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_arrival_no_update BEFORE UPDATE ON crm_arrival
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_arrival_no_delete BEFORE DELETE ON crm_arrival
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
