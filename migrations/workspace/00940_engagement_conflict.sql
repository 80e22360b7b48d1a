-- +goose Up
-- Conflicts of interest between clients: checks as they were made, consents of clients, and walls between the people of two accounts.
CREATE TABLE conflict_check (
    id           TEXT        NOT NULL,
    topic        TEXT        NOT NULL,
    kind         TEXT        NOT NULL,
    name         TEXT        NOT NULL,
    outcome      TEXT        NOT NULL,
    questions    BIGINT      NOT NULL,
    newcomer     TEXT        NOT NULL,
    asks         TEXT        NOT NULL,
    found        TEXT        NOT NULL,
    looked       TEXT        NOT NULL,
    judged_on    TEXT        NOT NULL,
    made_at      TIMESTAMPTZ NOT NULL,
    made_by      TEXT        NOT NULL,
    made_by_name TEXT        NOT NULL,
    CONSTRAINT conflict_check_pk PRIMARY KEY (id),
    CONSTRAINT conflict_check_kind_known CHECK (kind IN ('prospect', 'client', 'specialist', 'staffing')),
    CONSTRAINT conflict_check_outcome_known CHECK (outcome IN ('clear', 'wall-required', 'waiver-required', 'blocked'))
);

CREATE TABLE conflict_settled (
    check_id        TEXT        NOT NULL,
    reason          TEXT        NOT NULL,
    settled_at      TIMESTAMPTZ NOT NULL,
    settled_by      TEXT        NOT NULL,
    settled_by_name TEXT        NOT NULL,
    CONSTRAINT conflict_settled_pk PRIMARY KEY (check_id)
);

CREATE TABLE waiver (
    id            TEXT        NOT NULL,
    client_id     TEXT        NOT NULL,
    category      TEXT        NOT NULL,
    markets       TEXT        NOT NULL,
    unit          TEXT        NOT NULL,
    from_on       TEXT        NOT NULL,
    until_on      TEXT        NOT NULL,
    words         TEXT        NOT NULL,
    meant_for     TEXT        NOT NULL,
    asked_at      TIMESTAMPTZ NOT NULL,
    asked_by      TEXT        NOT NULL,
    asked_by_name TEXT        NOT NULL,
    CONSTRAINT waiver_pk PRIMARY KEY (id),
    CONSTRAINT waiver_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT waiver_until_after_from CHECK (until_on > from_on),
    CONSTRAINT waiver_unit_known CHECK (unit IN ('team', 'office', 'agency-brand', 'holding'))
);

CREATE TABLE waiver_answer (
    waiver_id        TEXT        NOT NULL,
    given            BOOLEAN     NOT NULL,
    reason           TEXT        NOT NULL,
    answered_at      TIMESTAMPTZ NOT NULL,
    answered_by      TEXT        NOT NULL,
    answered_by_name TEXT        NOT NULL,
    paper_reference  TEXT        NOT NULL,
    paper_signatory  TEXT        NOT NULL,
    paper_signed_on  TEXT        NOT NULL,
    CONSTRAINT waiver_answer_pk PRIMARY KEY (waiver_id)
);

CREATE TABLE wall (
    id            TEXT        NOT NULL,
    one_id        TEXT        NOT NULL,
    other_id      TEXT        NOT NULL,
    reason        TEXT        NOT NULL,
    begun_at      TIMESTAMPTZ NOT NULL,
    begun_by      TEXT        NOT NULL,
    begun_by_name TEXT        NOT NULL,
    CONSTRAINT wall_pk PRIMARY KEY (id),
    CONSTRAINT wall_one_fk FOREIGN KEY (one_id) REFERENCES org (id),
    CONSTRAINT wall_other_fk FOREIGN KEY (other_id) REFERENCES org (id),
    CONSTRAINT wall_two_clients CHECK (one_id <> other_id)
);

CREATE TABLE wall_place (
    wall_id        TEXT        NOT NULL,
    seq            BIGINT      NOT NULL,
    account_id     TEXT        NOT NULL,
    name           TEXT        NOT NULL,
    side           TEXT        NOT NULL,
    placed_at      TIMESTAMPTZ NOT NULL,
    placed_by      TEXT        NOT NULL,
    placed_by_name TEXT        NOT NULL,
    CONSTRAINT wall_place_pk PRIMARY KEY (wall_id, seq),
    CONSTRAINT wall_place_seq_positive CHECK (seq > 0)
);

CREATE TABLE wall_end (
    wall_id       TEXT        NOT NULL,
    reason        TEXT        NOT NULL,
    ended_at      TIMESTAMPTZ NOT NULL,
    ended_by      TEXT        NOT NULL,
    ended_by_name TEXT        NOT NULL,
    CONSTRAINT wall_end_pk PRIMARY KEY (wall_id)
);

CREATE INDEX conflict_check_topic_idx ON conflict_check (topic, made_at);

CREATE INDEX waiver_client_idx ON waiver (client_id);
