-- +goose Up
-- Each row is one amount with its debit and its credit, so no entry can be out of balance.
CREATE TABLE ledger_posting (
    ref          TEXT        NOT NULL,
    no           BIGINT      NOT NULL,
    client_id    TEXT        NOT NULL,
    contract     TEXT        NOT NULL,
    subject_kind TEXT        NOT NULL,
    subject_id   TEXT        NOT NULL,
    on_day       TEXT        NOT NULL,
    currency     TEXT        NOT NULL,
    debit        TEXT        NOT NULL,
    credit       TEXT        NOT NULL,
    minor        BIGINT      NOT NULL,
    words        TEXT        NOT NULL,
    posted_at    TIMESTAMPTZ NOT NULL,
    CONSTRAINT ledger_posting_pk PRIMARY KEY (ref, no),
    CONSTRAINT ledger_posting_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT ledger_posting_no_positive CHECK (no > 0),
    CONSTRAINT ledger_posting_minor_positive CHECK (minor > 0),
    CONSTRAINT ledger_posting_two_accounts CHECK (debit <> credit)
);

CREATE INDEX ledger_posting_day_idx ON ledger_posting (on_day);

CREATE INDEX ledger_posting_client_idx ON ledger_posting (client_id, on_day);
