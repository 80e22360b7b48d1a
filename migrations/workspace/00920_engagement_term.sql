-- +goose Up
CREATE TABLE engagement_notice (
    id            TEXT        NOT NULL,
    client_id     TEXT        NOT NULL,
    contract_id   TEXT        NOT NULL,
    seq           BIGINT      NOT NULL,
    side          TEXT        NOT NULL,
    received_on   TEXT        NOT NULL,
    ends_on       TEXT        NOT NULL,
    body          TEXT        NOT NULL,
    given_at      TIMESTAMPTZ NOT NULL,
    given_by      TEXT        NOT NULL,
    given_by_name TEXT        NOT NULL,
    CONSTRAINT engagement_notice_pk PRIMARY KEY (id),
    CONSTRAINT engagement_notice_seq_key UNIQUE (contract_id, seq),
    CONSTRAINT engagement_notice_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT engagement_notice_side_known CHECK (side IN ('agency', 'client')),
    CONSTRAINT engagement_notice_seq_positive CHECK (seq > 0)
);

CREATE TABLE engagement_notice_deed (
    notice_id TEXT        NOT NULL,
    kind      TEXT        NOT NULL,
    side      TEXT        NOT NULL,
    note      TEXT        NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    by_id     TEXT        NOT NULL,
    by_name   TEXT        NOT NULL,
    CONSTRAINT engagement_notice_deed_pk PRIMARY KEY (notice_id, kind, side),
    CONSTRAINT engagement_notice_deed_side_known CHECK (side IN ('agency', 'client'))
);

CREATE TABLE engagement_renewal_assent (
    contract_id TEXT        NOT NULL,
    ends_on     TEXT        NOT NULL,
    side        TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    length      TEXT        NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    CONSTRAINT engagement_renewal_assent_pk PRIMARY KEY (contract_id, ends_on, side),
    CONSTRAINT engagement_renewal_assent_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT engagement_renewal_assent_side_known CHECK (side IN ('agency', 'client'))
);

CREATE TABLE engagement_transition_event (
    contract_id TEXT        NOT NULL,
    seq         BIGINT      NOT NULL,
    client_id   TEXT        NOT NULL,
    item        TEXT        NOT NULL,
    kind        TEXT        NOT NULL,
    side        TEXT        NOT NULL,
    body        TEXT        NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    CONSTRAINT engagement_transition_event_pk PRIMARY KEY (contract_id, seq),
    CONSTRAINT engagement_transition_event_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT engagement_transition_event_side_known CHECK (side IN ('agency', 'client')),
    CONSTRAINT engagement_transition_event_seq_positive CHECK (seq > 0)
);

CREATE TABLE engagement_settlement_stated (
    contract_id TEXT        NOT NULL,
    seq         BIGINT      NOT NULL,
    client_id   TEXT        NOT NULL,
    part        TEXT        NOT NULL,
    side        TEXT        NOT NULL,
    currency    TEXT        NOT NULL,
    minor       BIGINT      NOT NULL,
    basis       TEXT        NOT NULL,
    evidence    TEXT        NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    CONSTRAINT engagement_settlement_stated_pk PRIMARY KEY (contract_id, seq),
    CONSTRAINT engagement_settlement_stated_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT engagement_settlement_stated_side_known CHECK (side IN ('agency', 'client')),
    CONSTRAINT engagement_settlement_stated_seq_positive CHECK (seq > 0)
);

CREATE TABLE engagement_settlement_accepted (
    contract_id TEXT        NOT NULL,
    sha256      TEXT        NOT NULL,
    side        TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    by_id       TEXT        NOT NULL,
    by_name     TEXT        NOT NULL,
    CONSTRAINT engagement_settlement_accepted_pk PRIMARY KEY (contract_id, sha256, side),
    CONSTRAINT engagement_settlement_accepted_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT engagement_settlement_accepted_side_known CHECK (side IN ('agency', 'client'))
);

CREATE TABLE engagement_settlement (
    contract_id TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    currency    TEXT        NOT NULL,
    total_minor BIGINT      NOT NULL,
    body        TEXT        NOT NULL,
    sha256      TEXT        NOT NULL,
    closed_at   TIMESTAMPTZ NOT NULL,
    CONSTRAINT engagement_settlement_pk PRIMARY KEY (contract_id),
    CONSTRAINT engagement_settlement_client_fk FOREIGN KEY (client_id) REFERENCES org (id)
);

CREATE INDEX engagement_notice_client_idx ON engagement_notice (client_id);

CREATE TABLE engagement_calendar_link (
    hash         TEXT        NOT NULL,
    client_id    TEXT        NOT NULL,
    label        TEXT        NOT NULL,
    made_at      TIMESTAMPTZ NOT NULL,
    made_by      TEXT        NOT NULL,
    made_by_name TEXT        NOT NULL,
    revoked_at   TIMESTAMPTZ,
    CONSTRAINT engagement_calendar_link_pk PRIMARY KEY (hash),
    CONSTRAINT engagement_calendar_link_client_fk FOREIGN KEY (client_id) REFERENCES org (id)
);

CREATE INDEX engagement_calendar_link_client_idx ON engagement_calendar_link (client_id);

CREATE TABLE engagement_reminder (
    event_key TEXT        NOT NULL,
    on_day    TEXT        NOT NULL,
    before    BIGINT      NOT NULL,
    sent_at   TIMESTAMPTZ NOT NULL,
    CONSTRAINT engagement_reminder_pk PRIMARY KEY (event_key, on_day, before),
    CONSTRAINT engagement_reminder_before_counted CHECK (before >= 0)
);
