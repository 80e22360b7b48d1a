-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER month_end_pk_taken BEFORE INSERT ON month_end
WHEN EXISTS (SELECT 1 FROM month_end WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: month_end_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_run_key_taken BEFORE INSERT ON month_end
WHEN EXISTS (SELECT 1 FROM month_end WHERE begun_by = NEW.begun_by AND run_key = NEW.run_key)
BEGIN
    SELECT RAISE(ABORT, 'taken: month_end_run_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_no_replace BEFORE INSERT ON month_end
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM month_end WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_outcome_pk_taken BEFORE INSERT ON month_end_outcome
WHEN EXISTS (SELECT 1 FROM month_end_outcome WHERE run_id = NEW.run_id AND no = NEW.no)
BEGIN
    SELECT RAISE(ABORT, 'taken: month_end_outcome_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_outcome_contract_key_taken BEFORE INSERT ON month_end_outcome
WHEN EXISTS (SELECT 1 FROM month_end_outcome WHERE run_id = NEW.run_id AND contract_id = NEW.contract_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: month_end_outcome_contract_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_outcome_no_replace BEFORE INSERT ON month_end_outcome
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM month_end_outcome WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
