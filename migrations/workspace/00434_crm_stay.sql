-- +goose Up
-- where addresses stand that hashing does not reach, counted as of an import so that nobody counts it again; it can be computed anew from the evidence.
CREATE TABLE crm_stay (
    client_id TEXT   NOT NULL,
    as_of     BIGINT NOT NULL,
    rewriting BIGINT NOT NULL,
    counts    TEXT   NOT NULL,
    CONSTRAINT crm_stay_pk PRIMARY KEY (client_id, as_of, rewriting)
);
