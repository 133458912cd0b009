-- +goose Up
ALTER TABLE pos_account ADD COLUMN contract TEXT NOT NULL DEFAULT '{}';

-- A comparison of our books with what a bank says of some days of an account.
CREATE TABLE reconciliation (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  subject TEXT NOT NULL,                -- collections | payouts
  from_day BIGINT NOT NULL,             -- days since 1970, Istanbul
  until_day BIGINT NOT NULL,            -- the last one
  source TEXT NOT NULL,                 -- bank | file
  file_name TEXT NOT NULL,
  file_digest TEXT NOT NULL,            -- of the file, so that the same one twice changes nothing; empty: no file
  status TEXT NOT NULL,                 -- open | closed | replaced
  pairs BIGINT NOT NULL,
  differences BIGINT NOT NULL,
  open_differences BIGINT NOT NULL,
  summary TEXT NOT NULL,                -- JSON, see reconciliation.Summary
  note TEXT NOT NULL,                   -- of whoever closed it
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_by TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX reconciliation_company ON reconciliation (company_id, id);
CREATE INDEX reconciliation_days ON reconciliation (account_id, subject, from_day) WHERE status <> 'replaced';

-- The pairs of a comparison in blocks, compressed: nobody looks at most of them, and a million rows would cost more than they tell.
CREATE TABLE reconciliation_pairs (
  reconciliation_id TEXT NOT NULL,
  block BIGINT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (reconciliation_id, block)
);

CREATE TABLE reconciliation_difference (
  id TEXT PRIMARY KEY,
  reconciliation_id TEXT NOT NULL,
  company_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  item_key TEXT NOT NULL,               -- the same in a later comparison of the same movements
  ours TEXT NOT NULL,                   -- JSON, null: none
  theirs TEXT NOT NULL,
  expected BIGINT NOT NULL,
  found BIGINT NOT NULL,
  currency TEXT NOT NULL,
  state TEXT NOT NULL,                  -- open | proposed | closed
  resolution TEXT NOT NULL,             -- explained | entered | matched | later; empty: none yet
  reason TEXT NOT NULL,
  partner TEXT NOT NULL,                -- the difference or comparison it was matched in; the payment that was entered
  held BOOLEAN NOT NULL,                -- taken apart by a person: not to be paired again by itself
  proposed_by TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX reconciliation_difference_of ON reconciliation_difference (reconciliation_id, id);
CREATE INDEX reconciliation_difference_open ON reconciliation_difference (account_id, id) WHERE state <> 'closed';
CREATE INDEX reconciliation_difference_company ON reconciliation_difference (company_id, id) WHERE state <> 'closed';

-- Which columns of a bank's statement hold what, as a person said.
CREATE TABLE statement_columns (
  company_id TEXT NOT NULL,
  bank TEXT NOT NULL,
  columns TEXT NOT NULL,                -- JSON: field → heading
  PRIMARY KEY (company_id, bank)
);

CREATE TABLE reconciliation_setting (
  company_id TEXT PRIMARY KEY,
  settings TEXT NOT NULL                -- JSON, see reconciliation.Settings
);

-- What the contracts say is to come, by day of the payments and day of the money; made anew where the day or the contract has changed.
CREATE TABLE payout (
  account_id TEXT NOT NULL,
  company_id TEXT NOT NULL,
  paid_day BIGINT NOT NULL,
  value_day BIGINT NOT NULL,            -- 0: the row only says that the day is done
  currency TEXT NOT NULL,
  gross BIGINT NOT NULL,
  commission BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  fee BIGINT NOT NULL,
  movements BIGINT NOT NULL,
  terms TEXT NOT NULL,                  -- digest of the contract
  made_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, paid_day, value_day, currency)
);
CREATE INDEX payout_value ON payout (company_id, value_day);

-- What the morning's run has done of each day.
CREATE TABLE reconciliation_run (
  account_id TEXT NOT NULL,
  day BIGINT NOT NULL,
  company_id TEXT NOT NULL,
  tries BIGINT NOT NULL,
  next_at BIGINT NOT NULL,              -- 0: done
  error_tr TEXT NOT NULL,
  error_en TEXT NOT NULL,
  PRIMARY KEY (account_id, day)
);
CREATE INDEX reconciliation_run_company ON reconciliation_run (company_id, day);
