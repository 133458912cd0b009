package netgsm

import (
	"time"
)

// System is the name of this room in the faults and on the phones.
const System = "netgsm"

// Config describes the simulated Netgsm. The zero value is the demo.
type Config struct {
	Accounts []Account // nil means DefaultAccounts
	// ReportDelay is how long a message stays at status 0, by the world's
	// clock; 0 means 2 s, negative means none.
	ReportDelay time.Duration
	// HasConsent answers for the numbers ending in 16 whether İYS holds an ONAY
	// (recipient in E.164, kind BIREYSEL or TACIR); nil means it never does.
	HasConsent func(recipient, kind string) bool
	// KeepJobs bounds the tasks kept for reports; 0 means 100 000.
	KeepJobs int
}

// Account is one subscriber of the simulated Netgsm and what it may do.
type Account struct {
	Usercode   string   `json:"usercode"` // subscriber number, 10 digits
	Password   string   `json:"password"`
	Headers    []string `json:"headers"`     // approved sender names
	OTPPackage bool     `json:"otp_package"` // without it a code is refused with 60
	Credit     int64    `json:"credit"`      // SMS parts left; none left gives status 14
	OTPCredit  int64    `json:"otp_credit"`
	Balance    string   `json:"balance"`     // money, decimal comma: "57,860"
	AllowedIPs []string `json:"allowed_ips"` // addresses or networks; empty allows all
	IYSAllowed bool     `json:"iys_allowed"` // else iysfilter 11/12 is refused with 50
	IYSBrand   string   `json:"iys_brand"`   // empty: refused with 51
	// Unlimited lifts the rate limits, the credit and the duplicate check, for
	// load tests.
	Unlimited bool `json:"unlimited"`

	InboundURL  string `json:"inbound_url"`  // where replies are pushed; empty: only polled
	InboundForm string `json:"inbound_form"` // form, json (both form A) or b
	InboundKey  string `json:"inbound_key"`  // xapi-key header of form b
	InboundMode string `json:"inbound_mode"` // "", never, twice, reversed
	// InboundDelay holds a push back, in seconds of the world's clock.
	InboundDelay int `json:"inbound_delay_seconds"`
}

// DefaultAccounts are the two demo subscribers.
func DefaultAccounts() []Account {
	first := Account{
		Usercode: "8500000000", Password: "sandbox-netgsm",
		Headers:    []string{"ONAY", "ORNEKFIRMA", "8500000000"},
		OTPPackage: true, Credit: 100_000, OTPCredit: 100_000, Balance: "57,860",
		IYSAllowed: true, IYSBrand: "123456", InboundForm: "form",
	}
	second := first
	second.Usercode, second.Password = "8500000001", "sandbox-netgsm-2"
	second.Headers = []string{"ONAY", "ORNEKFIRMA", "8500000001"}
	return []Account{first, second}
}
