-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER attribution_credit_pk_taken BEFORE INSERT ON attribution_credit
WHEN EXISTS (SELECT 1 FROM attribution_credit WHERE client_id = NEW.client_id AND terms = NEW.terms AND deal_id = NEW.deal_id AND as_of = NEW.as_of)
BEGIN
    SELECT RAISE(ABORT, 'taken: attribution_credit_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER attribution_credit_no_replace BEFORE INSERT ON attribution_credit
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM attribution_credit WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
