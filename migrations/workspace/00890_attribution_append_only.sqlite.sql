-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER attribution_credit_no_update BEFORE UPDATE ON attribution_credit
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER attribution_credit_no_delete BEFORE DELETE ON attribution_credit
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
