-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER first_refusal_pk_taken BEFORE INSERT ON first_refusal
WHEN EXISTS (SELECT 1 FROM first_refusal WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: first_refusal_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER first_refusal_work_key_taken BEFORE INSERT ON first_refusal
WHEN EXISTS (SELECT 1 FROM first_refusal WHERE client_id = NEW.client_id AND category = NEW.category AND brand = NEW.brand AND market = NEW.market AND work = NEW.work)
BEGIN
    SELECT RAISE(ABORT, 'taken: first_refusal_work_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER first_refusal_no_replace BEFORE INSERT ON first_refusal
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM first_refusal WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER first_refusal_answer_pk_taken BEFORE INSERT ON first_refusal_answer
WHEN EXISTS (SELECT 1 FROM first_refusal_answer WHERE offer_id = NEW.offer_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: first_refusal_answer_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER first_refusal_answer_no_replace BEFORE INSERT ON first_refusal_answer
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM first_refusal_answer WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
