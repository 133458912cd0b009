package pos_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
)

func TestBeginRefusesWhatNoBankCouldReturnTo(t *testing.T) {
	p := pos.Payment{OrderID: "A1", Amount: pos.Money{Minor: 100, Currency: pos.TRY}}
	for _, bad := range []string{"", "shop.example/return", "javascript:alert(1)", "https://", "https://shop.example/ödeme", "https://shop.example/a b", "https://shop.example/a|b",
		"https://shop.example/\"><script>", `https://shop.example/a\b`, "https://shop.example/\r\nX: y", "https://shop.example/" + strings.Repeat("a", 200)} {
		if _, err := p.Begin(pos.SecureHosted, bad); !errors.Is(err, pos.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"https://shop.example", "http://127.0.0.1:8080/pay?a=1&b=%C3%B6#x", "http://[::1]:8080/r/01936c2e-7f7a"} {
		a, err := p.Begin(pos.SecureHosted, good)
		if err != nil || a.OrderID != "A1" || a.Amount != p.Amount || a.Model != pos.SecureHosted || len(a.Nonce) < 20 {
			t.Errorf("%q: %+v %v", good, a, err)
		}
	}
	if _, err := p.Begin(pos.Secure, "https://shop.example"); !errors.Is(err, pos.ErrInvalid) {
		t.Errorf("without a card: %v", err)
	}
	if _, err := p.Begin(pos.NonSecure, "https://shop.example"); !errors.Is(err, pos.ErrUnsupported) {
		t.Errorf("without 3-D Secure: %v", err)
	}
}
