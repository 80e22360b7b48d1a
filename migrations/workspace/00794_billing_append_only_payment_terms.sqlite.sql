-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER invoice_terms_no_update BEFORE UPDATE ON invoice_terms
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_terms_no_delete BEFORE DELETE ON invoice_terms
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER late_charge_no_update BEFORE UPDATE ON late_charge
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER late_charge_no_delete BEFORE DELETE ON late_charge
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER discount_taken_no_update BEFORE UPDATE ON discount_taken
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER discount_taken_no_delete BEFORE DELETE ON discount_taken
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
