-- +goose Up
CREATE TABLE crm_row (
    client_id TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    ext_id    TEXT   NOT NULL,
    import_no BIGINT NOT NULL,
    hash      TEXT   NOT NULL,
    link      TEXT   NOT NULL,
    line      BIGINT NOT NULL,
    body      TEXT   NOT NULL,
    CONSTRAINT crm_row_pk PRIMARY KEY (client_id, kind, ext_id, import_no),
    CONSTRAINT crm_row_import_no_positive CHECK (import_no > 0)
);

CREATE INDEX crm_row_link_idx ON crm_row (link, kind, client_id);
