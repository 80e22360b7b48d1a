-- +goose Up
-- what the client says of a missed promise of the agency: that it does not count, and that it does after all.
CREATE TABLE request_excuse (
    request_id TEXT        NOT NULL,
    clock      TEXT        NOT NULL,
    seq        BIGINT      NOT NULL,
    post_key   TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    month      TEXT        NOT NULL,
    excused    BOOLEAN     NOT NULL,
    reason     TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    by_id      TEXT        NOT NULL,
    by_name    TEXT        NOT NULL,
    CONSTRAINT request_excuse_pk PRIMARY KEY (request_id, clock, seq),
    CONSTRAINT request_excuse_post_key UNIQUE (post_key),
    CONSTRAINT request_excuse_seq_positive CHECK (seq > 0),
    CONSTRAINT request_excuse_reason_said CHECK (reason <> '')
);

CREATE INDEX request_excuse_month_idx ON request_excuse (client_id, month);

-- each time that the misses of a month became evidence: which file, and how many words of the client it knew.
CREATE TABLE request_handed (
    client_id TEXT        NOT NULL,
    month     TEXT        NOT NULL,
    seq       BIGINT      NOT NULL,
    sha256    TEXT        NOT NULL,
    misses    BIGINT      NOT NULL,
    excused   BIGINT      NOT NULL,
    known     BIGINT      NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    by_id     TEXT        NOT NULL,
    by_name   TEXT        NOT NULL,
    CONSTRAINT request_handed_pk PRIMARY KEY (client_id, month, seq),
    CONSTRAINT request_handed_seq_positive CHECK (seq > 0),
    CONSTRAINT request_handed_excused_of_misses CHECK (excused >= 0 AND excused <= misses)
);
