-- +goose Up
CREATE TABLE crm_upload (
    id         TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    filename   TEXT        NOT NULL,
    sha256     TEXT        NOT NULL,
    bytes      BIGINT      NOT NULL,
    actor_id   TEXT        NOT NULL,
    actor_name TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_upload_pk PRIMARY KEY (id)
);

CREATE INDEX crm_upload_client_idx ON crm_upload (client_id, created_at);

CREATE TABLE crm_import (
    id         TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    kind       TEXT        NOT NULL,
    filename   TEXT        NOT NULL,
    sha256     TEXT        NOT NULL,
    bytes      BIGINT      NOT NULL,
    profile    TEXT        NOT NULL,
    object     TEXT        NOT NULL,
    mapping    TEXT        NOT NULL,
    side_reads TEXT        NOT NULL,
    actor_id   TEXT        NOT NULL,
    actor_name TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_import_pk PRIMARY KEY (id)
);

CREATE INDEX crm_import_client_idx ON crm_import (client_id, created_at);

CREATE TABLE crm_result (
    import_id  TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    no         BIGINT      NOT NULL,
    tally      TEXT        NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_result_pk PRIMARY KEY (import_id),
    CONSTRAINT crm_result_no_key UNIQUE (client_id, no),
    CONSTRAINT crm_result_no_positive CHECK (no > 0)
);

CREATE TABLE crm_reject (
    import_id TEXT    NOT NULL,
    seq       BIGINT  NOT NULL,
    line      BIGINT  NOT NULL,
    col       BIGINT  NOT NULL,
    header    TEXT    NOT NULL,
    code      TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    raw       TEXT    NOT NULL,
    lost      BOOLEAN NOT NULL,
    CONSTRAINT crm_reject_pk PRIMARY KEY (import_id, seq)
);

CREATE TABLE crm_progress (
    import_id  TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    state      TEXT        NOT NULL,
    holder     TEXT        NOT NULL,
    no         BIGINT      NOT NULL,
    rows_done  BIGINT      NOT NULL,
    bytes_done BIGINT      NOT NULL,
    mapping    TEXT        NOT NULL,
    tally      TEXT        NOT NULL,
    message    TEXT        NOT NULL,
    beat_at    TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_progress_pk PRIMARY KEY (import_id),
    CONSTRAINT crm_progress_state_known CHECK (state IN ('uploaded', 'checking', 'checked', 'applying', 'applied'))
);

CREATE UNIQUE INDEX crm_progress_applying_key ON crm_progress (client_id) WHERE state = 'applying';

CREATE TABLE crm_mapping (
    id         TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    name       TEXT        NOT NULL,
    mapping    TEXT        NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_mapping_pk PRIMARY KEY (id),
    CONSTRAINT crm_mapping_name_key UNIQUE (client_id, name)
);
