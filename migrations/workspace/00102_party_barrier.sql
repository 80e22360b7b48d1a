-- +goose Up
-- Whom a wall keeps from which client: until_at is empty as long as the wall stands.
CREATE TABLE barrier (
    id         TEXT        NOT NULL,
    wall_id    TEXT        NOT NULL,
    account_id TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    from_at    TIMESTAMPTZ NOT NULL,
    until_at   TIMESTAMPTZ,
    CONSTRAINT barrier_pk PRIMARY KEY (id),
    CONSTRAINT barrier_client_fk FOREIGN KEY (client_id) REFERENCES org (id)
);

CREATE UNIQUE INDEX barrier_open_key ON barrier (wall_id, account_id, client_id) WHERE until_at IS NULL;

CREATE INDEX barrier_account_idx ON barrier (account_id);
