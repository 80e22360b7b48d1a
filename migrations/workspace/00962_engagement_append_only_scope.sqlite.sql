-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER change_order_no_update BEFORE UPDATE ON change_order
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER change_order_no_delete BEFORE DELETE ON change_order
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER scope_resolution_no_update BEFORE UPDATE ON scope_resolution
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER scope_resolution_no_delete BEFORE DELETE ON scope_resolution
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
