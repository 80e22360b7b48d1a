-- +goose Up
CREATE TABLE month_end (
    id            TEXT        NOT NULL,
    month         TEXT        NOT NULL,
    submits       BOOLEAN     NOT NULL,
    run_key       TEXT        NOT NULL,
    plan          TEXT        NOT NULL,
    begun_at      TIMESTAMPTZ NOT NULL,
    begun_by      TEXT        NOT NULL,
    begun_by_name TEXT        NOT NULL,
    CONSTRAINT month_end_pk PRIMARY KEY (id),
    CONSTRAINT month_end_run_key UNIQUE (begun_by, run_key)
);

CREATE INDEX month_end_begun_at_idx ON month_end (begun_at);

CREATE TABLE month_end_outcome (
    run_id          TEXT        NOT NULL,
    no              BIGINT      NOT NULL,
    contract_id     TEXT        NOT NULL,
    client_id       TEXT        NOT NULL,
    kind            TEXT        NOT NULL,
    statement_id    TEXT        NOT NULL,
    state           TEXT        NOT NULL,
    revision        BIGINT      NOT NULL,
    currency        TEXT        NOT NULL,
    total_minor     BIGINT      NOT NULL,
    before_revision BIGINT      NOT NULL,
    before_minor    BIGINT      NOT NULL,
    obstacles       TEXT        NOT NULL,
    at              TIMESTAMPTZ NOT NULL,
    CONSTRAINT month_end_outcome_pk PRIMARY KEY (run_id, no),
    CONSTRAINT month_end_outcome_contract_key UNIQUE (run_id, contract_id),
    CONSTRAINT month_end_outcome_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
    CONSTRAINT month_end_outcome_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT month_end_outcome_no_positive CHECK (no > 0)
);

CREATE TABLE month_end_progress (
    run_id  TEXT        NOT NULL,
    state   TEXT        NOT NULL,
    holder  TEXT        NOT NULL,
    done    BIGINT      NOT NULL,
    message TEXT        NOT NULL,
    beat_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT month_end_progress_pk PRIMARY KEY (run_id),
    CONSTRAINT month_end_progress_done_counted CHECK (done >= 0)
);
