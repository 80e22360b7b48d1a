-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER month_end_no_update BEFORE UPDATE ON month_end
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_no_delete BEFORE DELETE ON month_end
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_outcome_no_update BEFORE UPDATE ON month_end_outcome
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER month_end_outcome_no_delete BEFORE DELETE ON month_end_outcome
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
