-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER request_excuse_no_update BEFORE UPDATE ON request_excuse
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_excuse_no_delete BEFORE DELETE ON request_excuse
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_handed_no_update BEFORE UPDATE ON request_handed
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_handed_no_delete BEFORE DELETE ON request_handed
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
