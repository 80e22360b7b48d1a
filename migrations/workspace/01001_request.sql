-- +goose Up
CREATE TABLE request_forms (
    version    BIGINT      NOT NULL,
    source     TEXT        NOT NULL,
    saved_at   TIMESTAMPTZ NOT NULL,
    saved_by   TEXT        NOT NULL,
    saved_name TEXT        NOT NULL,
    CONSTRAINT request_forms_pk PRIMARY KEY (version),
    CONSTRAINT request_forms_version_positive CHECK (version > 0)
);

CREATE TABLE request (
    id          TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    number      BIGINT      NOT NULL,
    post_key    TEXT        NOT NULL,
    title       TEXT        NOT NULL,
    category    TEXT        NOT NULL,
    brand       TEXT        NOT NULL,
    market      TEXT        NOT NULL,
    form        TEXT        NOT NULL,
    brief       TEXT        NOT NULL,
    contract_id TEXT        NOT NULL,
    version_id  TEXT        NOT NULL,
    opened_at   TIMESTAMPTZ NOT NULL,
    opened_by   TEXT        NOT NULL,
    opened_name TEXT        NOT NULL,
    CONSTRAINT request_pk PRIMARY KEY (id),
    CONSTRAINT request_number_key UNIQUE (number),
    CONSTRAINT request_post_key UNIQUE (post_key),
    CONSTRAINT request_number_positive CHECK (number > 0)
);

CREATE TABLE request_event (
    request_id  TEXT        NOT NULL,
    seq         BIGINT      NOT NULL,
    post_key    TEXT        NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    kind        TEXT        NOT NULL,
    priority    TEXT        NOT NULL,
    waits_on    TEXT        NOT NULL,
    provider_id TEXT        NOT NULL,
    assignee_id TEXT        NOT NULL,
    scope       TEXT        NOT NULL,
    note        TEXT        NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    CONSTRAINT request_event_pk PRIMARY KEY (request_id, seq),
    CONSTRAINT request_event_post_key UNIQUE (post_key),
    CONSTRAINT request_event_seq_positive CHECK (seq > 0)
);

CREATE TABLE request_message (
    id          TEXT        NOT NULL,
    request_id  TEXT        NOT NULL,
    seq         BIGINT      NOT NULL,
    post_key    TEXT        NOT NULL,
    visibility  TEXT        NOT NULL,
    body        TEXT        NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    by_side     TEXT        NOT NULL,
    CONSTRAINT request_message_pk PRIMARY KEY (id),
    CONSTRAINT request_message_seq_key UNIQUE (request_id, seq),
    CONSTRAINT request_message_post_key UNIQUE (post_key),
    CONSTRAINT request_message_visibility_known CHECK (visibility IN ('internal', 'client')),
    CONSTRAINT request_message_internal_is_of_the_agency CHECK (visibility = 'client' OR by_side = 'agency')
);

CREATE TABLE request_file (
    id          TEXT        NOT NULL,
    request_id  TEXT        NOT NULL,
    message_id  TEXT        NOT NULL,
    field       TEXT        NOT NULL,
    visibility  TEXT        NOT NULL,
    name        TEXT        NOT NULL,
    media       TEXT        NOT NULL,
    size        BIGINT      NOT NULL,
    sha256      TEXT        NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    CONSTRAINT request_file_pk PRIMARY KEY (id),
    CONSTRAINT request_file_visibility_known CHECK (visibility IN ('internal', 'client')),
    CONSTRAINT request_file_size_positive CHECK (size > 0)
);

CREATE INDEX request_file_request_idx ON request_file (request_id);

CREATE TABLE request_told (
    request_id TEXT        NOT NULL,
    clock      TEXT        NOT NULL,
    what       TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT request_told_pk PRIMARY KEY (request_id, clock, what)
);

CREATE TABLE request_state (
    request_id  TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    number      BIGINT      NOT NULL,
    title       TEXT        NOT NULL,
    category    TEXT        NOT NULL,
    phase       TEXT        NOT NULL,
    priority    TEXT        NOT NULL,
    waits_on    TEXT        NOT NULL,
    triaged     BOOLEAN     NOT NULL,
    feedback    BOOLEAN     NOT NULL,
    provider_id TEXT        NOT NULL,
    assignee_id TEXT        NOT NULL,
    seq         BIGINT      NOT NULL,
    opened_at   TIMESTAMPTZ NOT NULL,
    moved_at    TIMESTAMPTZ NOT NULL,
    due_clock   TEXT        NOT NULL,
    due_order   BIGINT      NOT NULL,
    CONSTRAINT request_state_pk PRIMARY KEY (request_id),
    CONSTRAINT request_state_number_key UNIQUE (number)
);

CREATE INDEX request_state_phase_idx ON request_state (phase, due_order, number);

CREATE INDEX request_state_client_idx ON request_state (client_id, phase, due_order, number);

CREATE INDEX request_state_assignee_idx ON request_state (assignee_id, phase, due_order, number);

CREATE INDEX request_state_provider_idx ON request_state (provider_id, phase, due_order, number);

CREATE TABLE request_clock (
    request_id TEXT   NOT NULL,
    clock      TEXT   NOT NULL,
    client_id  TEXT   NOT NULL,
    promise    TEXT   NOT NULL,
    by_party   TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    due_at     TIMESTAMPTZ,
    stopped_at TIMESTAMPTZ,
    late_at    TIMESTAMPTZ,
    next_order BIGINT NOT NULL,
    CONSTRAINT request_clock_pk PRIMARY KEY (request_id, clock)
);

CREATE INDEX request_clock_next_idx ON request_clock (next_order, request_id);

CREATE INDEX request_clock_late_idx ON request_clock (client_id, late_at);

CREATE INDEX request_clock_stopped_idx ON request_clock (client_id, stopped_at);

CREATE TABLE request_word (
    word       TEXT   NOT NULL,
    visibility TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    client_id  TEXT   NOT NULL,
    CONSTRAINT request_word_pk PRIMARY KEY (word, number, visibility)
);

CREATE INDEX request_word_client_idx ON request_word (client_id, word, number, visibility);
