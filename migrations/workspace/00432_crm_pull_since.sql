-- +goose Up
ALTER TABLE crm_pull ADD COLUMN since TIMESTAMPTZ;
