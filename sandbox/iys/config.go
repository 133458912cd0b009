package iys

import (
	"net/http"
	"time"
)

// System is the name of this room in the faults.
const System = "iys"

// Config describes the simulated İYS. The zero value is the demo.
type Config struct {
	Merchants []Merchant // nil means DefaultMerchants
	// TokenLimit is how many token calls an hour one address may make; 0 means
	// 100. An older text says 10.
	TokenLimit int
	// PerSecond is the limit of all calls of one address; 0 means 10, below 0 none.
	PerSecond int
	// BatchWork is how long an element waits for its verdict; 0 means 5 s.
	BatchWork time.Duration
	// BatchWait is how long the result of a batch stays empty; 0 means 300 s.
	BatchWait time.Duration
	// BatchSettle is how long rows then stay "enqueue".
	BatchSettle time.Duration

	FlatErrors      bool // H084 as a flat object and not inside errors
	ColonKey        bool // 403 spells the key "code:"
	UnknownIs404    bool // status of an unknown address: 404 and not {}
	TakesBadPhone   bool // +9005… is stored, and no citizen ever finds it
	HashNoHeader    bool // the day's hash leaves the header line out
	NeverRepeatPush bool
	// PlainPush lets push addresses be http, for tests on one machine.
	PlainPush bool
	// PushClient posts to the merchants; nil means one with 5 s.
	PushClient *http.Client
	// PublicURL is where Page stands, for opt-out links.
	PublicURL string
}

// Merchant is one service provider with its API user.
type Merchant struct {
	IYSCode            int64
	Title              string
	Username, Password string
	Brands             []Brand
	Subscription       string // ACTIVE (also when empty), PAUSED, EXPIRED, CLOSED, NONE
	NoAPI              bool   // the package has no API: H586
	Limit              int    // addresses in ONAY; 0 means no limit
}

// Brand is one brand. The master's code is the iysCode.
type Brand struct {
	Code int64
	Name string
}

// DefaultMerchants are the demo: one merchant with two brands.
func DefaultMerchants() []Merchant {
	return []Merchant{{
		IYSCode: 600001, Title: "ÖRNEK FİRMA A.Ş.", Username: "api@ornekfirma.example", Password: "sandbox-iys",
		Brands: []Brand{{600001, "Örnek Firma"}, {600002, "Örnek Butik"}},
	}}
}
