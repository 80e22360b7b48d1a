-- +goose Up
CREATE TABLE sign_in_link (
    hash       TEXT        NOT NULL,
    account_id TEXT        NOT NULL,
    workspace  TEXT        NOT NULL DEFAULT '',
    purpose    TEXT        NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,
    CONSTRAINT sign_in_link_pk PRIMARY KEY (hash),
    CONSTRAINT sign_in_link_account_fk FOREIGN KEY (account_id) REFERENCES account (id)
);

CREATE INDEX sign_in_link_account_idx ON sign_in_link (account_id);

CREATE TABLE sign_in_attempt (
    id  TEXT        NOT NULL,
    key TEXT        NOT NULL,
    at  TIMESTAMPTZ NOT NULL,
    CONSTRAINT sign_in_attempt_pk PRIMARY KEY (id)
);

CREATE INDEX sign_in_attempt_key_at_idx ON sign_in_attempt (key, at);
