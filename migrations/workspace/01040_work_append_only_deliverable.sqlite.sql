-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER deliverable_version_no_update BEFORE UPDATE ON deliverable_version BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_version_no_delete BEFORE DELETE ON deliverable_version BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_event_no_update BEFORE UPDATE ON deliverable_event BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_event_no_delete BEFORE DELETE ON deliverable_event BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_acceptance_no_update BEFORE UPDATE ON deliverable_acceptance BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER deliverable_acceptance_no_delete BEFORE DELETE ON deliverable_acceptance BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
