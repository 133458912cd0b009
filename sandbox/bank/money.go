package bank

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Minor reads a decimal amount with a point or a comma and at most two decimals; ok is false for anything else.
func Minor(s string) (n int64, ok bool) {
	s = strings.Replace(s, ",", ".", 1)
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) > 2 && strings.HasSuffix(frac, "0") {
		frac = frac[:len(frac)-1]
	}
	if whole == "" || len(frac) > 2 {
		return 0, false
	}
	return Whole(whole + (frac + "00")[:2])
}

// Whole reads an amount in kuruş.
func Whole(s string) (n int64, ok bool) {
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// Decimal writes kuruş with a point and two decimals.
func Decimal(minor int64) string {
	s := strconv.FormatInt(minor, 10)
	for len(s) < 3 {
		s = "0" + s
	}
	return s[:len(s)-2] + "." + s[len(s)-2:]
}

// CallerIP is the address of who calls.
func CallerIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Allowed reports whether an address is on a list; an empty list allows all.
func Allowed(list []string, ip string) bool {
	for _, x := range list {
		if x == ip {
			return true
		}
	}
	return len(list) == 0
}
