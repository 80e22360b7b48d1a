-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER request_mail_no_update BEFORE UPDATE ON request_mail
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_no_delete BEFORE DELETE ON request_mail
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_settled_no_update BEFORE UPDATE ON request_mail_settled
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_settled_no_delete BEFORE DELETE ON request_mail_settled
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_sent_no_update BEFORE UPDATE ON request_mail_sent
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_sent_no_delete BEFORE DELETE ON request_mail_sent
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_seen_no_update BEFORE UPDATE ON request_mail_seen
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER request_mail_seen_no_delete BEFORE DELETE ON request_mail_seen
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
