-- +goose Up
CREATE TABLE request_mail_address (
    id          TEXT        NOT NULL,
    client_id   TEXT        NOT NULL,
    secret_hash TEXT        NOT NULL,
    label       TEXT        NOT NULL,
    address     TEXT        NOT NULL,
    server      TEXT        NOT NULL,
    made_at     TIMESTAMPTZ NOT NULL,
    made_by     TEXT        NOT NULL,
    made_name   TEXT        NOT NULL,
    revoked_at  TIMESTAMPTZ,
    used        BIGINT      NOT NULL,
    hour_at     TIMESTAMPTZ NOT NULL,
    hour_used   BIGINT      NOT NULL,
    CONSTRAINT request_mail_address_pk PRIMARY KEY (id),
    CONSTRAINT request_mail_address_secret_key UNIQUE (secret_hash)
);

CREATE INDEX request_mail_address_client_idx ON request_mail_address (client_id, made_at);

CREATE TABLE request_mail (
    id           TEXT        NOT NULL,
    client_id    TEXT        NOT NULL,
    door         TEXT        NOT NULL,
    digest       TEXT        NOT NULL,
    message_id   TEXT        NOT NULL,
    from_address TEXT        NOT NULL,
    from_name    TEXT        NOT NULL,
    subject      TEXT        NOT NULL,
    sha256       TEXT        NOT NULL,
    size         BIGINT      NOT NULL,
    arrived_at   TIMESTAMPTZ NOT NULL,
    verdict      TEXT        NOT NULL,
    reason_code  TEXT        NOT NULL,
    reason       TEXT        NOT NULL,
    account_id   TEXT        NOT NULL,
    internal     BOOLEAN     NOT NULL,
    request_id   TEXT        NOT NULL,
    CONSTRAINT request_mail_pk PRIMARY KEY (id),
    CONSTRAINT request_mail_once UNIQUE (digest, verdict),
    CONSTRAINT request_mail_verdict_known CHECK (verdict IN ('taken', 'waits')),
    CONSTRAINT request_mail_taken_is_of_somebody CHECK (verdict = 'waits' OR (account_id <> '' AND client_id <> '' AND request_id <> '')),
    CONSTRAINT request_mail_waits_with_a_reason CHECK (verdict = 'taken' OR reason <> '')
);

CREATE INDEX request_mail_client_idx ON request_mail (client_id, verdict, arrived_at);

CREATE INDEX request_mail_account_idx ON request_mail (account_id, verdict, arrived_at);

CREATE INDEX request_mail_message_idx ON request_mail (message_id);

CREATE TABLE request_mail_settled (
    mail_id    TEXT        NOT NULL,
    decision   TEXT        NOT NULL,
    request_id TEXT        NOT NULL,
    as_account TEXT        NOT NULL,
    reason     TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    by_id      TEXT        NOT NULL,
    by_name    TEXT        NOT NULL,
    CONSTRAINT request_mail_settled_pk PRIMARY KEY (mail_id),
    CONSTRAINT request_mail_settled_decision_known CHECK (decision IN ('released', 'discarded')),
    CONSTRAINT request_mail_settled_released_to CHECK (decision = 'discarded' OR request_id <> '')
);

CREATE TABLE request_mail_sent (
    id         TEXT        NOT NULL,
    request_id TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    account_id TEXT        NOT NULL,
    visibility TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT request_mail_sent_pk PRIMARY KEY (id),
    CONSTRAINT request_mail_sent_visibility_known CHECK (visibility IN ('internal', 'client'))
);

CREATE TABLE request_mail_seen (
    place   TEXT        NOT NULL,
    mail_id TEXT        NOT NULL,
    at      TIMESTAMPTZ NOT NULL,
    CONSTRAINT request_mail_seen_pk PRIMARY KEY (place)
);
