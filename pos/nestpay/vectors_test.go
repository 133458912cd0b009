package nestpay_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/internal/xmldoc"
	"github.com/onay/onay/pos/nestpay"
	"github.com/onay/onay/pos/postest"
)

type vector struct {
	Name, Kind string
	Inputs     json.RawMessage
	Expected   json.RawMessage
}

func vectors(t *testing.T, kind string, fn func(t *testing.T, v vector)) {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, v := range file.Vectors {
		if v.Kind == kind {
			n++
			t.Run(v.Name, func(t *testing.T) { fn(t, v) })
		}
	}
	if n == 0 {
		t.Fatalf("no vectors of kind %q", kind)
	}
}

func decode[T any](t *testing.T, raw json.RawMessage) (out T) {
	t.Helper()
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestHashVectors(t *testing.T) {
	t.Parallel()
	vectors(t, "hash", func(t *testing.T, v vector) {
		in := decode[struct {
			Algorithm, Direction, StoreKey       string
			HASHPARAMS, HASHPARAMSVAL, Plaintext string
			Fields                               map[string]string
		}](t, v.Inputs)
		want := decode[string](t, v.Expected)
		if in.Direction == "request" {
			var fields []pos.Pair
			for n, x := range in.Fields {
				fields = append(fields, pos.Pair{Name: n, Value: x})
			}
			if got := nestpay.SignForm(nestpay.Hash(in.Algorithm), fields, in.StoreKey); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
			return
		}
		// A callback is signed by the same rule; a valid one is accepted by Verify.
		values := pos.Values{}
		for n, x := range in.Fields {
			values[n] = x
		}
		for n, x := range map[string]string{"HASHPARAMS": in.HASHPARAMS, "HASHPARAMSVAL": in.HASHPARAMSVAL} {
			if x != "" {
				values[n] = x
			}
		}
		values["HASH"] = want
		c := nestpay.Config{Hash: nestpay.Hash(in.Algorithm), StoreKey: in.StoreKey, ClientID: values["clientid"]}
		got := c.Inspect(values)
		if !got.Match || got.Want != want {
			t.Errorf("%s\nwant %s", got.Want, want)
		}
	})
}

func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	vectors(t, "callback", func(t *testing.T, v vector) {
		in := decode[struct {
			Form             map[string]string
			HashAlgorithm    string
			StoreKey         string
			AcceptedMdStatus []string
			StoredOrder      struct {
				OrderID     string
				AmountMinor int64
				Currency    string
			}
		}](t, v.Inputs)
		c := nestpay.Config{ClientID: in.Form["clientid"], Hash: nestpay.Hash(in.HashAlgorithm), StoreKey: in.StoreKey, AcceptedMDStatus: in.AcceptedMdStatus}
		a := pos.Attempt{OrderID: in.StoredOrder.OrderID, Amount: pos.Money{Minor: in.StoredOrder.AmountMinor, Currency: pos.Currency(in.StoredOrder.Currency)}}
		got := c.Verify(a, pos.Values(in.Form))
		postest.Compare(t, postest.CallbackFields(got), v.Expected)
	})
}

func TestResponseVectors(t *testing.T) {
	t.Parallel()
	vectors(t, "response", func(t *testing.T, v vector) {
		in := decode[struct{ Operation, XML, BodyBase64 string }](t, v.Inputs)
		body := []byte(in.XML)
		if in.BodyBase64 != "" {
			var err error
			if body, err = base64.StdEncoding.DecodeString(in.BodyBase64); err != nil {
				t.Fatal(err)
			}
		}
		switch in.Operation {
		case "status", "recurring_status":
			l, err := nestpay.ParseStatus(body)
			if err != nil {
				t.Fatal(err)
			}
			postest.Compare(t, postest.ListFields(l, false), v.Expected)
		case "history":
			l, err := nestpay.ParseHistory(body)
			if err != nil {
				t.Fatal(err)
			}
			postest.Compare(t, postest.ListFields(l, true), v.Expected)
		default:
			r, err := nestpay.ParseAnswer(body)
			if err != nil {
				t.Fatal(err)
			}
			postest.Compare(t, postest.ResultFields(r), v.Expected)
		}
	})
}

type orderInput struct {
	ID                 string
	AmountMinor        int64
	PreauthAmountMinor int64
	Currency           string
	Installments       int
	IP, Email          string
	OkURL, FailURL     string
	Lang               string
	RecurringID        string
	RecurringNumber    string
	Recurring          *struct {
		Every, Count int
		Unit         string
	}
}

type cardInput struct{ Number, Month, Year, CVV string }

func (c *cardInput) card(t *testing.T) *pos.Card {
	if c == nil {
		return nil
	}
	var month, year int
	if err := json.Unmarshal([]byte(strings.TrimLeft(c.Month, "0")), &month); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(c.Year), &year); err != nil {
		t.Fatal(err)
	}
	card, err := pos.NewUncheckedCard(c.Number, month, year, c.CVV, "")
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func TestRequestVectors(t *testing.T) {
	t.Parallel()
	vectors(t, "request", func(t *testing.T, v vector) {
		in := decode[struct {
			API, Operation, XML, Model, HashAlgorithm, ClientID, StoreKey, Rnd string
			Number, Expires                                                    string
			Account                                                            struct{ Name, Password, ClientID string }
			Order                                                              orderInput
			Card                                                               *cardInput
			ThreeD                                                             *struct{ MD, XID, ECI, CAVV string }
			Elements                                                           json.RawMessage
		}](t, v.Inputs)
		money := pos.Money{Minor: in.Order.AmountMinor, Currency: pos.Currency(in.Order.Currency)}
		if in.API == "3d_form" {
			c := nestpay.Config{ClientID: in.ClientID, StoreKey: in.StoreKey, Model: pos.Model(in.Model), Hash: nestpay.Hash(in.HashAlgorithm), GateURL: "https://entegrasyon.asseco-see.com.tr/fim/est3Dgate"}
			f := c.Form(nestpay.FormRequest{Payment: pos.Payment{OrderID: in.Order.ID, Amount: money, Installments: in.Order.Installments, Lang: in.Order.Lang, Card: in.Card.card(t)},
				ReturnURL: in.Order.OkURL, FailURL: in.Order.FailURL, Nonce: in.Rnd})
			want := decode[struct {
				URL    string
				Fields map[string]string
			}](t, v.Expected)
			if f.Action != want.URL || len(f.Fields) != len(want.Fields) {
				t.Errorf("form to %s with %d fields, want %s with %d", f.Action, len(f.Fields), want.URL, len(want.Fields))
			}
			for n, x := range want.Fields {
				if f.Get(n) != x {
					t.Errorf("%s is %q, want %q", n, f.Get(n), x)
				}
			}
			return
		}
		if in.Operation == "form_encode" {
			want := decode[struct{ Body string }](t, v.Expected)
			if got := string(xmldoc.FormField("DATA", []byte(in.XML))); got != want.Body {
				t.Errorf("%s\nwant %s", got, want.Body)
			}
			return
		}
		c := nestpay.Config{Username: in.Account.Name, Password: in.Account.Password, ClientID: in.Account.ClientID}
		want := decode[struct {
			Elements         map[string]any
			CompareAsDecimal []string
		}](t, v.Expected)
		var doc []byte
		switch in.Operation {
		case "raw":
			doc = c.Raw(ordered(t, in.Elements)...)
		case "query":
			doc = c.Raw(pos.Pair{Name: "Name", Value: c.Username}, pos.Pair{Name: "Password", Value: c.Password}, pos.Pair{Name: "ClientId", Value: c.ClientID}, pos.Pair{Name: "Type", Value: "Query"},
				pos.Pair{Name: "Number", Value: in.Number}, pos.Pair{Name: "Expires", Value: in.Expires}, pos.Pair{Name: "Extra/IMECECARDQUERY"})
		default:
			r := nestpay.Request{Op: nestpay.Operation(in.Operation), OrderID: in.Order.ID, Amount: money, Installments: in.Order.Installments, ClientIP: in.Order.IP, Email: in.Order.Email,
				Card: in.Card.card(t), PreAuthMinor: in.Order.PreauthAmountMinor, RecurringID: in.Order.RecurringID}
			switch in.Operation {
			case "sale_3d":
				r.Op, r.Proof = nestpay.OpSale, &nestpay.Proof{MD: in.ThreeD.MD, XID: in.ThreeD.XID, ECI: in.ThreeD.ECI, CAVV: in.ThreeD.CAVV}
			case "sale_moto":
				r.Op, r.MOTO = nestpay.OpSale, true
			}
			if in.Order.Recurring != nil {
				r.Plan = &pos.Plan{Every: in.Order.Recurring.Every, Unit: pos.Unit(in.Order.Recurring.Unit), Count: in.Order.Recurring.Count}
			}
			if in.Order.RecurringNumber != "" {
				json.Unmarshal([]byte(in.Order.RecurringNumber), &r.Recurring)
			}
			doc = c.Document(r)
		}
		form, err := url.ParseQuery(string(xmldoc.FormField("DATA", doc)))
		if err != nil {
			t.Fatal(err)
		}
		root, err := xmldoc.Parse([]byte(form.Get("DATA")))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		elements(root, got)
		decimal := map[string]bool{}
		for _, n := range want.CompareAsDecimal {
			decimal[n] = true
		}
		compareElements(t, "", got, want.Elements, decimal)
	})
}

func ordered(t *testing.T, raw json.RawMessage) (out []pos.Pair) {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.Token()
	for dec.More() {
		k, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		var v string
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, pos.Pair{Name: k.(string), Value: v})
	}
	return out
}

func elements(n *xmldoc.Node, out map[string]any) {
	for _, c := range n.Children {
		if len(c.Children) > 0 {
			inner := map[string]any{}
			elements(&c, inner)
			out[c.Name] = inner
			continue
		}
		out[c.Name] = c.Text
	}
}

// mustBeThere are sent even when empty.
var mustBeThere = map[string]bool{"PayerSecurityLevel": true, "PayerAuthenticationCode": true}

func compareElements(t *testing.T, at string, got, want map[string]any, decimal map[string]bool) {
	t.Helper()
	for n, w := range want {
		g, ok := got[n]
		switch w := w.(type) {
		case map[string]any:
			inner, _ := g.(map[string]any)
			compareElements(t, at+n+"/", inner, w, decimal)
		case string:
			if mustBeThere[n] && !ok {
				t.Errorf("%s%s is left out", at, n)
			}
			s, _ := g.(string)
			if s == w {
				continue
			}
			a, err1 := pos.ParseDecimal(s)
			b, err2 := pos.ParseDecimal(w)
			if decimal[n] && err1 == nil && err2 == nil && a == b {
				continue
			}
			if at == "Extra/" && n == "PREAMT" && err1 == nil && err2 == nil && a == b {
				continue
			}
			t.Errorf("%s%s is %q, want %q", at, n, s, w)
		}
	}
	for n, g := range got {
		if _, ok := want[n]; !ok && g != "" {
			t.Errorf("%s%s is sent and not expected: %v", at, n, g)
		}
	}
}
