package verimor

import (
	"time"

	"github.com/onay/onay/sandbox/carrier"
)

// System is the name of this room in the faults and on the phones.
const System = "verimor"

// Account is one customer: Username is its line number, to which Subscriber is
// the same in ten digits; PushURL gets reports and incoming SMS.
type Account = carrier.Account

// Config describes the simulated operator. The zero value is the demo.
type Config struct {
	Accounts []Account // nil means DefaultAccounts
	// ReportDelay is how long a message stays at WAITING, by the world's clock;
	// 0 means 2 s, negative means none.
	ReportDelay time.Duration
	// HasConsent answers whether İYS holds an ONAY for commercial messages
	// (recipient in E.164, kind BIREYSEL or TACIR); nil means that only numbers
	// ending in 16 have none.
	HasConsent func(recipient, kind string) bool
}

// DefaultAccounts is the demo customer.
func DefaultAccounts() []Account {
	return []Account{{
		Username: "908500000002", Password: "sandbox-verimor", Headers: []string{"ONAY", "ORNEKFIRMA"},
		Credit: 100_000, IYSBrand: "123456", Subscriber: "8500000002",
	}}
}
