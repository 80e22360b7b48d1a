-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER billing_profile_pk_taken BEFORE INSERT ON billing_profile
WHEN EXISTS (SELECT 1 FROM billing_profile WHERE org_id = NEW.org_id AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'taken: billing_profile_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER billing_profile_no_replace BEFORE INSERT ON billing_profile
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM billing_profile WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_pk_taken BEFORE INSERT ON invoice
WHEN EXISTS (SELECT 1 FROM invoice WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: invoice_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_number_key_taken BEFORE INSERT ON invoice
WHEN EXISTS (SELECT 1 FROM invoice WHERE issuer_id = NEW.issuer_id AND series = NEW.series AND year = NEW.year AND ordinal = NEW.ordinal)
BEGIN
    SELECT RAISE(ABORT, 'taken: invoice_number_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_statement_key_taken BEFORE INSERT ON invoice
WHEN EXISTS (SELECT 1 FROM invoice WHERE statement_id = NEW.statement_id AND attempt = NEW.attempt)
BEGIN
    SELECT RAISE(ABORT, 'taken: invoice_statement_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_no_replace BEFORE INSERT ON invoice
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM invoice WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_event_pk_taken BEFORE INSERT ON invoice_event
WHEN EXISTS (SELECT 1 FROM invoice_event WHERE invoice_id = NEW.invoice_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: invoice_event_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_event_no_replace BEFORE INSERT ON invoice_event
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM invoice_event WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER payment_pk_taken BEFORE INSERT ON payment
WHEN EXISTS (SELECT 1 FROM payment WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: payment_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER payment_of_key_taken BEFORE INSERT ON payment
WHEN EXISTS (SELECT 1 FROM payment WHERE of_id = NEW.of_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: payment_of_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER payment_no_replace BEFORE INSERT ON payment
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM payment WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER cash_applied_pk_taken BEFORE INSERT ON cash_applied
WHEN EXISTS (SELECT 1 FROM cash_applied WHERE source_id = NEW.source_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: cash_applied_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER cash_applied_no_replace BEFORE INSERT ON cash_applied
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM cash_applied WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
