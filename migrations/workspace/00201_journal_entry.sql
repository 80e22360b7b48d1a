-- +goose Up
CREATE TABLE journal_entry (
    seq          BIGINT      NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    actor_id     TEXT        NOT NULL,
    actor_name   TEXT        NOT NULL,
    action       TEXT        NOT NULL,
    client_id    TEXT        NOT NULL,
    subject_kind TEXT        NOT NULL,
    subject_id   TEXT        NOT NULL,
    subject_name TEXT        NOT NULL,
    words        TEXT        NOT NULL,
    before_json  TEXT        NOT NULL,
    after_json   TEXT        NOT NULL,
    internal     BOOLEAN     NOT NULL,
    prev_hash    TEXT        NOT NULL,
    hash         TEXT        NOT NULL,
    CONSTRAINT journal_entry_pk PRIMARY KEY (seq),
    CONSTRAINT journal_entry_hash_key UNIQUE (hash),
    CONSTRAINT journal_entry_prev_hash_key UNIQUE (prev_hash),
    CONSTRAINT journal_entry_seq_positive CHECK (seq > 0)
);

CREATE INDEX journal_entry_client_idx ON journal_entry (client_id, seq);

CREATE INDEX journal_entry_subject_idx ON journal_entry (subject_id, seq);

CREATE INDEX journal_entry_actor_idx ON journal_entry (actor_id, seq);
