-- +goose Up
CREATE TABLE deliverable (
    id          TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    contract_id TEXT        NOT NULL,
    request_id  TEXT        NOT NULL,
    provider_id TEXT        NOT NULL,
    name        TEXT        NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    CONSTRAINT deliverable_pk PRIMARY KEY (id),
    CONSTRAINT deliverable_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT deliverable_name_said CHECK (name <> '')
);

CREATE INDEX deliverable_client_id_idx ON deliverable (client_id, created_at);

CREATE INDEX deliverable_request_id_idx ON deliverable (request_id);

CREATE TABLE deliverable_version (
    deliverable_id    TEXT        NOT NULL,
    number            BIGINT      NOT NULL,
    filename          TEXT        NOT NULL,
    media             TEXT        NOT NULL,
    bytes             BIGINT      NOT NULL,
    sha256            TEXT        NOT NULL,
    note              TEXT        NOT NULL,
    submitted_at      TIMESTAMPTZ NOT NULL,
    submitted_by      TEXT        NOT NULL,
    submitted_by_name TEXT        NOT NULL,
    CONSTRAINT deliverable_version_pk PRIMARY KEY (deliverable_id, number),
    CONSTRAINT deliverable_version_file_key UNIQUE (deliverable_id, sha256),
    CONSTRAINT deliverable_version_deliverable_fk FOREIGN KEY (deliverable_id) REFERENCES deliverable (id),
    CONSTRAINT deliverable_version_number_positive CHECK (number > 0),
    CONSTRAINT deliverable_version_bytes_positive CHECK (bytes > 0)
);

CREATE TABLE deliverable_event (
    deliverable_id TEXT        NOT NULL,
    seq            BIGINT      NOT NULL,
    step           TEXT        NOT NULL,
    version        BIGINT      NOT NULL,
    sha256         TEXT        NOT NULL,
    body           TEXT        NOT NULL,
    happened_at    TIMESTAMPTZ NOT NULL,
    recorded_at    TIMESTAMPTZ NOT NULL,
    actor_id       TEXT        NOT NULL,
    actor_name     TEXT        NOT NULL,
    CONSTRAINT deliverable_event_pk PRIMARY KEY (deliverable_id, seq),
    CONSTRAINT deliverable_event_deliverable_fk FOREIGN KEY (deliverable_id) REFERENCES deliverable (id),
    CONSTRAINT deliverable_event_seq_positive CHECK (seq > 0),
    CONSTRAINT deliverable_event_version_whole CHECK ((version = 0) = (sha256 = '')),
    CONSTRAINT deliverable_event_step_known CHECK (step IN ('proposed', 'submitted', 'held-back', 'released', 'feedback', 'approved', 'approved-with-changes', 'rejected', 'deemed-accepted', 'paid', 'handed-over', 'withdrawn', 'archived'))
);

CREATE TABLE deliverable_acceptance (
    deliverable_id   TEXT        NOT NULL,
    version          BIGINT      NOT NULL,
    sha256           TEXT        NOT NULL,
    how              TEXT        NOT NULL,
    accepted_at      TIMESTAMPTZ NOT NULL,
    accepted_by      TEXT        NOT NULL,
    accepted_by_name TEXT        NOT NULL,
    CONSTRAINT deliverable_acceptance_pk PRIMARY KEY (deliverable_id),
    CONSTRAINT deliverable_acceptance_deliverable_fk FOREIGN KEY (deliverable_id) REFERENCES deliverable (id),
    CONSTRAINT deliverable_acceptance_version_positive CHECK (version > 0),
    CONSTRAINT deliverable_acceptance_sha256_said CHECK (sha256 <> ''),
    CONSTRAINT deliverable_acceptance_how_known CHECK (how IN ('approved', 'approved-with-changes', 'deemed-accepted'))
);

CREATE TABLE deliverable_wait (
    deliverable_id TEXT        NOT NULL,
    what           TEXT        NOT NULL,
    at             TIMESTAMPTZ NOT NULL,
    CONSTRAINT deliverable_wait_pk PRIMARY KEY (deliverable_id, what),
    CONSTRAINT deliverable_wait_deliverable_fk FOREIGN KEY (deliverable_id) REFERENCES deliverable (id),
    CONSTRAINT deliverable_wait_what_known CHECK (what IN ('silence', 'fee', 'hand-over'))
);

CREATE INDEX deliverable_wait_at_idx ON deliverable_wait (what, at);
