-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER first_refusal_no_update BEFORE UPDATE ON first_refusal
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER first_refusal_no_delete BEFORE DELETE ON first_refusal
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER first_refusal_answer_no_update BEFORE UPDATE ON first_refusal_answer
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER first_refusal_answer_no_delete BEFORE DELETE ON first_refusal_answer
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
