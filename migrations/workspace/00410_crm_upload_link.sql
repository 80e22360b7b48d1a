-- +goose Up
CREATE TABLE crm_upload_link (
    id           TEXT        NOT NULL,
    client_id    TEXT        NOT NULL,
    secret_hash  TEXT        NOT NULL,
    label        TEXT        NOT NULL,
    mapping      TEXT        NOT NULL,
    max_bytes    BIGINT      NOT NULL,
    actor_id     TEXT        NOT NULL,
    actor_name   TEXT        NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    revoked_at   TIMESTAMPTZ,
    used         BIGINT      NOT NULL,
    hour_at      TIMESTAMPTZ NOT NULL,
    hour_used    BIGINT      NOT NULL,
    CONSTRAINT crm_upload_link_pk PRIMARY KEY (id),
    CONSTRAINT crm_upload_link_ends CHECK (expires_at > created_at),
    CONSTRAINT crm_upload_link_limit_positive CHECK (max_bytes > 0),
    CONSTRAINT crm_upload_link_used_counted CHECK (used >= 0 AND hour_used >= 0)
);

CREATE INDEX crm_upload_link_client_idx ON crm_upload_link (client_id, created_at);
