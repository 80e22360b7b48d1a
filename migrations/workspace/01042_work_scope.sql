-- +goose Up
ALTER TABLE request_state ADD COLUMN scope_answer TEXT NOT NULL DEFAULT '';

ALTER TABLE request_state ADD COLUMN scope TEXT NOT NULL DEFAULT '';

ALTER TABLE request_state ADD COLUMN scope_contract TEXT NOT NULL DEFAULT '';

ALTER TABLE request_state ADD COLUMN scope_clause TEXT NOT NULL DEFAULT '';

ALTER TABLE request_state ADD COLUMN scope_from TEXT NOT NULL DEFAULT '';

ALTER TABLE request_state ADD COLUMN scope_above BIGINT NOT NULL DEFAULT 0;

CREATE INDEX request_state_scope_idx ON request_state (client_id, scope_contract, scope_from);
