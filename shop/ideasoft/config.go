package ideasoft

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Config is the connection of one store.
type Config struct {
	StoreURL     string // as StoreURL gives it
	ClientID     string
	ClientSecret string
	RedirectURI  string // exactly as registered in the store
	// AuthorizePath is the page that asks the merchant. Default: /panel/auth.
	AuthorizePath string
	// HTTP makes the calls. Default: HTTPClient(false). It must not follow
	// redirects to another host, or the token leaks.
	HTTP *http.Client
	Now  func() time.Time // default: time.Now
	// NoteAuthor signs notes: e-mail, first name and surname.
	NoteAuthor [3]string
}

// StoreURL reads what a merchant types, a shop's name, a host or a URL, and
// gives https and the host alone. It refuses user data, ports, other schemes
// and local hosts; with local, for a simulator, http, ports and local hosts
// are allowed.
func StoreURL(raw string, local bool) (string, error) {
	s := strings.TrimSpace(raw)
	if s == "" {
		return "", errors.New("ideasoft: no store address")
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return "", errors.New("ideasoft: the store address is no URL")
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if u.Scheme != "https" && u.Scheme != "http" || u.User != nil || host == "" {
		return "", errors.New("ideasoft: the store address must be plain https")
	}
	if local {
		return u.Scheme + "://" + strings.ToLower(u.Host), nil
	}
	if u.Port() != "" || strings.HasSuffix(u.Host, ":") {
		return "", errors.New("ideasoft: the store address must have no port")
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if !public(a) {
			return "", errors.New("ideasoft: the store address is local")
		}
		return "https://" + u.Host, nil
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal") {
		return "", errors.New("ideasoft: the store address is local")
	}
	if !strings.Contains(host, ".") {
		host += ".myideasoft.com"
	}
	return "https://" + host, nil
}

// public says whether an address may be a store.
func public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !netip.MustParsePrefix("100.64.0.0/10").Contains(a) && !netip.MustParsePrefix("192.0.0.0/24").Contains(a) &&
		!netip.MustParsePrefix("198.18.0.0/15").Contains(a) && !netip.MustParsePrefix("64:ff9b::/96").Contains(a)
}

// HTTPClient makes the calls: 5 s to connect, 20 s in all, no redirects. Every
// address is checked when it is dialled, so that a name cannot lead into our
// own network; local allows that, for a simulator.
func HTTPClient(local bool) *http.Client {
	d := &net.Dialer{Timeout: 5 * time.Second}
	if !local {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil || !public(a.Addr()) {
				return errors.New("ideasoft: the store address is local")
			}
			return nil
		}
	}
	return &http.Client{
		Timeout:       20 * time.Second,
		Transport:     &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
