-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER engagement_notice_no_update BEFORE UPDATE ON engagement_notice
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_notice_no_delete BEFORE DELETE ON engagement_notice
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_notice_deed_no_update BEFORE UPDATE ON engagement_notice_deed
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_notice_deed_no_delete BEFORE DELETE ON engagement_notice_deed
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_renewal_assent_no_update BEFORE UPDATE ON engagement_renewal_assent
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_renewal_assent_no_delete BEFORE DELETE ON engagement_renewal_assent
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_transition_event_no_update BEFORE UPDATE ON engagement_transition_event
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_transition_event_no_delete BEFORE DELETE ON engagement_transition_event
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_stated_no_update BEFORE UPDATE ON engagement_settlement_stated
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_stated_no_delete BEFORE DELETE ON engagement_settlement_stated
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_accepted_no_update BEFORE UPDATE ON engagement_settlement_accepted
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_accepted_no_delete BEFORE DELETE ON engagement_settlement_accepted
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_no_update BEFORE UPDATE ON engagement_settlement
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER engagement_settlement_no_delete BEFORE DELETE ON engagement_settlement
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
