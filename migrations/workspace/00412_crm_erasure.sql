-- +goose Up
-- mail_hash is keyed with a secret that the database does not have; '' for a contact of which no address was known.
CREATE TABLE crm_erasure (
    id         TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    contact_id TEXT        NOT NULL,
    mail_hash  TEXT        NOT NULL,
    pseudonym  TEXT        NOT NULL,
    actor_id   TEXT        NOT NULL,
    actor_name TEXT        NOT NULL,
    erased_at  TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_erasure_pk PRIMARY KEY (id),
    CONSTRAINT crm_erasure_person_key UNIQUE (client_id, contact_id, mail_hash)
);
