package postest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
)

// Bench is a gateway at a bank where the tests may do as they like: a simulated one.
type Bench struct {
	Gateway pos.Gateway
	// Booked is how many approved charges the bank has for an order that are in effect, and the sum of what they moved: captures and sales less refunds.
	Booked func(orderID string) (charges int, netMinor int64)
	// CloseDay ends the bank's day.
	CloseDay func()
	// RefundSameDay tells that the bank refunds before its day has ended.
	RefundSameDay bool
	// NoNotFound tells that the bank's answer for an unknown order is not known to mean that: it is an error.
	NoNotFound bool
}

// Card makes a card whose four digits before the check digit are magic. Every simulated bank approves "0000".
func Card(t testing.TB, magic string) *pos.Card {
	t.Helper()
	body := "43550840000" + magic
	for d := range 10 {
		if n := fmt.Sprint(body, d); pos.ValidNumber(n) {
			c, err := pos.NewCard(n, 12, 2030, "123", "Ayşe Öztürk <test> & Oğlu")
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
	}
	t.Fatal("no check digit fits")
	return nil
}

// Payer is the payer's browser: it posts forms, follows the bank's pages and stops at the shop's door with what it was given.
type Payer struct {
	Do string // ok, cancel, or the letter of an outcome: N, A, U, E, -
	// Card is typed where the bank's page asks for one.
	Card string
	// Change is called with each form before it is sent; it may change it, as hostile payers do.
	Change func(step int, f *pos.Form)
}

var browser = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Pay sends a form and answers the bank's pages until a form goes to returnURL; ok is false if none does.
func (p Payer) Pay(t testing.TB, form pos.Form, returnURL string) (v pos.Values, ok bool) {
	t.Helper()
	if form.Action == "" && form.HTML != nil {
		form = pos.InnerForm(form.HTML)
	}
	at := form.Action
	for step := range 10 {
		if p.Change != nil {
			p.Change(step, &form)
		}
		fields := url.Values{}
		for _, f := range form.Fields {
			fields.Add(f.Name, f.Value)
		}
		if target := absolute(t, at, form.Action); strings.HasPrefix(target, returnURL) {
			if u, err := url.Parse(target); err == nil && form.Method == "GET" {
				for name, values := range u.Query() {
					fields[name] = values
				}
			}
			v, err := pos.ReadValues(fields)
			if err != nil {
				t.Fatal(err)
			}
			return v, true
		}
		at = absolute(t, at, form.Action)
		page, where := fetch(t, form.Method, at, fields)
		at = where
		if strings.HasPrefix(at, returnURL) {
			u, _ := url.Parse(at)
			v, err := pos.ReadValues(u.Query())
			if err != nil {
				t.Fatal(err)
			}
			return v, true
		}
		form = pos.InnerForm(page)
		if form.Action == "" && len(form.Fields) == 0 {
			return nil, false
		}
		if form.Action == "" {
			form.Action = at
		}
		if form.Get("t") != "" { // the bank's page
			form.Fields = append(keep(form.Fields, "t"), pos.Pair{Name: "password", Value: "123456"}, pos.Pair{Name: "do", Value: p.Do})
			if p.Card != "" {
				form.Fields = append(form.Fields, pos.Pair{Name: "number", Value: p.Card}, pos.Pair{Name: "month", Value: "12"}, pos.Pair{Name: "year", Value: "2030"}, pos.Pair{Name: "cvv", Value: "123"})
			}
		}
	}
	if p.Change == nil { // a changed form may lead anywhere
		t.Fatal("the bank's pages never end")
	}
	return nil, false
}

func keep(fields []pos.Pair, name string) (out []pos.Pair) {
	for _, f := range fields {
		if f.Name == name {
			out = append(out, f)
		}
	}
	return out
}

func absolute(t testing.TB, base, ref string) string {
	t.Helper()
	b, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u, err := b.Parse(ref)
	if err != nil {
		t.Fatal(err)
	}
	return u.String()
}

// fetch sends a form and follows redirects; it returns the last page and where it was.
func fetch(t testing.TB, method, at string, fields url.Values) (page []byte, where string) {
	t.Helper()
	for range 5 {
		var req *http.Request
		var err error
		if method == "GET" {
			to := at
			if len(fields) > 0 {
				sep := "?"
				if strings.Contains(at, "?") {
					sep = "&"
				}
				to += sep + fields.Encode()
			}
			req, err = http.NewRequest("GET", to, nil)
		} else {
			req, err = http.NewRequest("POST", at, strings.NewReader(fields.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if err != nil {
			t.Fatal(err)
		}
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode >= 300 && res.StatusCode < 400 {
			at, method, fields = absolute(t, at, res.Header.Get("Location")), "GET", nil
			if !strings.HasPrefix(at, "http://127.0.0.1") {
				return nil, at
			}
			continue
		}
		return body, at
	}
	t.Fatal("too many redirects")
	return nil, ""
}

const returnURL = "https://shop.example/pay/return"

func lira(minor int64) pos.Money { return pos.Money{Minor: minor, Currency: pos.TRY} }

func (b Bench) payment(t testing.TB, minor int64, magic string) pos.Payment {
	return pos.Payment{OrderID: pos.NewOrderID(), Amount: lira(minor), Card: Card(t, magic), ClientIP: "203.0.113.9", Email: "payer@example.com"}
}

func (b Bench) sale(t *testing.T, p pos.Payment) pos.Result {
	t.Helper()
	r, err := b.Gateway.Sale(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ref is what a shop keeps of a payment.
func ref(p pos.Payment, r pos.Result) pos.Reference {
	at := r.BankTime
	if at.IsZero() {
		at = time.Now()
	}
	return pos.Reference{OrderID: p.OrderID, ReferenceCode: r.ReferenceCode, AuthCode: r.AuthCode, RRN: r.RRN, OrderTrackID: r.OrderTrackID, Original: p.Amount, Time: at, Installments: p.Installments,
		PreAuth: p.PreAuth, ClientIP: p.ClientIP, Email: p.Email}
}

func want(t *testing.T, what string, r pos.Result, o pos.Outcome) {
	t.Helper()
	if r.Outcome != o {
		t.Fatalf("%s: %s (%s %s %q %s), want %s", what, r.Outcome, r.Code, r.ResponseCode, r.Message, r.Reason, o)
	}
}

func (b Bench) booked(t *testing.T, order string, charges int, net int64) {
	t.Helper()
	if n, sum := b.Booked(order); n != charges || sum != net {
		t.Fatalf("the bank has booked %d charges and %d kuruş, want %d and %d", n, sum, charges, net)
	}
}

// Run is the suite that every gateway passes.
func Run(t *testing.T, b Bench) {
	ctx := context.Background()
	caps := b.Gateway.Capabilities()

	t.Run("a sale is approved and booked once", func(t *testing.T) {
		p := b.payment(t, 12550, "0000")
		r := b.sale(t, p)
		want(t, "sale", r, pos.Approved)
		if r.AuthCode == "" || r.OrderID != p.OrderID || r.OutcomeUncertain() || r.SafeToRetry() {
			t.Errorf("auth code %q, order %q, uncertain %v, safe to retry %v", r.AuthCode, r.OrderID, r.OutcomeUncertain(), r.SafeToRetry())
		}
		b.booked(t, p.OrderID, 1, 12550)
	})
	t.Run("a second sale of a paid order moves nothing", func(t *testing.T) {
		p := b.payment(t, 700, "0000")
		want(t, "sale", b.sale(t, p), pos.Approved)
		p.Card = Card(t, "0000")
		if r := b.sale(t, p); r.Outcome == pos.Approved && r.SafeToRetry() {
			t.Errorf("%s and safe to retry", r.Outcome)
		}
		if n, _ := b.Booked(p.OrderID); n != 1 && caps.Protocol != "nkolay" { // N Kolay has no check of its own
			t.Errorf("%d charges", n)
		}
	})
	t.Run("a decline says why, in words of its own", func(t *testing.T) {
		for magic, code := range map[string]pos.Code{"0051": pos.CodeInsufficientFunds, "0054": pos.CodeExpiredCard, "0041": pos.CodeLostCard} {
			p := b.payment(t, 900, magic)
			r := b.sale(t, p)
			want(t, "sale with card "+magic, r, pos.Declined)
			if r.Code != code || !r.SafeToRetry() || r.OutcomeUncertain() {
				t.Errorf("card %s: %s (%s), safe to retry %v", magic, r.Code, r.ResponseCode, r.SafeToRetry())
			}
			b.booked(t, p.OrderID, 0, 0)
		}
	})
	t.Run("installments", func(t *testing.T) {
		p := b.payment(t, 30000, "0000")
		p.Installments = 3
		want(t, "sale", b.sale(t, p), pos.Approved)
		if n, _ := b.Booked(p.OrderID); n != 1 {
			t.Errorf("%d charges", n)
		}
	})
	t.Run("what the bank lacks fails before a socket is opened", func(t *testing.T) {
		p := b.payment(t, 100, "0000")
		p.Amount.Currency = "XXX"
		if _, err := b.Gateway.Sale(ctx, p); !errors.Is(err, pos.ErrInvalid) && !errors.Is(err, pos.ErrUnsupported) {
			t.Errorf("error %v", err)
		}
		p = b.payment(t, 0, "0000")
		if _, err := b.Gateway.Sale(ctx, p); !errors.Is(err, pos.ErrInvalid) {
			t.Errorf("error %v", err)
		}
	})
	if v, ok := b.Gateway.(pos.Voider); ok {
		t.Run("a void before day end, and not twice", func(t *testing.T) {
			p := b.payment(t, 4200, "0000")
			r := b.sale(t, p)
			want(t, "sale", r, pos.Approved)
			x, err := v.Void(ctx, ref(p, r))
			if err != nil {
				t.Fatal(err)
			}
			want(t, "void", x, pos.Approved)
			b.booked(t, p.OrderID, 0, 0)
			if x, err = v.Void(ctx, ref(p, r)); err != nil || x.Outcome == pos.Approved {
				t.Errorf("the second void is %s, %v", x.Outcome, err)
			}
		})
	}
	if rf, ok := b.Gateway.(pos.Refunder); ok {
		t.Run("refunds in parts up to the sum, after day end", func(t *testing.T) {
			p := b.payment(t, 10000, "0000")
			r := b.sale(t, p)
			want(t, "sale", r, pos.Approved)
			refund := func(minor int64) pos.Result {
				t.Helper()
				x, err := rf.Refund(ctx, ref(p, r), lira(minor))
				if err != nil {
					t.Fatal(err)
				}
				return x
			}
			if !b.RefundSameDay {
				if x := refund(10000); x.Outcome == pos.Approved {
					t.Errorf("a refund before day end is approved")
				}
			}
			b.CloseDay()
			want(t, "first part", refund(3000), pos.Approved)
			want(t, "second part", refund(7000), pos.Approved)
			if x := refund(1); x.Outcome == pos.Approved {
				t.Errorf("more than the sum is approved")
			}
			b.booked(t, p.OrderID, 1, 0)
			if v, ok := b.Gateway.(pos.Voider); ok {
				if x, err := v.Void(ctx, ref(p, r)); err != nil || x.Outcome == pos.Approved {
					t.Errorf("a void after day end is %s, %v", x.Outcome, err)
				}
			}
		})
	}
	if c, ok := b.Gateway.(pos.Capturer); ok && caps.Has(pos.AbilityPreAuth) {
		t.Run("a pre-authorization is captured in part, once", func(t *testing.T) {
			p := b.payment(t, 8000, "0000")
			p.PreAuth = true
			r := b.sale(t, p)
			want(t, "pre-authorization", r, pos.Approved)
			if _, net := b.Booked(p.OrderID); net != 0 {
				t.Fatalf("a pre-authorization moved %d", net)
			}
			x, err := c.Capture(ctx, ref(p, r), lira(9300))
			if err != nil || x.Outcome == pos.Approved {
				t.Errorf("more than was held is %s, %v", x.Outcome, err)
			}
			x, err = c.Capture(ctx, ref(p, r), lira(7000))
			if err != nil {
				t.Fatal(err)
			}
			want(t, "capture", x, pos.Approved)
			if _, net := b.Booked(p.OrderID); net != 7000 {
				t.Errorf("%d kuruş", net)
			}
			if x, err = c.Capture(ctx, ref(p, r), lira(1000)); err != nil || x.Outcome == pos.Approved {
				t.Errorf("the second capture is %s, %v", x.Outcome, err)
			}
		})
	}
	if q, ok := b.Gateway.(pos.Inquirer); ok {
		t.Run("an inquiry finds the payment, and nothing for an order that never was", func(t *testing.T) {
			p := b.payment(t, 1234, "0000")
			r := b.sale(t, p)
			want(t, "sale", r, pos.Approved)
			l, err := q.Inquire(ctx, pos.Reference{OrderID: p.OrderID, ClientIP: p.ClientIP, Time: time.Now()})
			if err != nil || l.Outcome != pos.OK || l.NetMinor() != 1234 && !(len(l.Rows) == 1 && l.Rows[0].Amount.Minor == 1234) {
				t.Errorf("%s %v: %+v", l.Outcome, err, l.Rows)
			}
			none := pos.NotFound
			if b.NoNotFound {
				none = pos.Failed
			}
			if l, err = q.Inquire(ctx, pos.Reference{OrderID: pos.NewOrderID(), ClientIP: p.ClientIP, Time: time.Now()}); err != nil || l.Outcome != none || len(l.Rows) > 0 {
				t.Errorf("an unknown order is %s, %v, %d rows", l.Outcome, err, len(l.Rows))
			}
		})
	}
	if d, ok := b.Gateway.(pos.DayHistory); ok && caps.Has(pos.AbilityDayHistory) {
		t.Run("the day's list has the payment", func(t *testing.T) {
			p := b.payment(t, 4321, "0000")
			want(t, "sale", b.sale(t, p), pos.Approved)
			now := time.Now()
			from := time.Date(now.In(pos.Istanbul).Year(), now.In(pos.Istanbul).Month(), now.In(pos.Istanbul).Day(), 0, 0, 0, 0, pos.Istanbul)
			l, err := d.Transactions(ctx, pos.Period{From: from, To: from.AddDate(0, 0, 1)})
			if err != nil || l.Outcome != pos.OK {
				t.Fatalf("%s %v %s %s", l.Outcome, err, l.Message, l.Reason)
			}
			n := 0
			for _, row := range l.Rows {
				if row.OrderID == p.OrderID && row.Amount.Minor == 4321 && row.MoneyMinor == 4321 {
					n++
				}
			}
			if n != 1 {
				t.Errorf("found %d times among %d rows", n, len(l.Rows))
			}
		})
	}
	if s, ok := b.Gateway.(pos.Secure3D); ok && len(caps.Models) > 1 {
		secure(t, b, s, caps)
	}
}

func secure(t *testing.T, b Bench, s pos.Secure3D, caps pos.Capabilities) {
	ctx := context.Background()
	onPage := caps.Models[len(caps.Models)-1].OnBankPage()
	start := func(t *testing.T, p pos.Payment) (pos.Form, pos.Attempt) {
		t.Helper()
		if onPage {
			p.Card = nil
		}
		f, a, r, err := s.Start(ctx, p, returnURL)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "start", r, pos.Redirect)
		return f, a
	}
	payer := func(do, magic string) Payer {
		p := Payer{Do: do}
		if onPage {
			p.Card = string(Card(t, magic).AppendNumber(nil))
		}
		return p
	}
	t.Run("3-D Secure: paid, and a second message changes nothing", func(t *testing.T) {
		p := b.payment(t, 24990, "0000")
		p.Installments = 2
		f, a := start(t, p)
		v, ok := payer("ok", "0000").Pay(t, f, returnURL)
		if !ok {
			t.Fatal("the payer did not come back")
		}
		for i := range 2 {
			cb := s.Verify(a, v)
			r, err := s.Complete(ctx, a, cb)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				if r.Outcome != pos.Approved {
					t.Fatalf("callback %s (%s), result %s (%s %s %q %s)", cb.Outcome, cb.Reason, r.Outcome, r.Code, r.ResponseCode, r.Message, r.Reason)
				}
			} else if r.Outcome == pos.Declined && r.SafeToRetry() {
				t.Errorf("the second message makes it %s, as if nothing had been charged", r.Outcome)
			}
			if n, _ := b.Booked(p.OrderID); n != 1 {
				t.Fatalf("%d charges after message %d", n, i+1)
			}
		}
	})
	t.Run("3-D Secure: the payer gives up or fails", func(t *testing.T) {
		for _, do := range []string{"cancel", "N", "U", "E"} {
			p := b.payment(t, 5000, "0000")
			f, a := start(t, p)
			v, ok := payer(do, "0000").Pay(t, f, returnURL)
			if !ok {
				t.Fatal("the payer did not come back")
			}
			cb := s.Verify(a, v)
			r, err := s.Complete(ctx, a, cb)
			if err != nil || r.Outcome == pos.Approved || r.Outcome == pos.Authenticated {
				t.Errorf("%s: callback %s, result %s, %v", do, cb.Outcome, r.Outcome, err)
			}
			b.booked(t, p.OrderID, 0, 0)
		}
	})
	t.Run("3-D Secure: the card's bank declines", func(t *testing.T) {
		p := b.payment(t, 5100, "0051")
		f, a := start(t, p)
		v, ok := payer("ok", "0051").Pay(t, f, returnURL)
		if !ok {
			t.Fatal("the payer did not come back")
		}
		r, err := s.Complete(ctx, a, s.Verify(a, v))
		if err != nil || r.Outcome != pos.Declined || r.Code != pos.CodeInsufficientFunds {
			t.Errorf("%s %s (%s %q), %v", r.Outcome, r.Code, r.ResponseCode, r.Message, err)
		}
		b.booked(t, p.OrderID, 0, 0)
	})
	t.Run("3-D Secure: a message of another payment buys nothing", func(t *testing.T) {
		cheap, dear := b.payment(t, 100, "0000"), b.payment(t, 900000, "0000")
		f, _ := start(t, cheap)
		v, ok := payer("ok", "0000").Pay(t, f, returnURL)
		if !ok {
			t.Fatal("the payer did not come back")
		}
		_, a := start(t, dear)
		for _, name := range v.Names() { // the order's id is changed wherever it stands
			v[name] = strings.ReplaceAll(v[name], cheap.OrderID, dear.OrderID)
		}
		r, err := s.Complete(ctx, a, s.Verify(a, v))
		if err == nil && (r.Outcome == pos.Approved || r.Outcome == pos.Authenticated) {
			t.Errorf("%s", r.Outcome)
		}
		if n, _ := b.Booked(dear.OrderID); n != 0 {
			t.Errorf("%d charges", n)
		}
	})
	t.Run("3-D Secure: no changed field of a refusal makes it a payment", func(t *testing.T) {
		p := b.payment(t, 7777, "0000")
		f, a := start(t, p)
		v, ok := payer("N", "0000").Pay(t, f, returnURL)
		if !ok {
			t.Fatal("the payer did not come back")
		}
		claims := map[string]string{"mdstatus": "1", "response": "Approved", "procreturncode": "00", "responsecode": "VPS-0000", "status": "Y", "3dstatus": "1", "response_code": "2", "auth_code": "S12345",
			"authcode": "123456", "eci": "05", "cavv": "AAABBWFlmQAAAABjRWWZEEFgFz8=", "txnresult": "Success"}
		for _, name := range v.Names() {
			if c, ok := claims[strings.ToLower(name)]; ok {
				v[name] = c
			}
		}
		r, err := s.Complete(ctx, a, s.Verify(a, v))
		if err == nil && r.Outcome == pos.Approved {
			t.Errorf("%s", r.Outcome)
		}
		b.booked(t, p.OrderID, 0, 0)
	})
	t.Run("3-D Secure: the bank refuses a form with one changed byte, and books what was asked", func(t *testing.T) {
		for range 24 {
			p := b.payment(t, 200+rand.Int64N(5_000_000), "0000")
			p.Amount.Currency = caps.Currencies[rand.IntN(len(caps.Currencies))]
			if p.Amount.Currency == pos.TRY && rand.IntN(2) == 0 {
				p.Installments = 2 + rand.IntN(8)
			}
			f, a := start(t, p)
			v, ok := payer("ok", "0000").Pay(t, f, returnURL)
			if !ok {
				t.Fatal("the payer did not come back")
			}
			r, err := s.Complete(ctx, a, s.Verify(a, v))
			if err != nil || r.Outcome != pos.Approved {
				t.Fatalf("%d kuruş %s in %d: %s (%s), %v", p.Amount.Minor, p.Amount.Currency, p.Installments, r.Outcome, r.Reason, err)
			}
			if _, net := b.Booked(p.OrderID); net != p.Amount.Minor && !(caps.Protocol == "nkolay" && net >= p.Amount.Minor) {
				t.Errorf("booked %d of %d", net, p.Amount.Minor)
			}

			// One character of any field is changed. Not every field is signed (a name is not), so the bank may go on: then it
			// books exactly what was asked, or nothing.
			p.OrderID = pos.NewOrderID()
			p.Card = Card(t, "0000")
			f, a = start(t, p)
			hostile, name := payer("ok", "0000"), ""
			hostile.Change = func(step int, f *pos.Form) {
				if step > 0 || len(f.Fields) == 0 {
					return
				}
				x := &f.Fields[rand.IntN(len(f.Fields))]
				if rand.IntN(2) == 0 { // money and signatures more often
					for i := range f.Fields {
						if signed[strings.ToLower(f.Fields[i].Name)] && rand.IntN(3) == 0 {
							x = &f.Fields[i]
						}
					}
				}
				name, x.Value = strings.ToLower(x.Name), flip(x.Value)
			}
			paid := false
			if v, ok = hostile.Pay(t, f, returnURL); ok {
				r, err := s.Complete(ctx, a, s.Verify(a, v))
				paid = err == nil && r.Outcome == pos.Approved
			}
			n, net := b.Booked(p.OrderID)
			if n > 0 && net != p.Amount.Minor && caps.Protocol != "nkolay" {
				t.Errorf("the bank booked %d of %d with %s changed", net, p.Amount.Minor, name)
			}
			if paid && (n != 1 || signed[name]) {
				t.Errorf("with %s changed it was paid: %d charges", name, n)
			}
		}
	})
}

// signed are fields, in small letters, that a bank signs or packs wherever it has them.
var signed = map[string]bool{"amount": true, "txnamount": true, "purchamount": true, "oid": true, "orderid": true, "hash": true, "secure3dhash": true, "mac": true, "digest": true, "posnetdata": true, "posnetdata2": true,
	"pareq": true, "taksit": true, "installmentcount": true, "txninstallmentcount": true, "installcount": true, "rnd": true, "randomnumber": true}

// flip changes one digit or letter in the middle of a text.
func flip(s string) string {
	b := []byte(s)
	for i := len(b) / 2; i < len(b); i++ {
		switch {
		case b[i] >= '0' && b[i] < '9', b[i] >= 'A' && b[i] < 'F':
			b[i]++
			return string(b)
		case b[i] == '9':
			b[i] = '1'
			return string(b)
		}
	}
	return "1" + s
}
