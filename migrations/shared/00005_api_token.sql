-- +goose Up
CREATE TABLE api_token (
    hash         TEXT        NOT NULL,
    account_id   TEXT        NOT NULL,
    workspace    TEXT        NOT NULL,
    label        TEXT        NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ,
    CONSTRAINT api_token_pk PRIMARY KEY (hash),
    CONSTRAINT api_token_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT api_token_workspace_fk FOREIGN KEY (workspace) REFERENCES workspace (slug)
);

CREATE INDEX api_token_account_idx ON api_token (account_id);

CREATE INDEX api_token_workspace_idx ON api_token (workspace);
