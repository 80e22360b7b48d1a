-- +goose Up
CREATE TABLE outbox (
    id         TEXT        NOT NULL,
    workspace  TEXT        NOT NULL,
    kind       TEXT        NOT NULL,
    body       TEXT        NOT NULL,
    state      TEXT        NOT NULL,
    attempts   BIGINT      NOT NULL DEFAULT 0,
    run_at     TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    done_at    TIMESTAMPTZ,
    last_error TEXT        NOT NULL DEFAULT '',
    CONSTRAINT outbox_pk PRIMARY KEY (id),
    CONSTRAINT outbox_attempts_positive CHECK (attempts >= 0)
);

CREATE INDEX outbox_state_run_at_idx ON outbox (state, run_at);
