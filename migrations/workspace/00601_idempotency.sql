-- +goose Up
CREATE TABLE idempotency (
    caller      TEXT        NOT NULL,
    operation   TEXT        NOT NULL,
    request_key TEXT        NOT NULL,
    state       TEXT        NOT NULL,
    sha256      TEXT        NOT NULL,
    status      BIGINT      NOT NULL,
    header      TEXT        NOT NULL,
    answer      TEXT        NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    CONSTRAINT idempotency_pk PRIMARY KEY (caller, operation, request_key),
    CONSTRAINT idempotency_state_known CHECK (state IN ('running', 'answered', 'unkept', 'failed'))
);

CREATE INDEX idempotency_created_at_idx ON idempotency (created_at);
