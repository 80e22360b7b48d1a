-- +goose Up
CREATE TABLE crm_segment (
    client_id  TEXT        NOT NULL,
    import_no  BIGINT      NOT NULL,
    seq        BIGINT      NOT NULL,
    sha256     TEXT        NOT NULL,
    form       TEXT        NOT NULL,
    row_count  BIGINT      NOT NULL,
    replaced   BIGINT      NOT NULL,
    bytes      BIGINT      NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_segment_pk PRIMARY KEY (client_id, import_no, seq),
    CONSTRAINT crm_segment_seq_positive CHECK (seq > 0),
    CONSTRAINT crm_segment_import_no_positive CHECK (import_no > 0),
    CONSTRAINT crm_segment_row_count_positive CHECK (row_count > 0 AND replaced >= 0 AND replaced <= row_count)
);
