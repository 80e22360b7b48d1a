-- +goose Up
-- How a person stands in timesheets: the name that the evidence has, which never changes, the role of the rate card, zone and working hours.
CREATE TABLE time_person (
    account_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    zone       TEXT NOT NULL,
    hours      TEXT NOT NULL,
    CONSTRAINT time_person_pk PRIMARY KEY (account_id),
    CONSTRAINT time_person_name_key UNIQUE (name)
);

-- One running timer a person.
CREATE TABLE time_timer (
    account_id TEXT        NOT NULL,
    id         TEXT        NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    client_id  TEXT,
    what       TEXT        NOT NULL,
    CONSTRAINT time_timer_pk PRIMARY KEY (account_id),
    CONSTRAINT time_timer_id_key UNIQUE (id),
    CONSTRAINT time_timer_client_fk FOREIGN KEY (client_id) REFERENCES org (id)
);

-- The versions of entries. The newest counts; what was before stays.
CREATE TABLE time_entry (
    entry_id      TEXT        NOT NULL,
    version       BIGINT      NOT NULL,
    account_id    TEXT        NOT NULL,
    person        TEXT        NOT NULL,
    provider_id   TEXT,
    role          TEXT        NOT NULL,
    client_id     TEXT,
    worked_on     TEXT        NOT NULL,
    minutes       BIGINT      NOT NULL,
    class         TEXT        NOT NULL,
    clause        TEXT        NOT NULL,
    category      TEXT        NOT NULL,
    request       TEXT        NOT NULL,
    note          TEXT        NOT NULL,
    internal_note TEXT        NOT NULL,
    state         TEXT        NOT NULL,
    reason        TEXT        NOT NULL,
    late          BOOLEAN     NOT NULL,
    corrects      TEXT,
    source        TEXT        NOT NULL,
    gone          BOOLEAN     NOT NULL,
    at            TIMESTAMPTZ NOT NULL,
    by_id         TEXT        NOT NULL,
    by_name       TEXT        NOT NULL,
    CONSTRAINT time_entry_pk PRIMARY KEY (entry_id, version),
    CONSTRAINT time_entry_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT time_entry_provider_fk FOREIGN KEY (provider_id) REFERENCES org (id),
    CONSTRAINT time_entry_version_positive CHECK (version > 0),
    CONSTRAINT time_entry_minutes_of_a_day CHECK (minutes >= 0 AND minutes <= 1440),
    CONSTRAINT time_entry_minutes_some CHECK (minutes > 0 OR gone OR corrects IS NOT NULL),
    CONSTRAINT time_entry_class_known CHECK (class IN ('billable', 'internal', 'over-serviced')),
    CONSTRAINT time_entry_client_needed CHECK (client_id IS NOT NULL OR class = 'internal'),
    CONSTRAINT time_entry_state_known CHECK (state IN ('draft', 'submitted', 'approved', 'returned'))
);

CREATE INDEX time_entry_account_idx ON time_entry (account_id, worked_on);

CREATE INDEX time_entry_client_idx ON time_entry (client_id, worked_on);

CREATE INDEX time_entry_state_idx ON time_entry (state, worked_on);

-- What money depends on: an entry is approved once, and corrected once. Rows of the evidence go by evidence_id, which corrections keep.
CREATE TABLE time_approved (
    entry_id    TEXT        NOT NULL,
    version     BIGINT      NOT NULL,
    evidence_id TEXT        NOT NULL,
    client_id   TEXT,
    worked_on   TEXT        NOT NULL,
    minutes     BIGINT      NOT NULL,
    class       TEXT        NOT NULL,
    corrects    TEXT,
    late        BOOLEAN     NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    CONSTRAINT time_approved_pk PRIMARY KEY (entry_id),
    CONSTRAINT time_approved_corrects_key UNIQUE (corrects),
    CONSTRAINT time_approved_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT time_approved_minutes_of_a_day CHECK (minutes >= 0 AND minutes <= 1440),
    CONSTRAINT time_approved_minutes_some CHECK (minutes > 0 OR corrects IS NOT NULL),
    CONSTRAINT time_approved_client_needed CHECK (client_id IS NOT NULL OR class = 'internal')
);

CREATE INDEX time_approved_client_idx ON time_approved (client_id, worked_on);

CREATE TABLE time_lock (
    client_id TEXT        NOT NULL,
    month     TEXT        NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    by_id     TEXT        NOT NULL,
    by_name   TEXT        NOT NULL,
    CONSTRAINT time_lock_pk PRIMARY KEY (client_id, month),
    CONSTRAINT time_lock_client_fk FOREIGN KEY (client_id) REFERENCES org (id)
);

-- The files that became evidence, in their order, and which entries are in which.
CREATE TABLE time_hand_over (
    id        TEXT        NOT NULL,
    client_id TEXT        NOT NULL,
    no        BIGINT      NOT NULL,
    filename  TEXT        NOT NULL,
    file      TEXT        NOT NULL,
    sha256    TEXT        NOT NULL,
    entries   BIGINT      NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    by_id     TEXT        NOT NULL,
    by_name   TEXT        NOT NULL,
    CONSTRAINT time_hand_over_pk PRIMARY KEY (id),
    CONSTRAINT time_hand_over_no_key UNIQUE (client_id, no),
    CONSTRAINT time_hand_over_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT time_hand_over_no_positive CHECK (no > 0)
);

CREATE TABLE time_handed (
    entry_id     TEXT NOT NULL,
    hand_over_id TEXT NOT NULL,
    CONSTRAINT time_handed_pk PRIMARY KEY (entry_id)
);

CREATE INDEX time_handed_over_idx ON time_handed (hand_over_id);

CREATE TABLE time_hand_over_done (
    hand_over_id TEXT        NOT NULL,
    import_no    BIGINT      NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    CONSTRAINT time_hand_over_done_pk PRIMARY KEY (hand_over_id)
);

-- Alerts that both sides were told of, each once.
CREATE TABLE time_alert (
    contract_id TEXT        NOT NULL,
    clause      TEXT        NOT NULL,
    period_from TEXT        NOT NULL,
    level       TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    used        BIGINT      NOT NULL,
    at_hand     BIGINT      NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    CONSTRAINT time_alert_pk PRIMARY KEY (contract_id, clause, period_from, level),
    CONSTRAINT time_alert_client_fk FOREIGN KEY (client_id) REFERENCES org (id)
);

CREATE TABLE time_plan (
    account_id TEXT   NOT NULL,
    client_id  TEXT   NOT NULL,
    monday     TEXT   NOT NULL,
    minutes    BIGINT NOT NULL,
    CONSTRAINT time_plan_pk PRIMARY KEY (account_id, client_id, monday),
    CONSTRAINT time_plan_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT time_plan_minutes_of_a_week CHECK (minutes > 0 AND minutes <= 10080)
);
