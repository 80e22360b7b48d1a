-- +goose Up
CREATE TABLE first_refusal (
    id              TEXT        NOT NULL,
    client_id       TEXT        NOT NULL,
    contract_id     TEXT        NOT NULL,
    version         BIGINT      NOT NULL,
    entry           BIGINT      NOT NULL,
    category        TEXT        NOT NULL,
    brand           TEXT        NOT NULL,
    market          TEXT        NOT NULL,
    provider        TEXT        NOT NULL,
    work            TEXT        NOT NULL,
    offered_at      TIMESTAMPTZ NOT NULL,
    until_at        TIMESTAMPTZ NOT NULL,
    offered_by      TEXT        NOT NULL,
    offered_by_name TEXT        NOT NULL,
    CONSTRAINT first_refusal_pk PRIMARY KEY (id),
    CONSTRAINT first_refusal_work_key UNIQUE (client_id, category, brand, market, work),
    CONSTRAINT first_refusal_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT first_refusal_window CHECK (offered_at < until_at)
);

CREATE TABLE first_refusal_answer (
    offer_id         TEXT        NOT NULL,
    answer           TEXT        NOT NULL,
    reason           TEXT        NOT NULL,
    answered_at      TIMESTAMPTZ NOT NULL,
    answered_by      TEXT        NOT NULL,
    answered_by_name TEXT        NOT NULL,
    CONSTRAINT first_refusal_answer_pk PRIMARY KEY (offer_id),
    CONSTRAINT first_refusal_answer_known CHECK (answer IN ('taken', 'declined'))
);
