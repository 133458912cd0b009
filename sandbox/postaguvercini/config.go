package postaguvercini

import (
	"time"

	"github.com/onay/onay/sandbox/carrier"
)

// System is the name of this room in the faults and on the phones.
const System = "postaguvercini"

// Account is one customer. Headers[0] is its sender name; Checks, Blacklist and
// Whitelist count on the bulk host only.
type Account = carrier.Account

// Config describes the simulated house. The zero value is the demo.
type Config struct {
	Accounts []Account // nil means DefaultAccounts
	// ReportDelay is how long a message stays at 300, by the world's clock; 0
	// means 2 s, negative means none.
	ReportDelay time.Duration
	// HasConsent answers for accounts with the check "consent" whether İYS holds
	// an ONAY (recipient in E.164, kind BIREYSEL); nil means that only numbers
	// ending in 16 have none.
	HasConsent func(recipient, kind string) bool
}

// DefaultAccounts is the demo customer.
func DefaultAccounts() []Account {
	return []Account{{
		Username: "onay", Password: "sandbox-postaguvercini", Headers: []string{"ONAY"}, Credit: 100_000,
	}}
}
