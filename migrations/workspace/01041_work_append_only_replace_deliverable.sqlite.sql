-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER deliverable_version_pk_taken BEFORE INSERT ON deliverable_version
WHEN EXISTS (SELECT 1 FROM deliverable_version WHERE deliverable_id = NEW.deliverable_id AND number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'taken: deliverable_version_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_version_file_key_taken BEFORE INSERT ON deliverable_version
WHEN EXISTS (SELECT 1 FROM deliverable_version WHERE deliverable_id = NEW.deliverable_id AND sha256 = NEW.sha256)
BEGIN
    SELECT RAISE(ABORT, 'taken: deliverable_version_file_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_version_no_replace BEFORE INSERT ON deliverable_version
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM deliverable_version WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_event_pk_taken BEFORE INSERT ON deliverable_event
WHEN EXISTS (SELECT 1 FROM deliverable_event WHERE deliverable_id = NEW.deliverable_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: deliverable_event_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_event_no_replace BEFORE INSERT ON deliverable_event
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM deliverable_event WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_acceptance_pk_taken BEFORE INSERT ON deliverable_acceptance
WHEN EXISTS (SELECT 1 FROM deliverable_acceptance WHERE deliverable_id = NEW.deliverable_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: deliverable_acceptance_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_acceptance_no_replace BEFORE INSERT ON deliverable_acceptance
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM deliverable_acceptance WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
