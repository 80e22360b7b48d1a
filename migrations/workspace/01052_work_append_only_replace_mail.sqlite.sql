-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER request_mail_pk_taken BEFORE INSERT ON request_mail
WHEN EXISTS (SELECT 1 FROM request_mail WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_mail_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_once_taken BEFORE INSERT ON request_mail
WHEN EXISTS (SELECT 1 FROM request_mail WHERE digest = NEW.digest AND verdict = NEW.verdict)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_mail_once');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_no_replace BEFORE INSERT ON request_mail
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_mail WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_settled_pk_taken BEFORE INSERT ON request_mail_settled
WHEN EXISTS (SELECT 1 FROM request_mail_settled WHERE mail_id = NEW.mail_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_mail_settled_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_settled_no_replace BEFORE INSERT ON request_mail_settled
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_mail_settled WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_sent_pk_taken BEFORE INSERT ON request_mail_sent
WHEN EXISTS (SELECT 1 FROM request_mail_sent WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_mail_sent_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_sent_no_replace BEFORE INSERT ON request_mail_sent
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_mail_sent WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_seen_pk_taken BEFORE INSERT ON request_mail_seen
WHEN EXISTS (SELECT 1 FROM request_mail_seen WHERE place = NEW.place)
BEGIN
    SELECT RAISE(ABORT, 'taken: request_mail_seen_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_seen_no_replace BEFORE INSERT ON request_mail_seen
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM request_mail_seen WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
