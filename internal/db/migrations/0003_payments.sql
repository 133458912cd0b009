-- +goose Up
ALTER TABLE pos_account ADD COLUMN installments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE pos_account ADD COLUMN checklist TEXT NOT NULL DEFAULT '{}';

CREATE TABLE payment_rules (
  company_id TEXT PRIMARY KEY,
  rules TEXT NOT NULL                   -- JSON, see payment.Rules
);

-- Which bank a card is of, by its first digits. One table for the installation.
CREATE TABLE card_bin (
  prefix TEXT PRIMARY KEY,              -- 6 to 8 digits
  bank TEXT NOT NULL,                   -- EFT code, four digits; may be empty
  name TEXT NOT NULL,                   -- of the bank
  program TEXT NOT NULL,                -- bonus, world…; empty: none
  kind TEXT NOT NULL                    -- credit | debit | prepaid; empty: not known
);

CREATE TABLE payment (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  token TEXT NOT NULL,                  -- of the pay page; empty where there is none
  status TEXT NOT NULL,
  hosted BOOLEAN NOT NULL,              -- the payer has a page on which a card may be tried after another
  amount BIGINT NOT NULL,               -- kuruş
  surcharge BIGINT NOT NULL,            -- what the payer pays on top for installments
  currency TEXT NOT NULL,
  installments BIGINT NOT NULL,         -- 0 and 1: a single payment
  pre_auth BOOLEAN NOT NULL,            -- hold, capture later
  moto BOOLEAN NOT NULL,
  secure3d TEXT NOT NULL,               -- required | off
  captured BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  order_reference TEXT NOT NULL,
  paid_key TEXT UNIQUE,                 -- the order while it is paid: no order is paid twice
  source TEXT NOT NULL,                 -- api | console | link
  link_id TEXT NOT NULL,
  account_wanted TEXT NOT NULL,         -- empty: chosen
  customer_id TEXT NOT NULL,
  payer_name TEXT NOT NULL,
  payer_email TEXT NOT NULL,
  payer_phone TEXT NOT NULL,
  client_ip TEXT NOT NULL,
  description TEXT NOT NULL,
  lang TEXT NOT NULL,
  return_url TEXT NOT NULL,
  -- Of the attempt that counts: the one that paid, else the last one.
  account_id TEXT NOT NULL,
  route TEXT NOT NULL,                  -- why this account
  test BOOLEAN NOT NULL,
  bank_order_id TEXT NOT NULL,
  card_masked TEXT NOT NULL,
  card_brand TEXT NOT NULL,
  card_bank TEXT NOT NULL,              -- name
  auth_code TEXT NOT NULL,
  rrn TEXT NOT NULL,
  reference_code TEXT NOT NULL,
  batch_number TEXT NOT NULL,
  order_track_id TEXT NOT NULL,
  decline_code TEXT NOT NULL,
  bank_code TEXT NOT NULL,
  bank_message TEXT NOT NULL,
  created_by TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,           -- of the page; 0: none
  paid_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX payment_token ON payment (token) WHERE token <> '';
CREATE INDEX payment_company ON payment (company_id, id);
CREATE INDEX payment_order ON payment (company_id, order_reference) WHERE order_reference <> '';
CREATE INDEX payment_expiry ON payment (expires_at) WHERE expires_at > 0 AND status IN ('created', 'declined', 'failed');
CREATE INDEX payment_bank_order ON payment (bank_order_id) WHERE bank_order_id <> '';

CREATE TABLE payment_attempt (
  id TEXT PRIMARY KEY,
  payment_id TEXT NOT NULL,
  company_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  order_id TEXT NOT NULL,               -- at the bank, fresh for each attempt
  try_key TEXT NOT NULL,                -- of the form that was sent: a double click is one attempt
  token TEXT NOT NULL,                  -- of the callback's address; empty where none can come
  state TEXT NOT NULL,
  amount BIGINT NOT NULL,               -- kuruş that are charged
  model TEXT NOT NULL,
  card_masked TEXT NOT NULL,
  card_brand TEXT NOT NULL,
  secret BYTEA,                         -- what callbacks are compared with, encrypted
  code TEXT NOT NULL,                   -- why not, in our words
  result TEXT NOT NULL,                 -- JSON
  ask_at BIGINT NOT NULL,               -- when to ask the bank; 0: never
  asks BIGINT NOT NULL,
  lost BIGINT NOT NULL,                 -- how often the bank knew nothing of it
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX payment_attempt_try ON payment_attempt (payment_id, try_key);
CREATE UNIQUE INDEX payment_attempt_token ON payment_attempt (token) WHERE token <> '';
CREATE INDEX payment_attempt_due ON payment_attempt (ask_at) WHERE ask_at > 0;

CREATE TABLE payment_operation (
  id TEXT PRIMARY KEY,
  payment_id TEXT NOT NULL,
  company_id TEXT NOT NULL,
  kind TEXT NOT NULL,                   -- capture | void | refund
  way TEXT NOT NULL,                    -- what was sent last: a refund may be a void
  amount BIGINT NOT NULL,
  state TEXT NOT NULL,                  -- asked | sending | unknown | queued | done | refused
  once_key TEXT NOT NULL,               -- of the form or request that asked for it
  reason TEXT NOT NULL,
  result TEXT NOT NULL,                 -- JSON
  ask_at BIGINT NOT NULL,
  asks BIGINT NOT NULL,
  lost BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,            -- the second person, where one is needed
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX payment_operation_once ON payment_operation (payment_id, once_key);
CREATE UNIQUE INDEX payment_operation_one ON payment_operation (payment_id) WHERE state IN ('asked', 'sending', 'unknown', 'queued');
CREATE INDEX payment_operation_asked ON payment_operation (company_id) WHERE state = 'asked';
CREATE INDEX payment_operation_due ON payment_operation (ask_at) WHERE ask_at > 0;

-- Requests to banks and their answers, without card data and secrets. An event of the payment carries the digest of each.
CREATE TABLE payment_exchange (
  id TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  company_id TEXT NOT NULL,
  about TEXT NOT NULL,                  -- attempt or operation
  url TEXT NOT NULL,
  request TEXT NOT NULL,
  http_status BIGINT NOT NULL,
  response TEXT NOT NULL,
  error TEXT NOT NULL,
  took BIGINT NOT NULL,                 -- microseconds
  at BIGINT NOT NULL,
  PRIMARY KEY (payment_id, id)
);

-- The address from which this installation reaches the banks, as an outside service sees it; the newest row is today's.
CREATE TABLE outgoing_address (
  address TEXT NOT NULL,
  since BIGINT NOT NULL PRIMARY KEY,
  told_by TEXT NOT NULL                 -- who has told the banks; empty: nobody yet
);

-- A link that may be paid many times.
CREATE TABLE payment_link (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  amount BIGINT NOT NULL,               -- kuruş; 0: the payer types it
  least BIGINT NOT NULL,                -- of what the payer types
  most BIGINT NOT NULL,
  currency TEXT NOT NULL,
  account_wanted TEXT NOT NULL,
  lang TEXT NOT NULL,
  uses BIGINT NOT NULL,                 -- payments that were begun
  max_uses BIGINT NOT NULL,             -- 0: no limit
  status TEXT NOT NULL,                 -- on | off
  expires_at BIGINT NOT NULL,           -- 0: never
  version BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX payment_link_company ON payment_link (company_id, id);

-- +goose Down
DROP TABLE payment_link;
DROP TABLE outgoing_address;
DROP TABLE payment_exchange;
DROP TABLE payment_operation;
DROP TABLE payment_attempt;
DROP TABLE payment;
DROP TABLE card_bin;
DROP TABLE payment_rules;
ALTER TABLE pos_account DROP COLUMN installments;
ALTER TABLE pos_account DROP COLUMN checklist;
