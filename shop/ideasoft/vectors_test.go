package ideasoft

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/shop"
)

// classes are the words of the vectors for the failures of the token endpoint.
var classes = map[shop.Kind]string{"": "ok", shop.KindRetry: "retry", shop.KindReconnect: "reconnect", shop.KindReauthorize: "reauthorize",
	shop.KindCredentials: "bad_credentials", shop.KindRedirectURI: "bad_redirect_uri"}

func raw(b json.RawMessage) []byte {
	var s string
	if string(b) == "null" {
		return nil
	}
	if json.Unmarshal(b, &s) == nil {
		return []byte(s)
	}
	return b
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func sameURL(t *testing.T, want, got string) {
	t.Helper()
	w, err := url.Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	g, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	same(t, w.Query(), g.Query())
	w.RawQuery, g.RawQuery = "", ""
	same(t, w.String(), g.String())
}

func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Vectors []struct {
			Name, Group string
			Inputs      json.RawMessage
			Expected    json.RawMessage
		}
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Vectors) < 80 {
		t.Errorf("only %d vectors", len(f.Vectors))
	}
	for _, v := range f.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			var in struct {
				Raw         json.RawMessage
				StoreURL    string            `json:"store_url"`
				ClientID    string            `json:"client_id"`
				RedirectURI string            `json:"redirect_uri"`
				Access      string            `json:"access_token"`
				Fields      map[string]string `json:"fields"`
				Query       map[string]string
				States      map[string]struct {
					Age  int `json:"age_s"`
					Used bool
				}
				TTL                      int `json:"state_ttl_s"`
				Secret, Signature, State string
				Status                   json.RawMessage
				Grant, Call, Currency    string
				ReceivedAt               time.Time `json:"received_at"`
				Body, Order              json.RawMessage
				Args                     map[string]json.RawMessage
			}
			if err := json.Unmarshal(v.Inputs, &in); err != nil {
				t.Fatal(err)
			}
			var e struct {
				Base64, URL, Method, Class, Reference, Name, Total, Currency, Action, Code string
				Body, Amount, UTC                                                          string
				Label                                                                      string   `json:"panel_label"`
				StoreURL                                                                   string   `json:"store_url"`
				OrderID                                                                    string   `json:"store_order_id"`
				SMSTo                                                                      string   `json:"sms_to"`
				AcceptFrom                                                                 []string `json:"accept_from"`
				COD                                                                        bool
				CODKind                                                                    string `json:"cod_kind"`
				Valid                                                                      *bool
				Status                                                                     string
				Headers                                                                    map[string]string
				JSON                                                                       json.RawMessage
				Access                                                                     string    `json:"access_token"`
				Refresh                                                                    string    `json:"refresh_token"`
				ExpiresAt                                                                  time.Time `json:"expires_at"`
				Scopes                                                                     []string
			}
			if err := json.Unmarshal(v.Expected, &e); err != nil {
				t.Fatal(err)
			}
			switch v.Group {
			case "store-url":
				var s string
				_ = json.Unmarshal(in.Raw, &s)
				got, err := StoreURL(s, false)
				same(t, *e.Valid, err == nil)
				same(t, e.StoreURL, got)
			case "ideasoft-webhook-hmac":
				if e.Base64 != "" {
					same(t, e.Base64, Sign(in.Secret, raw(in.Body)))
					same(t, true, Verify(in.Secret, raw(in.Body), e.Base64))
				} else {
					same(t, false, Verify(in.Secret, raw(in.Body), in.Signature))
				}
			case "ideasoft-authorize":
				sameURL(t, e.URL, Config{StoreURL: in.StoreURL, ClientID: in.ClientID, RedirectURI: in.RedirectURI}.AuthorizeURL(in.State))
			case "ideasoft-token-request":
				form := url.Values{}
				for k, s := range in.Fields {
					form.Set(k, s)
				}
				r, err := Config{StoreURL: in.StoreURL}.tokenRequest(t.Context(), form)
				if err != nil {
					t.Fatal(err)
				}
				same(t, e.Method, r.Method)
				same(t, e.URL, r.URL.String())
				for k, s := range e.Headers {
					same(t, s, r.Header.Get(k))
				}
				body, _ := io.ReadAll(r.Body)
				want, _ := url.ParseQuery(e.Body)
				got, _ := url.ParseQuery(string(body))
				same(t, want, got)
			case "ideasoft-token-response":
				var status int
				_ = json.Unmarshal(in.Status, &status)
				tok, err := readTokens(answer{status: status, body: raw(in.Body)}, in.Grant, in.ReceivedAt)
				same(t, e.Class, classes[shop.KindOf(err)])
				if err == nil {
					same(t, []string{e.Access, e.Refresh}, []string{tok.Access, tok.Refresh})
					same(t, e.ExpiresAt, tok.Expires)
					same(t, e.Scopes, tok.Scopes)
				}
			case "ideasoft-api-answer":
				var status int
				_ = json.Unmarshal(in.Status, &status)
				same(t, e.Action, string(answer{status: status, body: raw(in.Body)}.action()))
			case "ideasoft-oauth-callback":
				q := url.Values{}
				for k, s := range in.Query {
					q.Set(k, s)
				}
				code, err := ReadCallback(q, func(state string) bool {
					s, ok := in.States[state]
					return ok && !s.Used && s.Age <= in.TTL
				})
				same(t, e.Action, map[shop.Kind]string{"": "exchange", shop.KindState: "reject", shop.KindDenied: "denied"}[shop.KindOf(err)])
				same(t, e.Code, code)
			case "ideasoft-date":
				var s, got string
				_ = json.Unmarshal(in.Raw, &s)
				if d := Time(s); !d.IsZero() {
					got = d.Format(time.RFC3339Nano)
				}
				same(t, e.UTC, got)
			case "ideasoft-money":
				var s text
				_ = json.Unmarshal(in.Raw, &s)
				m, ok := Amount(string(s))
				same(t, true, ok)
				same(t, e.Amount, m.String())
			case "ideasoft-status":
				var s string
				_ = json.Unmarshal(in.Status, &s)
				label, class := Status(s)
				same(t, []string{e.Label, e.Class}, []string{label, string(class)})
			case "ideasoft-order":
				o, err := ReadOrder(in.Order)
				if err != nil {
					t.Fatal(err)
				}
				same(t, []string{e.OrderID, e.Reference, e.Name, e.SMSTo, e.Total, e.Currency, e.Status, e.CODKind},
					[]string{o.ID, o.Reference, o.Name, o.SMSTo, o.Total.String(), o.Currency, o.Status, string(o.COD)})
				same(t, e.AcceptFrom, o.Phones)
				same(t, e.COD, o.COD != shop.NotCOD)
			case "ideasoft-request":
				request(t, in.StoreURL, in.Access, in.Call, in.Args, e.Method, e.URL, e.Headers, e.JSON)
			default:
				t.Errorf("no test for group %q", v.Group)
			}
		})
	}
}
