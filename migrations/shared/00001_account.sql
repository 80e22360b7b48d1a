-- +goose Up
CREATE TABLE account (
    id            TEXT        NOT NULL,
    email         TEXT        NOT NULL,
    name          TEXT        NOT NULL,
    password_hash TEXT        NOT NULL DEFAULT '',
    session_epoch BIGINT      NOT NULL DEFAULT 0,
    created_at    TIMESTAMPTZ NOT NULL,
    disabled_at   TIMESTAMPTZ,
    CONSTRAINT account_pk PRIMARY KEY (id),
    CONSTRAINT account_email_key UNIQUE (email),
    CONSTRAINT account_email_lower CHECK (email = lower(email) AND email <> '')
);
