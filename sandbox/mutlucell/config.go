package mutlucell

import (
	"time"

	"github.com/onay/onay/sandbox/carrier"
)

// System is the name of this room in the faults and on the phones.
const System = "mutlucell"

// Account is one customer. Subscriber is the 0850 number that gets incoming
// SMS; Blacklist counts for every message.
type Account = carrier.Account

// Config describes the simulated house. The zero value is the demo.
type Config struct {
	Accounts []Account // nil means DefaultAccounts
	// ReportDelay is how long a message stays in work, by the world's clock; 0
	// means 2 s, negative means none.
	ReportDelay time.Duration
}

// DefaultAccounts is the demo customer.
func DefaultAccounts() []Account {
	return []Account{{
		Username: "onay", Password: "sandbox-mutlucell", Headers: []string{"ONAY", "ORNEK FIRMA"},
		Credit: 100_000, Subscriber: "8500000003", Checks: "blacklist",
	}}
}
