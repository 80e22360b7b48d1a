-- +goose Up
CREATE TABLE crm_decision (
    id         TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    kind       TEXT        NOT NULL,
    ext_id     TEXT        NOT NULL,
    seq        BIGINT      NOT NULL,
    seen       BIGINT      NOT NULL,
    import_no  BIGINT      NOT NULL,
    act        TEXT        NOT NULL,
    side       TEXT        NOT NULL,
    words      TEXT        NOT NULL,
    body       TEXT        NOT NULL,
    actor_id   TEXT        NOT NULL,
    actor_name TEXT        NOT NULL,
    actor_role TEXT        NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT crm_decision_pk PRIMARY KEY (id),
    CONSTRAINT crm_decision_seq_key UNIQUE (client_id, kind, ext_id, seq),
    CONSTRAINT crm_decision_seq_positive CHECK (seq > 0),
    CONSTRAINT crm_decision_seen_known CHECK (seen >= 0),
    CONSTRAINT crm_decision_import_no_later CHECK (import_no > seen OR act = 'answer' AND import_no = seen),
    CONSTRAINT crm_decision_kind_known CHECK (kind IN ('delivery', 'lead', 'metric_reading')),
    CONSTRAINT crm_decision_side_acts CHECK (side = 'agency' AND act IN ('hand-over', 'answer', 'uphold') OR side = 'client' AND act IN ('accept', 'return', 'reject', 'dispute', 'withdraw', 'approve'))
);

CREATE INDEX crm_decision_client_idx ON crm_decision (client_id, decided_at);
