-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER conflict_check_pk_taken BEFORE INSERT ON conflict_check
WHEN EXISTS (SELECT 1 FROM conflict_check WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: conflict_check_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER conflict_check_no_replace BEFORE INSERT ON conflict_check
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM conflict_check WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER conflict_settled_pk_taken BEFORE INSERT ON conflict_settled
WHEN EXISTS (SELECT 1 FROM conflict_settled WHERE check_id = NEW.check_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: conflict_settled_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER conflict_settled_no_replace BEFORE INSERT ON conflict_settled
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM conflict_settled WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_pk_taken BEFORE INSERT ON waiver
WHEN EXISTS (SELECT 1 FROM waiver WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: waiver_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_no_replace BEFORE INSERT ON waiver
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM waiver WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_answer_pk_taken BEFORE INSERT ON waiver_answer
WHEN EXISTS (SELECT 1 FROM waiver_answer WHERE waiver_id = NEW.waiver_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: waiver_answer_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_answer_no_replace BEFORE INSERT ON waiver_answer
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM waiver_answer WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_pk_taken BEFORE INSERT ON wall
WHEN EXISTS (SELECT 1 FROM wall WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: wall_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_no_replace BEFORE INSERT ON wall
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM wall WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_place_pk_taken BEFORE INSERT ON wall_place
WHEN EXISTS (SELECT 1 FROM wall_place WHERE wall_id = NEW.wall_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: wall_place_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_place_no_replace BEFORE INSERT ON wall_place
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM wall_place WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_end_pk_taken BEFORE INSERT ON wall_end
WHEN EXISTS (SELECT 1 FROM wall_end WHERE wall_id = NEW.wall_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: wall_end_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_end_no_replace BEFORE INSERT ON wall_end
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM wall_end WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
