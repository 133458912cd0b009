package message

import (
	"slices"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/iletimerkezi"
	"github.com/onay/onay/sms/mutlucell"
	"github.com/onay/onay/sms/netgsm"
	"github.com/onay/onay/sms/postaguvercini"
	"github.com/onay/onay/sms/verimor"
)

// Provider is a house that accounts can be opened at.
type Provider struct {
	Key        string
	Name       string   // as people call it
	URL        string   // where it is reached; the default of an account
	Transports []string // forms of its interface, the default first
	PerMinute  int      // codes a minute that one account carries by default; 0: no limit
	build      func(Account) (sms.Sender, error)
}

// Providers are all of them, in the order in which they are offered.
var Providers = []Provider{
	{"netgsm", "Netgsm", netgsm.DefaultBaseURL, []string{"rest", "xml"}, 100, func(a Account) (sms.Sender, error) {
		return netgsm.New(netgsm.Config{BaseURL: a.BaseURL, Usercode: a.Username, Password: a.Secret, Header: a.Header, AppName: "onay", Transport: netgsm.Transport(a.Transport)}, nil)
	}},
	{"postaguvercini", "Posta Güvercini", postaguvercini.DefaultOTPURL, []string{"http", "xml", "soap", "json"}, 0, func(a Account) (sms.Sender, error) {
		c := postaguvercini.Config{Username: a.Username, Password: a.Secret, Headers: []string{a.Header}, Transport: postaguvercini.Transport(a.Transport)}
		if a.BaseURL != "" { // one address for both of its hosts
			c.OTPURL, c.BulkURL = strings.TrimRight(a.BaseURL, "/")+"/otp", strings.TrimRight(a.BaseURL, "/")+"/bulk"
		}
		return postaguvercini.New(c, nil)
	}},
	{"iletimerkezi", "İleti Merkezi", iletimerkezi.DefaultBaseURL, []string{"rest"}, 0, func(a Account) (sms.Sender, error) {
		return iletimerkezi.New(iletimerkezi.Config{BaseURL: a.BaseURL, Key: a.Username, Hash: a.Secret, Header: a.Header}, nil)
	}},
	{"verimor", "Verimor", verimor.DefaultBaseURL, []string{"rest"}, 240, func(a Account) (sms.Sender, error) {
		return verimor.New(verimor.Config{BaseURL: a.BaseURL, Username: a.Username, Password: a.Secret, Header: a.Header}, nil)
	}},
	{"mutlucell", "Mutlucell", mutlucell.DefaultBaseURL, []string{"xml"}, 0, func(a Account) (sms.Sender, error) {
		return mutlucell.New(mutlucell.Config{BaseURL: a.BaseURL, Username: a.Username, Password: a.Secret, Header: a.Header}, nil)
	}},
}

// ProviderOf finds a provider by its key.
func ProviderOf(key string) (Provider, bool) {
	i := slices.IndexFunc(Providers, func(p Provider) bool { return p.Key == key })
	if i < 0 {
		return Provider{}, false
	}
	return Providers[i], true
}
