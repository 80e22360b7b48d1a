-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER invoice_terms_pk_taken BEFORE INSERT ON invoice_terms
WHEN EXISTS (SELECT 1 FROM invoice_terms WHERE invoice_id = NEW.invoice_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: invoice_terms_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER invoice_terms_no_replace BEFORE INSERT ON invoice_terms
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM invoice_terms WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER late_charge_pk_taken BEFORE INSERT ON late_charge
WHEN EXISTS (SELECT 1 FROM late_charge WHERE invoice_id = NEW.invoice_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: late_charge_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER late_charge_document_key_taken BEFORE INSERT ON late_charge
WHEN EXISTS (SELECT 1 FROM late_charge WHERE document_id = NEW.document_id AND invoice_id = NEW.invoice_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: late_charge_document_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER late_charge_no_replace BEFORE INSERT ON late_charge
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM late_charge WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER discount_taken_pk_taken BEFORE INSERT ON discount_taken
WHEN EXISTS (SELECT 1 FROM discount_taken WHERE payment_id = NEW.payment_id AND invoice_id = NEW.invoice_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: discount_taken_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER discount_taken_note_key_taken BEFORE INSERT ON discount_taken
WHEN EXISTS (SELECT 1 FROM discount_taken WHERE note_id = NEW.note_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: discount_taken_note_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER discount_taken_no_replace BEFORE INSERT ON discount_taken
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM discount_taken WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
