package iys

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Hosts of İYS.
const (
	Production = "https://api.iys.org.tr"
	TestSystem = "https://api.sandbox.iys.org.tr" // no real data, no load tests
)

// Config is one API user of one merchant.
type Config struct {
	// BaseURL is Production when empty.
	BaseURL            string
	Username, Password string // made on hs.iys.org.tr by the owner of the account
	IYSCode            int64
	// V1 writes by the first generation of paths, which refuse a repeated add;
	// by default the second is used, which answers it with the first result.
	V1 bool
	// TokenJSON asks for tokens with a JSON body instead of a form.
	TokenJSON bool
	// TokenBudget is how many token calls an hour are made at most, over all
	// users that share Tokens; 0 means 10. İYS publishes 100 and in another
	// place 10 for each source address.
	TokenBudget int
	// Tokens keeps tokens and the pause behind H084; nil means memory, which is
	// right only while one process runs without restarts.
	Tokens TokenStore
	// Pace spreads calls; share one among all clients behind one source
	// address. nil means NewPace(10).
	Pace *Pace
	// Calendar is NewCalendar when nil.
	Calendar *Calendar
	// Now is time.Now when nil.
	Now func() time.Time
}

// String names the account without its password.
func (c Config) String() string { return fmt.Sprintf("iys %d at %s", c.IYSCode, c.BaseURL) }

// GoString keeps the password out of %#v too.
func (c Config) GoString() string { return c.String() }

func (c Config) normalise() (Config, error) {
	if c.BaseURL == "" {
		c.BaseURL = Production
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return c, fmt.Errorf("iys: the base address must be like %s", Production)
	case c.Username == "" || c.Password == "":
		return c, fmt.Errorf("iys: user name and password are needed")
	case c.IYSCode <= 0:
		return c, fmt.Errorf("iys: the iysCode must be above 0")
	case c.TokenBudget < 0:
		return c, fmt.Errorf("iys: the token budget must not be below 0")
	}
	if c.TokenBudget == 0 {
		c.TokenBudget = 10
	}
	if c.Tokens == nil {
		c.Tokens = NewMemoryTokens()
	}
	if c.Pace == nil {
		c.Pace = NewPace(10)
	}
	if c.Calendar == nil {
		c.Calendar = NewCalendar()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}
