// Package postest holds what every protocol room is tested with: the comparison with known-answer vectors, and the suite that every gateway
// passes.
package postest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/pos"
)

// texts are members for people: their presence is compared and not their words. A reason of one word is a name and compared.
var texts = map[string]bool{"reason": true, "nextStep": true, "why": true, "treatAs": true}

// Compare compares the members that are present in want, at every depth. got may hold more.
func Compare(t *testing.T, got map[string]any, want json.RawMessage) {
	t.Helper()
	var w map[string]any
	dec := json.NewDecoder(strings.NewReader(string(want)))
	dec.UseNumber()
	if err := dec.Decode(&w); err != nil {
		t.Fatal(err)
	}
	compare(t, "", got, w)
}

func compare(t *testing.T, at string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, want %v", at, got, want)
			return
		}
		for name, x := range w {
			if name == "note" {
				continue
			}
			if word, isText := x.(string); texts[name] && !(name == "reason" && isText && machineName(word) && machineName(fmt.Sprint(g[name]))) {
				if g[name] == nil || g[name] == "" {
					t.Errorf("%s.%s is missing: %v", at, name, x)
				}
				continue
			}
			compare(t, at+"."+name, g[name], x)
		}
	case []any:
		g := reflect.ValueOf(got)
		if !g.IsValid() || g.Kind() != reflect.Slice || g.Len() != len(w) {
			t.Errorf("%s is %v, want %d elements: %v", at, got, len(w), want)
			return
		}
		for i := range w {
			compare(t, fmt.Sprintf("%s[%d]", at, i), g.Index(i).Interface(), w[i])
		}
	case nil:
		if got != nil {
			t.Errorf("%s is %v, want nothing", at, got)
		}
	default:
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", at, got, want)
		}
	}
}

func machineName(s string) bool { return s != "" && !strings.ContainsAny(s, " .,:") }

type members map[string]any

func (m members) put(name string, v any) {
	switch x := v.(type) {
	case string:
		if x == "" {
			return
		}
	case int64:
		if x == 0 {
			return
		}
	case time.Time:
		if x.IsZero() {
			return
		}
		s := x.Format("2006-01-02T15:04:05.000-07:00")
		m[name] = strings.Replace(s, ".000", "", 1)
		return
	}
	m[name] = v
}

// ResultFields are a result's members by the names of the vectors.
func ResultFields(r pos.Result) map[string]any {
	m := members{}
	m.put("outcome", string(r.Outcome))
	m.put("normalized", string(r.Code))
	m.put("responseCode", r.ResponseCode)
	m.put("errorCode", r.ErrorCode)
	m.put("hostResponseCode", r.HostResponseCode)
	m.put("message", r.Message)
	m.put("orderId", r.OrderID)
	m.put("orderTrackId", r.OrderTrackID)
	m.put("referenceCode", r.ReferenceCode)
	m.put("txnCode", r.TxnCode)
	m.put("authCode", r.AuthCode)
	m.put("rrn", r.RRN)
	m.put("stan", r.STAN)
	m.put("batchNumber", r.BatchNumber)
	m.put("bankTime", r.BankTime)
	m.put("authorizedMinor", r.Authorized.Minor)
	m.put("currency", string(r.Authorized.Currency))
	if r.Installments >= 0 {
		m["installments"] = r.Installments
	}
	m.put("cardBrand", r.CardBrand)
	m.put("cardIssuer", r.CardIssuer)
	m.put("maskedCard", r.MaskedCard)
	m.put("bankCode", r.BankCode)
	m.put("hostMessage", r.HostMessage)
	m.put("recurringId", r.RecurringID)
	m.put("reason", r.Reason)
	m.put("nextStep", r.NextStep)
	for n, v := range r.Raw {
		if _, there := m[n]; !there {
			m.put(n, v)
		}
	}
	return m
}

// CallbackFields are a callback's members by the names of the vectors.
func CallbackFields(c pos.Callback) map[string]any {
	m := members(ResultFields(c.Result))
	switch c.Signature {
	case pos.SignatureValid:
		m["hashValid"] = true
	case pos.SignatureInvalid:
		m["hashValid"] = false
	}
	m["naiveHashMatches"] = c.NaiveHashMatches
	m.put("mdStatus", c.MDStatus)
	m.put("eci", c.ECI)
	m.put("cavv", c.CAVV)
	m.put("xid", c.XID)
	m.put("md", c.MD)
	return m
}

// ListFields are a list's members by the names of the vectors; net adds netMinor.
func ListFields(l pos.List, net bool) map[string]any {
	m := members(ResultFields(l.Result))
	m["rowCount"] = len(l.Rows)
	rows := make([]any, len(l.Rows))
	for i, r := range l.Rows {
		rows[i] = RowFields(r)
	}
	m["rows"] = rows
	if net {
		m["netMinor"] = l.NetMinor()
	}
	return m
}

// RowFields are a row's members by the names of the vectors.
func RowFields(r pos.Row) map[string]any {
	m := members{}
	m.put("txnCode", r.TxnCode)
	m["state"] = string(r.State)
	if r.Settled {
		m["settled"] = true
	}
	m["amountMinor"] = r.Amount.Minor
	m.put("currency", string(r.Amount.Currency))
	m["authorizedMinor"] = r.AuthorizedMinor
	m["moneyMinor"] = r.MoneyMinor
	if r.Installments >= 0 {
		m["installments"] = r.Installments
	}
	m.put("orderId", r.OrderID)
	m.put("orgOrderId", r.OriginalOrderID)
	m.put("orderTrackId", r.OrderTrackID)
	m.put("recurringOrder", r.RecurringOrder)
	m.put("authCode", r.AuthCode)
	m.put("rrn", r.RRN)
	m.put("batchNumber", r.BatchNumber)
	m.put("responseCode", r.ResponseCode)
	m.put("hostResponseCode", r.HostResponseCode)
	m.put("referenceCode", r.ReferenceCode)
	m.put("time", r.Time)
	m.put("captureTime", r.CaptureTime)
	m.put("voidTime", r.VoidTime)
	m.put("plannedTime", r.PlannedTime)
	m.put("settlementDate", r.SettlementDate)
	m.put("merchantCommissionMinor", r.CommissionMinor)
	m.put("maskedCard", r.MaskedCard)
	for n, v := range r.Raw {
		if _, there := m[n]; !there {
			m.put(n, v)
		}
	}
	return m
}

// Vector is one known answer.
type Vector struct {
	Name, Kind string
	Inputs     json.RawMessage
	Expected   json.RawMessage
}

// Vectors runs fn for each vector of a kind in testdata/vectors.json, each as a test of its own.
func Vectors(t *testing.T, kind string, fn func(t *testing.T, v Vector)) {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	file := Decode[struct{ Vectors []Vector }](t, raw)
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

// Decode reads JSON.
func Decode[T any](t *testing.T, raw []byte) (out T) {
	t.Helper()
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// CardInput is a card as the vectors write it.
type CardInput struct{ Number, Month, Year, ExpiryMonth, ExpiryYear, CVV, Holder string }

// Card makes the card; nil for none.
func (c *CardInput) Card(t *testing.T) *pos.Card {
	t.Helper()
	if c == nil {
		return nil
	}
	month, err1 := strconv.Atoi(c.Month + c.ExpiryMonth)
	year, err2 := strconv.Atoi(c.Year + c.ExpiryYear)
	card, err3 := pos.NewUncheckedCard(c.Number, month, year, c.CVV, c.Holder)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return card
}

// Ordered reads a JSON object of texts in its order.
func Ordered(t *testing.T, raw json.RawMessage) (out []pos.Pair) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
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
