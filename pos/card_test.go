package pos_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
)

const (
	number = "4355084355084358"
	cvv    = "741"
)

func card(t testing.TB) *pos.Card {
	t.Helper()
	c, err := pos.NewCard("4355 0843-5508 4358", 12, 30, cvv, "Ayşe Öztürk")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every type that holds a card, or may hold one, is printed in every way that Go has.
func TestNothingPrintsACard(t *testing.T) {
	t.Parallel()
	c := card(t)
	p := pos.Payment{OrderID: "ORDER", Amount: pos.Money{Minor: 100, Currency: pos.TRY}, Card: c}
	form := pos.Form{Method: "POST", Action: "https://bank.example", Fields: []pos.Pair{{Name: "pan", Value: number}, {Name: "cv2", Value: cvv}}}
	wrapped := fmt.Errorf("charge %v: %w", c, pos.Invalid("Card", "x"))
	for _, v := range []any{c, *c, p, &p, []pos.Payment{p}, map[string]any{"card": c, "value": *c}, struct{ C pos.Card }{*c}, struct{ C *pos.Card }{c}, form, &form, []pos.Form{form}, wrapped,
		pos.Attempt{OrderID: "ORDER"}, pos.Transport{Secrets: []string{number}}} {
		var logged bytes.Buffer
		noTime := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // its digits may be those of the CVV
			}
			return a
		}}
		for _, h := range []slog.Handler{slog.NewTextHandler(&logged, noTime), slog.NewJSONHandler(&logged, noTime)} {
			slog.New(h).Info("x", "v", v, slog.Group("g", "v", v))
		}
		j, _ := json.Marshal(v)
		out := []string{fmt.Sprint(v), fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v), fmt.Sprintf("%d", v), fmt.Sprintf("%q", v), fmt.Sprintf("%x", v), string(j), logged.String()}
		func() {
			defer func() { out = append(out, fmt.Sprint(recover())) }()
			panic(v)
		}()
		for _, s := range out {
			if strings.Contains(s, number) || strings.Contains(s, "43550843550") || strings.Contains(s, cvv) || strings.Contains(s, fmt.Sprintf("%x", number)) {
				t.Errorf("%T prints a card: %s", v, s)
			}
		}
	}
}

func TestErrorsDoNotRepeatTheCard(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		number      string
		month, year int
		cvv         string
		want        error
	}{
		{"4355084355084359", 12, 30, "741", pos.ErrCardNumber},
		{"43550843550843", 12, 30, "741", pos.ErrCardNumber},
		{"4355084355084358x", 12, 30, "741", pos.ErrCardNumber},
		{number, 13, 30, "741", pos.ErrCardExpiry},
		{number, 0, 30, "741", pos.ErrCardExpiry},
		{number, 12, 1999, "741", pos.ErrCardExpiry},
		{number, 12, 30, "7412", pos.ErrCardCVV},
		{number, 12, 30, "7a1", pos.ErrCardCVV},
		{"", 12, 30, "", pos.ErrCardNumber},
	} {
		_, err := pos.NewCard(x.number, x.month, x.year, x.cvv, "")
		if !errors.Is(err, x.want) || x.number != "" && strings.Contains(err.Error(), x.number) {
			t.Errorf("%q %d/%d %q: %v, want %v", x.number, x.month, x.year, x.cvv, err, x.want)
		}
	}
}

func TestWipedCardIsGone(t *testing.T) {
	t.Parallel()
	c := card(t)
	held := c.AppendNumber(nil)
	c.Wipe()
	if string(held) != number || len(c.AppendNumber(nil)) != 0 || len(c.AppendCVV(nil)) != 0 || c.Holder() != "" || strings.Contains(c.String(), "4358") {
		t.Errorf("after the wipe: %s", c)
	}
}

func TestBrands(t *testing.T) {
	t.Parallel()
	for n, want := range map[string]pos.Brand{number: pos.Visa, "5571135571135575": pos.Mastercard, "2223003122003222": pos.Mastercard, "378282246310005": pos.Amex, "9792091234123455": pos.Troy, "6501700122153568": pos.Troy,
		"3566002020360505": pos.UnknownBrand} {
		c, err := pos.NewUncheckedCard(n, 1, 2030, "", "")
		if err != nil || c.Brand() != want {
			t.Errorf("%s is %q, want %q (%v)", n, c.Brand(), want, err)
		}
	}
}

func TestCardExpiresAfterItsMonth(t *testing.T) {
	t.Parallel()
	c := card(t)
	if c.Expired(time.Date(2030, 12, 31, 23, 59, 59, 0, pos.Istanbul)) || !c.Expired(time.Date(2031, 1, 1, 0, 0, 0, 0, pos.Istanbul)) {
		t.Error("12/30 is good until the end of December 2030 and no longer")
	}
}
