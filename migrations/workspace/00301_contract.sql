-- +goose Up
CREATE TABLE contract (
    id         TEXT        NOT NULL,
    client_id  TEXT        NOT NULL,
    name       TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT contract_pk PRIMARY KEY (id),
    CONSTRAINT contract_name_key UNIQUE (client_id, name),
    CONSTRAINT contract_client_fk FOREIGN KEY (client_id) REFERENCES org (id)
);

CREATE TABLE contract_draft (
    contract_id   TEXT        NOT NULL,
    source        TEXT        NOT NULL,
    revision      BIGINT      NOT NULL,
    saved_at      TIMESTAMPTZ NOT NULL,
    saved_by      TEXT        NOT NULL,
    saved_by_name TEXT        NOT NULL,
    CONSTRAINT contract_draft_pk PRIMARY KEY (contract_id),
    CONSTRAINT contract_draft_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
    CONSTRAINT contract_draft_revision_positive CHECK (revision > 0)
);

CREATE TABLE contract_version (
    id               TEXT        NOT NULL,
    contract_id      TEXT        NOT NULL,
    number           BIGINT      NOT NULL,
    attempt          BIGINT      NOT NULL,
    effective        TEXT        NOT NULL,
    source           TEXT        NOT NULL,
    sha256           TEXT        NOT NULL,
    proposed_at      TIMESTAMPTZ NOT NULL,
    proposed_by      TEXT        NOT NULL,
    proposed_by_name TEXT        NOT NULL,
    CONSTRAINT contract_version_pk PRIMARY KEY (id),
    CONSTRAINT contract_version_number_key UNIQUE (contract_id, number, attempt),
    CONSTRAINT contract_version_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
    CONSTRAINT contract_version_number_positive CHECK (number > 0),
    CONSTRAINT contract_version_attempt_positive CHECK (attempt > 0)
);

CREATE TABLE contract_acceptance (
    version_id       TEXT        NOT NULL,
    side             TEXT        NOT NULL,
    accepted_at      TIMESTAMPTZ NOT NULL,
    accepted_by      TEXT        NOT NULL,
    accepted_by_name TEXT        NOT NULL,
    paper_reference  TEXT        NOT NULL,
    paper_signatory  TEXT        NOT NULL,
    paper_signed_on  TEXT        NOT NULL,
    CONSTRAINT contract_acceptance_pk PRIMARY KEY (version_id, side),
    CONSTRAINT contract_acceptance_side_known CHECK (side IN ('agency', 'client')),
    CONSTRAINT contract_acceptance_paper_whole CHECK ((paper_reference = '') = (paper_signatory = '') AND (paper_reference = '') = (paper_signed_on = ''))
);

CREATE TABLE contract_withdrawal (
    version_id        TEXT        NOT NULL,
    withdrawn_at      TIMESTAMPTZ NOT NULL,
    withdrawn_by      TEXT        NOT NULL,
    withdrawn_by_name TEXT        NOT NULL,
    reason            TEXT        NOT NULL,
    CONSTRAINT contract_withdrawal_pk PRIMARY KEY (version_id)
);
