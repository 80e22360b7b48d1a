-- +goose Up
CREATE TABLE change_order (
    id                TEXT        NOT NULL,
    client_id         TEXT        NOT NULL,
    contract_id       TEXT        NOT NULL,
    number            BIGINT      NOT NULL,
    title             TEXT        NOT NULL,
    reason            TEXT        NOT NULL,
    request_id        TEXT        NOT NULL,
    shifts            TEXT        NOT NULL,
    before_version_id TEXT        NOT NULL,
    version_id        TEXT        NOT NULL,
    issued_at         TIMESTAMPTZ NOT NULL,
    issued_by         TEXT        NOT NULL,
    issued_by_name    TEXT        NOT NULL,
    CONSTRAINT change_order_pk PRIMARY KEY (id),
    CONSTRAINT change_order_number_key UNIQUE (contract_id, number),
    CONSTRAINT change_order_version_key UNIQUE (version_id),
    CONSTRAINT change_order_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT change_order_number_positive CHECK (number > 0)
);

CREATE INDEX change_order_client_idx ON change_order (client_id, issued_at);

CREATE TABLE scope_resolution (
    id           TEXT        NOT NULL,
    client_id    TEXT        NOT NULL,
    contract_id  TEXT        NOT NULL,
    request_id   TEXT        NOT NULL,
    seq          BIGINT      NOT NULL,
    asked        TEXT        NOT NULL,
    found        TEXT        NOT NULL,
    answer       TEXT        NOT NULL,
    reason       TEXT        NOT NULL,
    decided_at   TIMESTAMPTZ NOT NULL,
    decided_by   TEXT        NOT NULL,
    decided_name TEXT        NOT NULL,
    CONSTRAINT scope_resolution_pk PRIMARY KEY (id),
    CONSTRAINT scope_resolution_seq_key UNIQUE (request_id, seq),
    CONSTRAINT scope_resolution_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT scope_resolution_seq_positive CHECK (seq > 0),
    CONSTRAINT scope_resolution_answer_known CHECK (answer IN ('in-scope', 'draws-retainer', 'overage-pre-approved', 'change-order', 'declined'))
);
