-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER request_forms_no_update BEFORE UPDATE ON request_forms
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_forms_no_delete BEFORE DELETE ON request_forms
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_no_update BEFORE UPDATE ON request
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_no_delete BEFORE DELETE ON request
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_event_no_update BEFORE UPDATE ON request_event
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_event_no_delete BEFORE DELETE ON request_event
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_message_no_update BEFORE UPDATE ON request_message
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_message_no_delete BEFORE DELETE ON request_message
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_file_no_update BEFORE UPDATE ON request_file
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_file_no_delete BEFORE DELETE ON request_file
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_told_no_update BEFORE UPDATE ON request_told
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_told_no_delete BEFORE DELETE ON request_told
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
