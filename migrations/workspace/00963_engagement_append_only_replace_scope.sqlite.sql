-- +goose Up
-- INSERT OR REPLACE deletes without firing the triggers of DELETE, unless the connection asks for them.
-- +goose StatementBegin
CREATE TRIGGER change_order_pk_taken BEFORE INSERT ON change_order
WHEN EXISTS (SELECT 1 FROM change_order WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: change_order_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER change_order_number_key_taken BEFORE INSERT ON change_order
WHEN EXISTS (SELECT 1 FROM change_order WHERE contract_id = NEW.contract_id AND number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'taken: change_order_number_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER change_order_version_key_taken BEFORE INSERT ON change_order
WHEN EXISTS (SELECT 1 FROM change_order WHERE version_id = NEW.version_id)
BEGIN
    SELECT RAISE(ABORT, 'taken: change_order_version_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER change_order_no_replace BEFORE INSERT ON change_order
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM change_order WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER scope_resolution_pk_taken BEFORE INSERT ON scope_resolution
WHEN EXISTS (SELECT 1 FROM scope_resolution WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: scope_resolution_pk');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER scope_resolution_seq_key_taken BEFORE INSERT ON scope_resolution
WHEN EXISTS (SELECT 1 FROM scope_resolution WHERE request_id = NEW.request_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'taken: scope_resolution_seq_key');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER scope_resolution_no_replace BEFORE INSERT ON scope_resolution
WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM scope_resolution WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'immutable');
END;
-- +goose StatementEnd
