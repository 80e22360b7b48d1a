-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER request_forms_pk_taken BEFORE INSERT ON request_forms
WHEN EXISTS (SELECT 1 FROM request_forms WHERE version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_forms_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_forms_no_replace BEFORE INSERT ON request_forms
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_forms WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_pk_taken BEFORE INSERT ON request
WHEN EXISTS (SELECT 1 FROM request WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_number_key_taken BEFORE INSERT ON request
WHEN EXISTS (SELECT 1 FROM request WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_number_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_post_key_taken BEFORE INSERT ON request
WHEN EXISTS (SELECT 1 FROM request WHERE post_key = NEW.post_key)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_post_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_no_replace BEFORE INSERT ON request
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_event_pk_taken BEFORE INSERT ON request_event
WHEN EXISTS (SELECT 1 FROM request_event WHERE request_id = NEW.request_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_event_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_event_post_key_taken BEFORE INSERT ON request_event
WHEN EXISTS (SELECT 1 FROM request_event WHERE post_key = NEW.post_key)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_event_post_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_event_no_replace BEFORE INSERT ON request_event
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_event WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_message_pk_taken BEFORE INSERT ON request_message
WHEN EXISTS (SELECT 1 FROM request_message WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_message_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_message_seq_key_taken BEFORE INSERT ON request_message
WHEN EXISTS (SELECT 1 FROM request_message WHERE request_id = NEW.request_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_message_seq_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_message_post_key_taken BEFORE INSERT ON request_message
WHEN EXISTS (SELECT 1 FROM request_message WHERE post_key = NEW.post_key)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_message_post_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_message_no_replace BEFORE INSERT ON request_message
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_message WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_file_pk_taken BEFORE INSERT ON request_file
WHEN EXISTS (SELECT 1 FROM request_file WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_file_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_file_no_replace BEFORE INSERT ON request_file
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_file WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_told_pk_taken BEFORE INSERT ON request_told
WHEN EXISTS (SELECT 1 FROM request_told WHERE request_id = NEW.request_id AND clock = NEW.clock AND what = NEW.what)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_told_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_told_no_replace BEFORE INSERT ON request_told
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_told WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
