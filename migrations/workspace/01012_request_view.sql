-- +goose Up
-- filters of the inbox and the board that people keep under a name. What they let through is decided anew for whoever opens them.
CREATE TABLE request_view (
    id         TEXT        NOT NULL,
    account_id TEXT        NOT NULL,
    shared     BOOLEAN     NOT NULL,
    client_id  TEXT        NOT NULL,
    board      BOOLEAN     NOT NULL,
    name       TEXT        NOT NULL,
    place      BIGINT      NOT NULL,
    filter     TEXT        NOT NULL,
    kept_at    TIMESTAMPTZ NOT NULL,
    kept_name  TEXT        NOT NULL,
    CONSTRAINT request_view_pk PRIMARY KEY (id),
    CONSTRAINT request_view_name_key UNIQUE (account_id, name),
    CONSTRAINT request_view_name_said CHECK (name <> '')
);

CREATE INDEX request_view_shared_idx ON request_view (shared, place);
