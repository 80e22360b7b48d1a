-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER contract_version_pk_taken BEFORE INSERT ON contract_version
WHEN EXISTS (SELECT 1 FROM contract_version WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: contract_version_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_version_number_key_taken BEFORE INSERT ON contract_version
WHEN EXISTS (SELECT 1 FROM contract_version WHERE contract_id = NEW.contract_id AND number = NEW.number AND attempt = NEW.attempt)
BEGIN
    SELECT RAISE(ABORT, 'taken: contract_version_number_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_version_no_replace BEFORE INSERT ON contract_version
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM contract_version WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_acceptance_pk_taken BEFORE INSERT ON contract_acceptance
WHEN EXISTS (SELECT 1 FROM contract_acceptance WHERE version_id = NEW.version_id AND side = NEW.side)
BEGIN
    SELECT RAISE(ABORT, 'taken: contract_acceptance_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_acceptance_no_replace BEFORE INSERT ON contract_acceptance
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM contract_acceptance WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_withdrawal_pk_taken BEFORE INSERT ON contract_withdrawal
WHEN EXISTS (SELECT 1 FROM contract_withdrawal WHERE version_id = NEW.version_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: contract_withdrawal_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contract_withdrawal_no_replace BEFORE INSERT ON contract_withdrawal
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM contract_withdrawal WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
