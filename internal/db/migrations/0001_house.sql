-- +goose Up
CREATE TABLE company (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  status TEXT NOT NULL,                 -- open | closed
  settings TEXT NOT NULL,               -- JSON, see company.Settings
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE app_user (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,           -- lower case
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,          -- argon2id, PHC string; empty: no password login
  totp_secret BYTEA,                    -- encrypted
  totp_enabled BOOLEAN NOT NULL,
  totp_last_step BIGINT NOT NULL,       -- a code is accepted once
  lang TEXT NOT NULL,
  failed_logins BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  disabled_at BIGINT NOT NULL,
  session_epoch BIGINT NOT NULL,        -- raised to end every session of the user
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE membership (
  user_id TEXT NOT NULL,
  company_id TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (user_id, company_id)
);
CREATE INDEX membership_company ON membership (company_id);

CREATE TABLE passkey (
  id TEXT PRIMARY KEY,                  -- credential id, base64url
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  credential TEXT NOT NULL,             -- JSON of the public credential
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX passkey_user ON passkey (user_id);

CREATE TABLE session (
  token TEXT PRIMARY KEY,               -- SHA-256 of the cookie
  data BYTEA NOT NULL,                  -- encrypted
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,                   -- first characters, to tell keys apart
  hash TEXT NOT NULL UNIQUE,            -- SHA-256 of a 256-bit random key
  scopes TEXT NOT NULL,                 -- JSON array
  networks TEXT NOT NULL,               -- JSON array of CIDR; empty: any
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX api_key_company ON api_key (company_id, id);

CREATE TABLE provider_account (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  provider TEXT NOT NULL,               -- netgsm
  name TEXT NOT NULL,
  base_url TEXT NOT NULL,
  transport TEXT NOT NULL,              -- rest | xml
  username TEXT NOT NULL,
  secret BYTEA NOT NULL,                -- encrypted
  header TEXT NOT NULL,                 -- sender header
  priority BIGINT NOT NULL,             -- lower first
  per_minute BIGINT NOT NULL,           -- codes a minute; 0: no limit
  status TEXT NOT NULL,                 -- on | drain | off
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX provider_account_company ON provider_account (company_id, priority);

CREATE TABLE template (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  locale TEXT NOT NULL,
  revision BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX template_revision ON template (company_id, purpose, locale, revision);

CREATE TABLE verification (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  phone TEXT NOT NULL,                  -- E.164
  prefix TEXT NOT NULL,                 -- the number block watched for pumping
  purpose TEXT NOT NULL,
  status TEXT NOT NULL,                 -- pending | approved | denied | expired | canceled
  code_hash BYTEA NOT NULL,             -- HMAC-SHA-256 over id, binding and code
  attempts BIGINT NOT NULL,
  max_attempts BIGINT NOT NULL,
  sends BIGINT NOT NULL,
  max_sends BIGINT NOT NULL,
  resend_after BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  locale TEXT NOT NULL,
  template_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  entry_point TEXT NOT NULL,
  client_ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  limit_key TEXT NOT NULL,
  app_hash TEXT NOT NULL,
  amount BIGINT NOT NULL,               -- kuruş; 0: none
  currency TEXT NOT NULL,
  payee TEXT NOT NULL,
  metadata TEXT NOT NULL,               -- JSON object
  created_by TEXT NOT NULL,             -- key_… or usr_…
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX verification_phone ON verification (company_id, phone, created_at);
CREATE INDEX verification_ip ON verification (company_id, client_ip, created_at) WHERE client_ip <> '';
CREATE INDEX verification_limit_key ON verification (company_id, limit_key, created_at) WHERE limit_key <> '';
CREATE INDEX verification_open ON verification (expires_at) WHERE status = 'pending';
CREATE INDEX verification_customer ON verification (customer_id, id) WHERE customer_id <> '';
CREATE INDEX verification_company ON verification (company_id, created_at, prefix, status); -- lists, and the watch over number blocks

CREATE TABLE message (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,               -- ver_… or empty
  route TEXT NOT NULL,                  -- otp | bulk
  purpose TEXT NOT NULL,
  recipient TEXT NOT NULL,              -- E.164
  sender TEXT NOT NULL,
  body TEXT NOT NULL,                   -- what a person may read: a code is masked
  body_secret BYTEA,                    -- the text as sent, encrypted; NULL once its verification has ended
  encoding TEXT NOT NULL,
  segments BIGINT NOT NULL,
  status TEXT NOT NULL,
  provider_account_id TEXT NOT NULL,
  provider_message_id TEXT NOT NULL,
  error_code TEXT NOT NULL,
  error_text TEXT NOT NULL,
  tries BIGINT NOT NULL,
  claimed_until BIGINT NOT NULL,        -- who hands it over now holds it until then
  expires_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  report_due BIGINT NOT NULL,           -- when to ask the provider again; 0: never
  reports BIGINT NOT NULL,              -- how often it was asked
  delivered_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX message_company ON message (company_id, id);
CREATE INDEX message_owner ON message (owner_id) WHERE owner_id <> '';
CREATE INDEX message_waiting ON message (claimed_until) WHERE status IN ('queued', 'sending');
CREATE INDEX message_report ON message (report_due) WHERE report_due > 0;
CREATE INDEX message_recipient ON message (company_id, recipient, id);

CREATE TABLE customer (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  code TEXT NOT NULL,                   -- the ERP's own code; may be empty
  kind TEXT NOT NULL,                   -- person | organization
  name TEXT NOT NULL,
  surname TEXT NOT NULL,
  search TEXT NOT NULL,                 -- folded name, for search
  phone TEXT NOT NULL,                  -- E.164 or empty
  email TEXT NOT NULL,
  tax_number TEXT NOT NULL,
  tax_office TEXT NOT NULL,
  entry_point TEXT NOT NULL,
  phone_verified_at BIGINT NOT NULL,
  phone_verification_id TEXT NOT NULL,
  unverified_reason TEXT NOT NULL,
  created_by TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX customer_company ON customer (company_id, id);
CREATE INDEX customer_phone ON customer (company_id, phone) WHERE phone <> '';
CREATE INDEX customer_search ON customer (company_id, search);
CREATE UNIQUE INDEX customer_code ON customer (company_id, code) WHERE code <> '';

CREATE TABLE customer_address (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  title TEXT NOT NULL,
  line TEXT NOT NULL,
  district TEXT NOT NULL,
  city TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  country TEXT NOT NULL,
  phone TEXT NOT NULL
);
CREATE INDEX customer_address_customer ON customer_address (customer_id, position);

CREATE TABLE prefix_block (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  prefix TEXT NOT NULL,
  reason TEXT NOT NULL,
  starts BIGINT NOT NULL,
  approvals BIGINT NOT NULL,
  shadow BOOLEAN NOT NULL,
  level BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  lifted_at BIGINT NOT NULL,
  lifted_by TEXT NOT NULL
);
CREATE INDEX prefix_block_company ON prefix_block (company_id, prefix, expires_at);

CREATE TABLE safe_entry (
  company_id TEXT NOT NULL,
  prefix TEXT NOT NULL,                 -- a whole number or the beginning of one, E.164
  note TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (company_id, prefix)
);

-- One log of everything that happened: history of each object, feed for ERPs, and audit trail.
CREATE TABLE event (
  seq {{serial}},
  company_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  object_seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  data TEXT NOT NULL,                   -- JSON object without secrets
  at BIGINT NOT NULL,
  digest BYTEA NOT NULL                 -- keyed hash of the row
);
CREATE INDEX event_company ON event (company_id, seq);
CREATE UNIQUE INDEX event_object ON event (object_id, object_seq);

CREATE TABLE event_seal (
  id BIGINT PRIMARY KEY,
  first_seq BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  rows BIGINT NOT NULL,
  hash BYTEA NOT NULL,                  -- keyed hash over the seal before and the digests of the rows
  at BIGINT NOT NULL
);

CREATE TABLE webhook_endpoint (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  url TEXT NOT NULL,
  kinds TEXT NOT NULL,                  -- JSON array; empty: all
  secret BYTEA NOT NULL,                -- encrypted
  enabled BOOLEAN NOT NULL,
  created_by TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX webhook_endpoint_company ON webhook_endpoint (company_id, id);

CREATE TABLE webhook_delivery (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  endpoint_id TEXT NOT NULL,
  event_seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,                 -- pending | delivered | failed
  tries BIGINT NOT NULL,
  http_status BIGINT NOT NULL,
  answer TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (endpoint_id, event_seq);
CREATE INDEX webhook_delivery_company ON webhook_delivery (company_id, id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at) WHERE status = 'pending';

CREATE TABLE cursor_position (
  name TEXT PRIMARY KEY,
  seq BIGINT NOT NULL
);

CREATE TABLE idempotency (
  company_id TEXT NOT NULL,
  idem_key TEXT NOT NULL,
  fingerprint BYTEA NOT NULL,           -- SHA-256 of method, path and body
  object_id TEXT NOT NULL,
  status BIGINT NOT NULL,               -- HTTP status; 0: the answer was not stored
  answer BYTEA,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (company_id, idem_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- +goose Down
SELECT 1;
