-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER request_excuse_pk_taken BEFORE INSERT ON request_excuse
WHEN EXISTS (SELECT 1 FROM request_excuse WHERE request_id = NEW.request_id AND clock = NEW.clock AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_excuse_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_excuse_post_key_taken BEFORE INSERT ON request_excuse
WHEN EXISTS (SELECT 1 FROM request_excuse WHERE post_key = NEW.post_key)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_excuse_post_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_excuse_no_replace BEFORE INSERT ON request_excuse
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_excuse WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_handed_pk_taken BEFORE INSERT ON request_handed
WHEN EXISTS (SELECT 1 FROM request_handed WHERE client_id = NEW.client_id AND month = NEW.month AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_handed_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_handed_no_replace BEFORE INSERT ON request_handed
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_handed WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
