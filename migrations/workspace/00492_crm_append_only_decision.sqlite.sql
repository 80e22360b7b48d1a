-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER crm_decision_no_update BEFORE UPDATE ON crm_decision
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER crm_decision_no_delete BEFORE DELETE ON crm_decision
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
