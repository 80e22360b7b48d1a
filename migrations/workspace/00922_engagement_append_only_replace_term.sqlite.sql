-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER engagement_notice_pk_taken BEFORE INSERT ON engagement_notice
WHEN EXISTS (SELECT 1 FROM engagement_notice WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_notice_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_notice_seq_key_taken BEFORE INSERT ON engagement_notice
WHEN EXISTS (SELECT 1 FROM engagement_notice WHERE contract_id = NEW.contract_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_notice_seq_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_notice_no_replace BEFORE INSERT ON engagement_notice
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM engagement_notice WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_notice_deed_pk_taken BEFORE INSERT ON engagement_notice_deed
WHEN EXISTS (SELECT 1 FROM engagement_notice_deed WHERE notice_id = NEW.notice_id AND kind = NEW.kind AND side = NEW.side)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_notice_deed_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_notice_deed_no_replace BEFORE INSERT ON engagement_notice_deed
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM engagement_notice_deed WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_renewal_assent_pk_taken BEFORE INSERT ON engagement_renewal_assent
WHEN EXISTS (SELECT 1 FROM engagement_renewal_assent WHERE contract_id = NEW.contract_id AND ends_on = NEW.ends_on AND side = NEW.side)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_renewal_assent_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_renewal_assent_no_replace BEFORE INSERT ON engagement_renewal_assent
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM engagement_renewal_assent WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_transition_event_pk_taken BEFORE INSERT ON engagement_transition_event
WHEN EXISTS (SELECT 1 FROM engagement_transition_event WHERE contract_id = NEW.contract_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_transition_event_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_transition_event_no_replace BEFORE INSERT ON engagement_transition_event
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM engagement_transition_event WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_stated_pk_taken BEFORE INSERT ON engagement_settlement_stated
WHEN EXISTS (SELECT 1 FROM engagement_settlement_stated WHERE contract_id = NEW.contract_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_settlement_stated_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_stated_no_replace BEFORE INSERT ON engagement_settlement_stated
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM engagement_settlement_stated WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_accepted_pk_taken BEFORE INSERT ON engagement_settlement_accepted
WHEN EXISTS (SELECT 1 FROM engagement_settlement_accepted WHERE contract_id = NEW.contract_id AND sha256 = NEW.sha256 AND side = NEW.side)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_settlement_accepted_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_accepted_no_replace BEFORE INSERT ON engagement_settlement_accepted
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM engagement_settlement_accepted WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_pk_taken BEFORE INSERT ON engagement_settlement
WHEN EXISTS (SELECT 1 FROM engagement_settlement WHERE contract_id = NEW.contract_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: engagement_settlement_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_no_replace BEFORE INSERT ON engagement_settlement
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM engagement_settlement WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
