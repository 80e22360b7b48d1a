-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER contract_version_no_update BEFORE UPDATE ON contract_version
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_version_no_delete BEFORE DELETE ON contract_version
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_acceptance_no_update BEFORE UPDATE ON contract_acceptance
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_acceptance_no_delete BEFORE DELETE ON contract_acceptance
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_withdrawal_no_update BEFORE UPDATE ON contract_withdrawal
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_withdrawal_no_delete BEFORE DELETE ON contract_withdrawal
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
