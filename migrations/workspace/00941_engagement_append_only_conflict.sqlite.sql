-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER conflict_check_no_update BEFORE UPDATE ON conflict_check
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER conflict_check_no_delete BEFORE DELETE ON conflict_check
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER conflict_settled_no_update BEFORE UPDATE ON conflict_settled
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER conflict_settled_no_delete BEFORE DELETE ON conflict_settled
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_no_update BEFORE UPDATE ON waiver
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_no_delete BEFORE DELETE ON waiver
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_answer_no_update BEFORE UPDATE ON waiver_answer
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER waiver_answer_no_delete BEFORE DELETE ON waiver_answer
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_no_update BEFORE UPDATE ON wall
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_no_delete BEFORE DELETE ON wall
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_place_no_update BEFORE UPDATE ON wall_place
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_place_no_delete BEFORE DELETE ON wall_place
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_end_no_update BEFORE UPDATE ON wall_end
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER wall_end_no_delete BEFORE DELETE ON wall_end
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
