-- +goose Up
CREATE TABLE statement (
    id              TEXT        NOT NULL,
    contract_id     TEXT        NOT NULL,
    client_id       TEXT        NOT NULL,
    period_from     TEXT        NOT NULL,
    period_to       TEXT        NOT NULL,
    revision        BIGINT      NOT NULL,
    as_of           TEXT        NOT NULL,
    import_no       BIGINT      NOT NULL,
    currency        TEXT        NOT NULL,
    total_minor     BIGINT      NOT NULL,
    document        TEXT        NOT NULL,
    terms           TEXT        NOT NULL,
    facts           TEXT        NOT NULL,
    hash            TEXT        NOT NULL,
    drafted_at      TIMESTAMPTZ NOT NULL,
    drafted_by      TEXT        NOT NULL,
    drafted_by_name TEXT        NOT NULL,
    CONSTRAINT statement_pk PRIMARY KEY (id),
    CONSTRAINT statement_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
    CONSTRAINT statement_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT statement_revision_key UNIQUE (contract_id, period_from, revision),
    CONSTRAINT statement_revision_positive CHECK (revision > 0),
    CONSTRAINT statement_period_order CHECK (period_from < period_to)
);

CREATE INDEX statement_client_idx ON statement (client_id, period_from);

CREATE TABLE statement_event (
    statement_id TEXT        NOT NULL,
    seq          BIGINT      NOT NULL,
    kind         TEXT        NOT NULL,
    line         BIGINT      NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    by_id        TEXT        NOT NULL,
    by_name      TEXT        NOT NULL,
    client_side  BOOLEAN     NOT NULL,
    words        TEXT        NOT NULL,
    minor        BIGINT      NOT NULL,
    CONSTRAINT statement_event_pk PRIMARY KEY (statement_id, seq),
    CONSTRAINT statement_event_seq_positive CHECK (seq > 0)
);

CREATE TABLE statement_final (
    contract_id   TEXT        NOT NULL,
    period_from   TEXT        NOT NULL,
    period_to     TEXT        NOT NULL,
    statement_id  TEXT        NOT NULL,
    hash          TEXT        NOT NULL,
    payable_minor BIGINT      NOT NULL,
    held_minor    BIGINT      NOT NULL,
    settled       TEXT        NOT NULL,
    locked_at     TIMESTAMPTZ NOT NULL,
    CONSTRAINT statement_final_pk PRIMARY KEY (contract_id, period_from),
    CONSTRAINT statement_final_statement_key UNIQUE (statement_id),
    CONSTRAINT statement_final_period_order CHECK (period_from < period_to)
);

CREATE TABLE statement_carry (
    release_id   TEXT NOT NULL,
    statement_id TEXT NOT NULL,
    CONSTRAINT statement_carry_pk PRIMARY KEY (release_id)
);

CREATE INDEX statement_carry_statement_idx ON statement_carry (statement_id);
