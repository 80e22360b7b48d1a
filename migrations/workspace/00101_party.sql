-- +goose Up
CREATE TABLE org (
    id         TEXT        NOT NULL,
    kind       TEXT        NOT NULL,
    name       TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT org_pk PRIMARY KEY (id),
    CONSTRAINT org_name_key UNIQUE (kind, name),
    CONSTRAINT org_kind_known CHECK (kind IN ('agency', 'client', 'specialist', 'vendor'))
);

CREATE UNIQUE INDEX org_host_key ON org (kind) WHERE kind = 'agency';

CREATE TABLE membership (
    id         TEXT        NOT NULL,
    account_id TEXT        NOT NULL,
    org_id     TEXT        NOT NULL,
    role       TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    from_at    TIMESTAMPTZ NOT NULL,
    until_at   TIMESTAMPTZ,
    CONSTRAINT membership_pk PRIMARY KEY (id),
    CONSTRAINT membership_org_fk FOREIGN KEY (org_id) REFERENCES org (id),
    CONSTRAINT membership_until_after_from CHECK (until_at IS NULL OR until_at >= from_at)
);

CREATE UNIQUE INDEX membership_open_key ON membership (account_id, org_id, client_id) WHERE until_at IS NULL;

CREATE INDEX membership_org_idx ON membership (org_id);

CREATE INDEX membership_client_idx ON membership (client_id);
