package iletimerkezi

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
	"github.com/onay/onay/sms/internal/housetest"
)

func client(t testing.TB, cfg Config) *Client {
	t.Helper()
	if cfg.Key == "" {
		cfg.Key, cfg.Hash = "KEY", "HASH"
	}
	c, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVectors(t *testing.T) {
	t.Parallel()
	housetest.Run(t, map[string]func(*testing.T, housetest.Vector){
		"request": checkRequest, "response": checkResponse, "callback": checkWebhook,
	})
}

func checkRequest(t *testing.T, v housetest.Vector) {
	var in struct {
		Key, Hash, Sender, Text, List string
		To                            []string
		IYS                           bool
		SendAt                        string `json:"send_at"`
	}
	var want struct {
		JSON json.RawMessage
		URL  string
	}
	v.Input(t, &in)
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	c := client(t, Config{Key: in.Key, Hash: in.Hash})
	b := Bulk{Header: in.Sender, Start: house.ReadTime(strings.TrimSuffix(in.SendAt, " Europe/Istanbul"), "2006-01-02T15:04")}
	if in.IYS {
		b.Purpose = map[string]sms.Purpose{"TACIR": sms.PurposeCommercialMerchant, "BIREYSEL": sms.PurposeCommercialIndividual}[in.List]
	}
	for _, to := range in.To {
		b.Texts = append(b.Texts, Text{to, in.Text})
	}
	o, err := c.order(b)
	if err != nil {
		t.Fatal(err)
	}
	housetest.EqualJSON(t, want.JSON, encode(requestBody{Authentication: authentication{c.cfg.Key, c.cfg.Hash}, Order: o}))
	if got := c.cfg.BaseURL + "/send-sms/json"; got != want.URL {
		t.Errorf("address %s, want %s", got, want.URL)
	}
}

func checkResponse(t *testing.T, v housetest.Vector) {
	res, ok := parseResponse(v.Body(t))
	if !ok {
		t.Fatal("not understood")
	}
	got := map[string]any{"ok": res.code == "200", "order_id": res.orderID, "order_state": orderState(res.orderStatus)}
	if res.code != "200" {
		n, err := strconv.Atoi(res.code)
		if err != nil {
			t.Fatal(err)
		}
		got["code"] = n
		got["retry"] = sms.IsRetryable(client(t, Config{}).coded(house.Call{}, house.Reply{}, res))
	}
	results := map[string]string{}
	for i, r := range res.reports("1") {
		results[strings.TrimPrefix(r.To, "+90")] = stateOf(string(res.rows[i].Status))
	}
	got["results"] = results
	v.Compare(t, got)
}

func checkWebhook(t *testing.T, v housetest.Vector) {
	p, err := parseWebhook(v.Body(t))
	if err != nil {
		t.Fatal(err)
	}
	v.Compare(t, map[string]any{
		"order_id": p.Report.ProviderID, "message_id": p.MessageID,
		"to": strings.TrimPrefix(p.Report.To, "+"), "state": stateOf(p.Report.Code),
	})
}
