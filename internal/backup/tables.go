package backup

// table is a table that a backup holds, with the columns that its rows are ordered by: equal data gives equal sums.
type table struct{ name, key string }

// tables are what a backup holds.
var tables = []table{
	{"company", "id"},
	{"app_user", "id"},
	{"membership", "user_id, company_id"},
	{"passkey", "id"},
	{"api_key", "id"},
	{"provider_account", "id"},
	{"pos_account", "id"},
	{"payment_rules", "company_id"},
	{"card_bin", "prefix"},
	{"payment_link", "id"},
	{"outgoing_address", "since"},
	{"payment", "id"},
	{"payment_attempt", "id"},
	{"payment_operation", "id"},
	{"payment_exchange", "payment_id, id"},
	{"reconciliation", "id"},
	{"reconciliation_pairs", "reconciliation_id, block"},
	{"reconciliation_difference", "id"},
	{"reconciliation_run", "account_id, day"},
	{"reconciliation_setting", "company_id"},
	{"statement_columns", "company_id, bank"},
	{"mail", "id"},
	{"template", "id"},
	{"verification", "id"},
	{"message", "id"},
	{"customer", "id"},
	{"customer_address", "id"},
	{"prefix_block", "id"},
	{"safe_entry", "company_id, prefix"},
	{"event", "seq"},
	{"event_seal", "id"},
	{"webhook_endpoint", "id"},
	{"webhook_delivery", "id"},
	{"cursor_position", "name"},
	{"idempotency", "company_id, idem_key"},
}

// leftOut are the tables that a backup does not hold, and why.
var leftOut = map[string]string{
	"payout":           "made anew from payments and contracts",
	"session":          "who was logged in logs in again",
	"goose_db_version": "the engine's own record of migrations; the schema version is in the opening",
	"sqlite_sequence":  "SQLite's own counters; they are carried with their table",
}
