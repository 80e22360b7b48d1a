-- +goose Up
CREATE TABLE session (
    token      TEXT        NOT NULL,
    body       TEXT        NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT session_pk PRIMARY KEY (token)
);

CREATE INDEX session_expires_at_idx ON session (expires_at);
