-- +goose Up
CREATE TABLE attribution_credit (
    client_id   TEXT        NOT NULL,
    terms       TEXT        NOT NULL,
    deal_id     TEXT        NOT NULL,
    as_of       BIGINT      NOT NULL,
    minor       BIGINT      NOT NULL,
    sha256      TEXT        NOT NULL,
    credited_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT attribution_credit_pk PRIMARY KEY (client_id, terms, deal_id, as_of),
    CONSTRAINT attribution_credit_as_of_positive CHECK (as_of > 0)
);
