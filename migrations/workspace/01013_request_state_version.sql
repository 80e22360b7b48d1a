-- +goose Up
-- under which promises a request is, so that a list tells its next clock without reading what happened to it.
ALTER TABLE request_state ADD COLUMN contract_id TEXT NOT NULL DEFAULT '';
ALTER TABLE request_state ADD COLUMN version_id TEXT NOT NULL DEFAULT '';
UPDATE request_state SET
    contract_id = COALESCE((SELECT request.contract_id FROM request WHERE request.id = request_state.request_id), ''),
    version_id = COALESCE((SELECT request.version_id FROM request WHERE request.id = request_state.request_id), '');
