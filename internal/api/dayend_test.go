package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/client"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/sandbox"
)

// statement is the body that compares an account with a small file: order id and amount in each line.
func statement(account, day string, lines ...string) string {
	var b strings.Builder
	b.WriteString("Sipariş No;Tutar;İşlem Tarihi\n")
	for _, l := range lines {
		b.WriteString(l + ";" + day + "\n")
	}
	return fmt.Sprintf(`{"pos_account":%q,"file_name":"ekstre.csv","statement":%q}`, account, base64.StdEncoding.EncodeToString([]byte(b.String())))
}

func TestADayIsClosedThroughTheDoor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	_, account := h.bank()
	c := client.New(h.url, h.key)
	card := &client.Card{Number: sandbox.TestCard, ExpiryMonth: 12, ExpiryYear: 2030, CVV: "123"}
	var paid []client.CardPayment
	for i := range 3 {
		p, err := c.Payments.Create(ctx, client.NewCardPayment{Amount: int64(10000 + i), Secure3D: "off", Card: card, ClientIP: "203.0.113.9"})
		if err != nil || p.Status != "captured" {
			t.Fatal(p, err)
		}
		paid = append(paid, p)
	}
	today := clock.DayOf(time.Now()).String()
	file := []byte("Sipariş No;Tutar;İşlem Tarihi\n" + paid[0].BankOrderID + ";100,00;" + today + "\n" + paid[1].BankOrderID + ";100,02;" + today + "\nELDEN-7;55,00;" + today + "\n" + "YANLIS;100,02;" + today + "\n")
	x, err := c.DayEnd.Run(ctx, client.NewReconciliation{PosAccount: account, Statement: file, FileName: "ekstre.csv"})
	if err != nil || x.Status != "open" || x.Pairs != 2 || x.OpenDifferences != 4 || x.From != today {
		t.Fatalf("%+v %v", x, err)
	}
	if again, err := c.DayEnd.Run(ctx, client.NewReconciliation{PosAccount: account, Statement: file}); err != nil || again.ID != x.ID || !again.Repeated {
		t.Errorf("the same file: %+v %v", again, err)
	}
	var e *client.Error
	if _, err := c.DayEnd.Close(ctx, x.ID, ""); !errors.As(err, &e) || e.Code != "differences_open" {
		t.Errorf("closed over open differences: %v", err)
	}
	list, err := c.DayEnd.Differences(ctx, x.ID, "open", client.List{})
	if err != nil || len(list.Data) != 4 {
		t.Fatalf("%+v %v", list, err)
	}
	by := map[string]client.Difference{}
	for _, d := range list.Data {
		name := d.Kind
		if d.Bank != nil && d.Kind == "missing_here" {
			name += d.Bank.OrderID
		}
		by[name] = d
	}
	if d, err := c.DayEnd.Explain(ctx, by["amount"].ID, "Banka yuvarlamış"); err != nil || d.State != "closed" || d.Expected != 10001 || d.Found != 10002 {
		t.Errorf("%+v %v", d, err)
	}
	d, err := c.DayEnd.Enter(ctx, by["missing_hereELDEN-7"].ID, "Elden çekim")
	if err != nil || !strings.HasPrefix(d.Partner, "pay_") {
		t.Fatalf("%+v %v", d, err)
	}
	if p, err := c.Payments.Get(ctx, d.Partner); err != nil || p.Source != "entered" || p.Captured != 5500 {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := c.DayEnd.Match(ctx, by["missing_at_bank"].ID, by["missing_hereYANLIS"].ID, "Numara yanlış yazılmış"); err != nil {
		t.Error(err)
	}
	if pairs, err := c.DayEnd.Pairs(ctx, x.ID, paid[0].BankOrderID, client.List{}); err != nil || len(pairs.Data) != 1 || pairs.Data[0].By != "order_id" || pairs.Data[0].Ours.Ref != paid[0].ID {
		t.Errorf("%+v %v", pairs, err)
	}
	if x, err = c.DayEnd.Close(ctx, x.ID, "Dekont 118"); err != nil || x.Status != "closed" || x.ClosedAt.IsZero() {
		t.Fatalf("%+v %v", x, err)
	}
	if _, err := c.DayEnd.Run(ctx, client.NewReconciliation{PosAccount: account, Statement: append(file, '\n')}); !errors.As(err, &e) || e.Code != "day_closed" {
		t.Errorf("a closed day was compared again: %v", err)
	}
	if x, err = c.DayEnd.Reopen(ctx, x.ID, "Ekstre düzeltildi"); err != nil || x.Status != "open" {
		t.Errorf("%+v %v", x, err)
	}
	if x, err = c.DayEnd.TakeApart(ctx, x.ID, 0, "Başka ödeme"); err != nil || x.OpenDifferences != 2 || x.Pairs != 1 {
		t.Errorf("%+v %v", x, err)
	}
	if p, err := c.DayEnd.Payouts(ctx, today, 5); err != nil || len(p.Data) != 1 || p.Data[0].Gross != 30003+5500 {
		t.Errorf("%+v %v", p, err)
	}
	if days := data(h.must(200, "GET", "/v1/reconciliation-days?from="+today+"&until="+today, "")); len(days) != 1 || days[0].(map[string]any)["state"] != "open" {
		t.Errorf("%v", days)
	}
	h.must(200, "PUT", "/v1/reconciliation-settings", `{"four_eyes":true,"morning":8,"books":{"receivable":"108.01","customers":"120","bank":"102","commission":"653"}}`)
	if d := data(h.must(200, "GET", "/v1/reconciliations/"+x.ID+"/differences?state=open", ""))[0].(map[string]any); true {
		id := d["id"].(string)
		if r := h.must(200, "POST", "/v1/reconciliation-differences/"+id+"/explain", `{"reason":"olur"}`); r.text("state") != "proposed" {
			t.Errorf("%s", r.raw)
		}
		if r := h.call("POST", "/v1/reconciliation-differences/"+id+"/confirm", ""); r.status != 403 || r.text("code") != "second_person_needed" {
			t.Errorf("%s", r.raw)
		}
		second := client.New(h.url, h.newKey("dayend"))
		if d, err := second.DayEnd.Confirm(ctx, id, true); err != nil || d.State != "closed" {
			t.Errorf("%+v %v", d, err)
		}
	}
}

func TestStatementsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, account := h.bank()
	body := func(file []byte, more string) string {
		return fmt.Sprintf(`{"pos_account":%q,"statement":%q%s}`, account, base64.StdEncoding.EncodeToString(file), more)
	}
	for name, c := range map[string]struct{ body, code string }{
		"no columns":      {body([]byte("A;B\n1;2\n"), ""), "columns_unknown"},
		"a broken line":   {body([]byte("Tarih;Tutar\n2026-01-05;1,00\n2026-01-05;x\n"), ""), "statement_unreadable"},
		"nothing in it":   {body([]byte("Tarih;Tutar\n"), ""), "statement_empty"},
		"a PDF":           {body([]byte("%PDF-1.4"), ""), "statement_unreadable"},
		"other days":      {body([]byte("Tarih;Tutar\n2026-01-05;1,00\n"), `,"from":"2026-01-06"`), "other_days"},
		"the future":      {body([]byte("Tarih;Tutar\n2126-01-05;1,00\n"), ""), "day_in_future"},
		"no such day":     {fmt.Sprintf(`{"pos_account":%q,"from":"2026-02-30"}`, account), "invalid_day"},
		"no day at all":   {fmt.Sprintf(`{"pos_account":%q}`, account), "invalid_day"},
		"payouts nowhere": {fmt.Sprintf(`{"pos_account":%q,"subject":"payouts","from":"2026-01-05"}`, account), "statement_needed"},
	} {
		if r := h.call("POST", "/v1/reconciliations", c.body); r.text("code") != c.code {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		} else if strings.Contains(r.text("detail_tr"), "line ") {
			t.Errorf("%s: English in the Turkish answer: %s", name, r.raw)
		}
	}
	if r := h.call("POST", "/v1/reconciliations", `{"pos_account":"pos_x","from":"2026-01-05"}`); r.status != 404 {
		t.Errorf("%s", r.raw)
	}
	big := bytes.Repeat([]byte("2026-01-05;1,00\n"), 40000) // more than other routes take
	if r := h.call("POST", "/v1/reconciliations", body(append([]byte("Tarih;Tutar\n"), big...), "")); r.status != 201 || r.json["open_differences"] != 40000.0 {
		t.Errorf("a large statement: %d %.300s", r.status, r.raw)
	}
}
