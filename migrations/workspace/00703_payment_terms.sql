-- +goose Up
-- What an invoice was issued for, and what the contract says of paying it.
CREATE TABLE invoice_terms (
    invoice_id TEXT NOT NULL,
    client_id  TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    agreed     TEXT NOT NULL,
    CONSTRAINT invoice_terms_pk PRIMARY KEY (invoice_id),
    CONSTRAINT invoice_terms_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT invoice_terms_purpose_known CHECK (purpose IN ('', 'late-charge', 'discount', 'discount-back'))
);

CREATE INDEX invoice_terms_client_idx ON invoice_terms (client_id);

-- What was charged on an invoice that was paid late, one step after the other: each says what was charged before it, so that two that are made
-- of the same state cannot both stand.
CREATE TABLE late_charge (
    invoice_id   TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    client_id    TEXT   NOT NULL,
    document_id  TEXT   NOT NULL,
    as_of        TEXT   NOT NULL,
    before_minor BIGINT NOT NULL,
    minor        BIGINT NOT NULL,
    CONSTRAINT late_charge_pk PRIMARY KEY (invoice_id, seq),
    CONSTRAINT late_charge_document_key UNIQUE (document_id, invoice_id),
    CONSTRAINT late_charge_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT late_charge_seq_positive CHECK (seq > 0),
    CONSTRAINT late_charge_not_nothing CHECK (minor <> 0),
    CONSTRAINT late_charge_never_below CHECK (before_minor >= 0 AND before_minor + minor >= 0),
    CONSTRAINT late_charge_first CHECK (seq > 1 OR before_minor = 0)
);

CREATE INDEX late_charge_client_idx ON late_charge (client_id);

-- The discount that a payment took of an invoice by being early, and the credit note of it.
CREATE TABLE discount_taken (
    payment_id TEXT   NOT NULL,
    invoice_id TEXT   NOT NULL,
    client_id  TEXT   NOT NULL,
    note_id    TEXT   NOT NULL,
    minor      BIGINT NOT NULL,
    CONSTRAINT discount_taken_pk PRIMARY KEY (payment_id, invoice_id),
    CONSTRAINT discount_taken_note_key UNIQUE (note_id),
    CONSTRAINT discount_taken_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT discount_taken_positive CHECK (minor > 0)
);

CREATE INDEX discount_taken_client_idx ON discount_taken (client_id);
