-- +goose Up
CREATE TABLE billing_profile (
    org_id       TEXT        NOT NULL,
    version      BIGINT      NOT NULL,
    document     TEXT        NOT NULL,
    made_at      TIMESTAMPTZ NOT NULL,
    made_by      TEXT        NOT NULL,
    made_by_name TEXT        NOT NULL,
    CONSTRAINT billing_profile_pk PRIMARY KEY (org_id, version),
    CONSTRAINT billing_profile_org_fk FOREIGN KEY (org_id) REFERENCES org (id),
    CONSTRAINT billing_profile_version_positive CHECK (version > 0)
);

-- The numbers of an issuer's series in a year. Each points at the one before, so none can be left out; each invoice points at its own, so
-- none can be taken away.
CREATE TABLE invoice_number (
    issuer_id TEXT   NOT NULL,
    series    TEXT   NOT NULL,
    year      BIGINT NOT NULL,
    ordinal   BIGINT NOT NULL,
    previous  BIGINT,
    CONSTRAINT invoice_number_pk PRIMARY KEY (issuer_id, series, year, ordinal),
    CONSTRAINT invoice_number_issuer_fk FOREIGN KEY (issuer_id) REFERENCES org (id),
    CONSTRAINT invoice_number_previous_fk FOREIGN KEY (issuer_id, series, year, previous) REFERENCES invoice_number (issuer_id, series, year, ordinal),
    CONSTRAINT invoice_number_no_gap CHECK ((ordinal = 1 AND previous IS NULL) OR (ordinal > 1 AND previous IS NOT NULL AND previous = ordinal - 1))
);

CREATE TABLE invoice (
    id             TEXT        NOT NULL,
    kind           TEXT        NOT NULL,
    issuer_id      TEXT        NOT NULL,
    series         TEXT        NOT NULL,
    year           BIGINT      NOT NULL,
    ordinal        BIGINT      NOT NULL,
    client_id      TEXT        NOT NULL,
    statement_id   TEXT,
    attempt        BIGINT      NOT NULL,
    credits_id     TEXT,
    currency       TEXT        NOT NULL,
    issued_on      TEXT        NOT NULL,
    due_on         TEXT        NOT NULL,
    net_minor      BIGINT      NOT NULL,
    tax_minor      BIGINT      NOT NULL,
    payable_minor  BIGINT      NOT NULL,
    dues           TEXT        NOT NULL,
    document       TEXT        NOT NULL,
    gobl           TEXT        NOT NULL,
    hash           TEXT        NOT NULL,
    issued_at      TIMESTAMPTZ NOT NULL,
    issued_by      TEXT        NOT NULL,
    issued_by_name TEXT        NOT NULL,
    CONSTRAINT invoice_pk PRIMARY KEY (id),
    CONSTRAINT invoice_number_key UNIQUE (issuer_id, series, year, ordinal),
    CONSTRAINT invoice_statement_key UNIQUE (statement_id, attempt),
    CONSTRAINT invoice_number_fk FOREIGN KEY (issuer_id, series, year, ordinal) REFERENCES invoice_number (issuer_id, series, year, ordinal),
    CONSTRAINT invoice_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT invoice_kind_known CHECK (kind IN ('invoice', 'credit-note')),
    CONSTRAINT invoice_payable_positive CHECK (payable_minor > 0)
);

CREATE INDEX invoice_client_idx ON invoice (client_id, issued_on);

CREATE INDEX invoice_credits_idx ON invoice (credits_id);

CREATE TABLE invoice_event (
    invoice_id TEXT        NOT NULL,
    seq        BIGINT      NOT NULL,
    kind       TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    by_id      TEXT        NOT NULL,
    by_name    TEXT        NOT NULL,
    words      TEXT        NOT NULL,
    CONSTRAINT invoice_event_pk PRIMARY KEY (invoice_id, seq),
    CONSTRAINT invoice_event_seq_positive CHECK (seq > 0)
);

CREATE TABLE payment (
    id               TEXT        NOT NULL,
    client_id        TEXT        NOT NULL,
    kind             TEXT        NOT NULL,
    of_id            TEXT,
    currency         TEXT        NOT NULL,
    minor            BIGINT      NOT NULL,
    paid_on          TEXT        NOT NULL,
    reference        TEXT        NOT NULL,
    note             TEXT        NOT NULL,
    recorded_at      TIMESTAMPTZ NOT NULL,
    recorded_by      TEXT        NOT NULL,
    recorded_by_name TEXT        NOT NULL,
    CONSTRAINT payment_pk PRIMARY KEY (id),
    CONSTRAINT payment_of_key UNIQUE (of_id),
    CONSTRAINT payment_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT payment_kind_known CHECK (kind IN ('receipt', 'refund', 'reversal')),
    CONSTRAINT payment_sign CHECK ((kind = 'receipt' AND minor > 0) OR (kind = 'refund' AND minor < 0) OR (kind = 'reversal' AND minor <> 0))
);

CREATE INDEX payment_client_idx ON payment (client_id, paid_on);

CREATE TABLE cash_applied (
    source_id TEXT        NOT NULL,
    seq       BIGINT      NOT NULL,
    client_id TEXT        NOT NULL,
    target_id TEXT        NOT NULL,
    line      BIGINT      NOT NULL,
    minor     BIGINT      NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    by_id     TEXT        NOT NULL,
    CONSTRAINT cash_applied_pk PRIMARY KEY (source_id, seq),
    CONSTRAINT cash_applied_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT cash_applied_seq_positive CHECK (seq > 0),
    CONSTRAINT cash_applied_not_nothing CHECK (minor <> 0)
);

CREATE INDEX cash_applied_client_idx ON cash_applied (client_id);
