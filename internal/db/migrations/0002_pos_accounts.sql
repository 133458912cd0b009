-- +goose Up
CREATE TABLE pos_account (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  bank TEXT NOT NULL,                   -- key of a profile, see pos/banks
  name TEXT NOT NULL,
  mode TEXT NOT NULL,                   -- test | live
  credentials BYTEA NOT NULL,           -- encrypted JSON
  addresses TEXT NOT NULL,              -- JSON; those that differ from the profile's
  priority BIGINT NOT NULL,             -- lower first
  status TEXT NOT NULL,                 -- on | off
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX pos_account_company ON pos_account (company_id, priority);

-- +goose Down
DROP TABLE pos_account;
