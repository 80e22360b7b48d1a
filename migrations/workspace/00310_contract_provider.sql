-- +goose Up
ALTER TABLE contract ADD COLUMN provider_id TEXT NOT NULL DEFAULT '';
