-- +goose Up

-- The days on which somebody is exclusive in a cell, as a chain: each row names the end of the one before it, which no other row may name, and begins when that has
-- ended or later. So no two rows of a cell can share a day, whoever writes them and however many at once. The first link of a chain has no days.
CREATE TABLE exclusive_period (
    client_id      TEXT NOT NULL,
    category       TEXT NOT NULL,
    brand          TEXT NOT NULL,
    market         TEXT NOT NULL,
    until_day      TEXT NOT NULL,
    from_day       TEXT NOT NULL,
    previous_until TEXT,
    CONSTRAINT exclusive_period_pk PRIMARY KEY (client_id, category, brand, market, until_day),
    CONSTRAINT exclusive_period_previous_key UNIQUE (client_id, category, brand, market, previous_until),
    CONSTRAINT exclusive_period_days_key UNIQUE (client_id, category, brand, market, from_day, until_day),
    CONSTRAINT exclusive_period_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT exclusive_period_previous_fk FOREIGN KEY (client_id, category, brand, market, previous_until) REFERENCES exclusive_period (client_id, category, brand, market, until_day),
    CONSTRAINT exclusive_period_first CHECK ((previous_until IS NULL) = (until_day = '0001-01-01')),
    CONSTRAINT exclusive_period_order CHECK (previous_until IS NULL OR (previous_until <= from_day AND from_day < until_day)),
    CONSTRAINT exclusive_period_days CHECK (from_day LIKE '____-__-__' AND until_day LIKE '____-__-__'),
    CONSTRAINT exclusive_period_plain CHECK (category = lower(category) AND brand = lower(brand) AND market = lower(market)),
    CONSTRAINT exclusive_period_cell CHECK (category <> '' AND brand <> '' AND market <> '')
);

CREATE TABLE appointment (
    contract_id   TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    entry         BIGINT NOT NULL,
    category      TEXT   NOT NULL,
    brand         TEXT   NOT NULL,
    market        TEXT   NOT NULL,
    client_id     TEXT   NOT NULL,
    brand_name    TEXT   NOT NULL,
    market_name   TEXT   NOT NULL,
    provider      TEXT   NOT NULL,
    promise       TEXT   NOT NULL,
    from_day      TEXT   NOT NULL,
    until_day     TEXT   NOT NULL,
    first_refusal TEXT   NOT NULL,
    alone_until   TEXT,
    CONSTRAINT appointment_pk PRIMARY KEY (contract_id, version, entry, category, brand, market),
    CONSTRAINT appointment_alone_key UNIQUE (client_id, category, brand, market, from_day, alone_until),
    CONSTRAINT appointment_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
    CONSTRAINT appointment_client_fk FOREIGN KEY (client_id) REFERENCES org (id),
    CONSTRAINT appointment_alone_fk FOREIGN KEY (client_id, category, brand, market, from_day, alone_until) REFERENCES exclusive_period (client_id, category, brand, market, from_day, until_day),
    CONSTRAINT appointment_promise_known CHECK (promise IN ('exclusive', 'preferred', 'roster')),
    CONSTRAINT appointment_alone CHECK ((promise = 'exclusive') = (alone_until IS NOT NULL) AND (alone_until IS NULL OR alone_until = until_day)),
    CONSTRAINT appointment_order CHECK (from_day < until_day),
    CONSTRAINT appointment_days CHECK (from_day LIKE '____-__-__' AND until_day LIKE '____-__-__')
);

CREATE INDEX appointment_client_idx ON appointment (client_id, category);
