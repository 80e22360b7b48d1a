-- +goose Up
-- How often a file of time failed to become evidence, and why it did last. It decides nothing: the file waits until it is delivered.
CREATE TABLE time_hand_over_try (
    hand_over_id TEXT        NOT NULL,
    tries        BIGINT      NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    why          TEXT        NOT NULL,
    CONSTRAINT time_hand_over_try_pk PRIMARY KEY (hand_over_id),
    CONSTRAINT time_hand_over_try_positive CHECK (tries > 0)
);
