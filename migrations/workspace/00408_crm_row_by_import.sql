-- +goose Up
-- On a sum, so that nobody takes it for the largest import_no of one record: PostgreSQL would walk through all later rows of the client.
CREATE INDEX crm_row_import_idx ON crm_row (client_id, (import_no + 0));
