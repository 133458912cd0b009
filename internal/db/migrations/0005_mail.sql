-- +goose Up
CREATE TABLE mail (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  recipients TEXT NOT NULL,             -- JSON array of addresses
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL,                 -- pending | sent | failed
  tries BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX mail_due ON mail (next_at) WHERE status = 'pending';

-- +goose Down
DROP TABLE mail;
