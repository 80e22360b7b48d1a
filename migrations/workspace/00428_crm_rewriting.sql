-- +goose Up
-- What was rewritten in place in the evidence of a client, or is kept otherwise from then on, in its order. 'tidied' follows when the files were written anew, too.
-- key_check tells whether a key is the one that addresses were hashed with; '' where none were.
CREATE TABLE crm_rewriting (
    client_id  TEXT        NOT NULL,
    seq        BIGINT      NOT NULL,
    act        TEXT        NOT NULL,
    key_check  TEXT        NOT NULL,
    actor_id   TEXT        NOT NULL,
    actor_name TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_rewriting_pk PRIMARY KEY (client_id, seq),
    CONSTRAINT crm_rewriting_seq_positive CHECK (seq > 0),
    CONSTRAINT crm_rewriting_act_known CHECK (act IN ('erased', 'hashing-on', 'hashing-off', 'tidied')),
    CONSTRAINT crm_rewriting_key_checked CHECK (act <> 'hashing-on' OR key_check <> '')
);

-- The digest of a file as it came, where another one stands in its place.
CREATE TABLE crm_arrival (
    import_id TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    client_id TEXT NOT NULL,
    CONSTRAINT crm_arrival_pk PRIMARY KEY (import_id, sha256)
);

CREATE INDEX crm_arrival_client_idx ON crm_arrival (client_id, sha256);
