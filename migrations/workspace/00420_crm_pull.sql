-- +goose Up
CREATE TABLE crm_pull (
    id         TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    system     TEXT        NOT NULL,
    state      TEXT        NOT NULL,
    holder     TEXT        NOT NULL,
    by_clock   BOOLEAN     NOT NULL,
    actor_id   TEXT        NOT NULL,
    actor_name TEXT        NOT NULL,
    requests   BIGINT      NOT NULL,
    message    TEXT        NOT NULL,
    began_at   TIMESTAMPTZ NOT NULL,
    beat_at    TIMESTAMPTZ NOT NULL,
    ended_at   TIMESTAMPTZ,
    CONSTRAINT crm_pull_pk PRIMARY KEY (id),
    CONSTRAINT crm_pull_state_known CHECK (state IN ('pulling', 'filing', 'waiting', 'done', 'failed', 'superseded')),
    CONSTRAINT crm_pull_system_known CHECK (system IN ('hubspot', 'salesforce'))
);

CREATE INDEX crm_pull_client_idx ON crm_pull (client_id, began_at);

CREATE UNIQUE INDEX crm_pull_open_key ON crm_pull (client_id, system) WHERE state IN ('pulling', 'filing', 'waiting');

CREATE TABLE crm_pull_table (
    pull_id   TEXT   NOT NULL,
    seq       BIGINT NOT NULL,
    object    TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    cursor    TEXT   NOT NULL,
    pages     BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    import_id TEXT   NOT NULL,
    message   TEXT   NOT NULL,
    CONSTRAINT crm_pull_table_pk PRIMARY KEY (pull_id, seq),
    CONSTRAINT crm_pull_table_state_known CHECK (state IN ('pulling', 'pulled', 'filed', 'waiting', 'applied', 'unchanged', 'blank', 'absent', 'discarded')),
    CONSTRAINT crm_pull_table_filed CHECK (import_id <> '' OR state NOT IN ('filed', 'waiting', 'applied', 'unchanged', 'discarded'))
);

CREATE INDEX crm_pull_table_import_idx ON crm_pull_table (import_id);

CREATE TABLE crm_pull_page (
    pull_id TEXT   NOT NULL,
    seq     BIGINT NOT NULL,
    page    BIGINT NOT NULL,
    body    TEXT   NOT NULL,
    CONSTRAINT crm_pull_page_pk PRIMARY KEY (pull_id, seq, page)
);
