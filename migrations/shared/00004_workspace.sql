-- +goose Up
CREATE TABLE workspace (
    slug       TEXT        NOT NULL,
    name       TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT workspace_pk PRIMARY KEY (slug)
);

CREATE TABLE workspace_account (
    account_id TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    CONSTRAINT workspace_account_pk PRIMARY KEY (account_id, workspace),
    CONSTRAINT workspace_account_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT workspace_account_workspace_fk FOREIGN KEY (workspace) REFERENCES workspace (slug)
);

CREATE INDEX workspace_account_workspace_idx ON workspace_account (workspace);
