-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER time_entry_pk_taken BEFORE INSERT ON time_entry
WHEN EXISTS (SELECT 1 FROM time_entry WHERE entry_id = NEW.entry_id AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_entry_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_entry_no_replace BEFORE INSERT ON time_entry
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM time_entry WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_approved_pk_taken BEFORE INSERT ON time_approved
WHEN EXISTS (SELECT 1 FROM time_approved WHERE entry_id = NEW.entry_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_approved_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_approved_corrects_key_taken BEFORE INSERT ON time_approved
WHEN EXISTS (SELECT 1 FROM time_approved WHERE corrects = NEW.corrects)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_approved_corrects_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_approved_no_replace BEFORE INSERT ON time_approved
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM time_approved WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_lock_pk_taken BEFORE INSERT ON time_lock
WHEN EXISTS (SELECT 1 FROM time_lock WHERE client_id = NEW.client_id AND month = NEW.month)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_lock_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_lock_no_replace BEFORE INSERT ON time_lock
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM time_lock WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_pk_taken BEFORE INSERT ON time_hand_over
WHEN EXISTS (SELECT 1 FROM time_hand_over WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_hand_over_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_no_key_taken BEFORE INSERT ON time_hand_over
WHEN EXISTS (SELECT 1 FROM time_hand_over WHERE client_id = NEW.client_id AND no = NEW.no)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_hand_over_no_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_no_replace BEFORE INSERT ON time_hand_over
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM time_hand_over WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_handed_pk_taken BEFORE INSERT ON time_handed
WHEN EXISTS (SELECT 1 FROM time_handed WHERE entry_id = NEW.entry_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_handed_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_handed_no_replace BEFORE INSERT ON time_handed
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM time_handed WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_done_pk_taken BEFORE INSERT ON time_hand_over_done
WHEN EXISTS (SELECT 1 FROM time_hand_over_done WHERE hand_over_id = NEW.hand_over_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_hand_over_done_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_hand_over_done_no_replace BEFORE INSERT ON time_hand_over_done
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM time_hand_over_done WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_alert_pk_taken BEFORE INSERT ON time_alert
WHEN EXISTS (SELECT 1 FROM time_alert WHERE contract_id = NEW.contract_id AND clause = NEW.clause AND period_from = NEW.period_from AND level = NEW.level)
BEGIN
    SELECT RAISE(ABORT, 'taken: time_alert_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER time_alert_no_replace BEFORE INSERT ON time_alert
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM time_alert WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
