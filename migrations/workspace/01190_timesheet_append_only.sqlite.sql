-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER time_entry_no_update BEFORE UPDATE ON time_entry
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_entry_no_delete BEFORE DELETE ON time_entry
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_approved_no_update BEFORE UPDATE ON time_approved
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_approved_no_delete BEFORE DELETE ON time_approved
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_lock_no_update BEFORE UPDATE ON time_lock
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_lock_no_delete BEFORE DELETE ON time_lock
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_no_update BEFORE UPDATE ON time_hand_over
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_no_delete BEFORE DELETE ON time_hand_over
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_handed_no_update BEFORE UPDATE ON time_handed
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_handed_no_delete BEFORE DELETE ON time_handed
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_done_no_update BEFORE UPDATE ON time_hand_over_done
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_done_no_delete BEFORE DELETE ON time_hand_over_done
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_alert_no_update BEFORE UPDATE ON time_alert
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_alert_no_delete BEFORE DELETE ON time_alert
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
