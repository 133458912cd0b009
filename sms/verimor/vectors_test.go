package verimor

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
	"github.com/onay/onay/sms/internal/housetest"
)

func client(t testing.TB, cfg Config) *Client {
	t.Helper()
	if cfg.Username == "" {
		cfg.Username, cfg.Password = "908500000000", "x"
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
		"request": checkRequest, "response": checkResponse, "callback": checkPush,
	})
}

func checkRequest(t *testing.T, v housetest.Vector) {
	var in struct {
		Username, Password, Source, Text, To string
		ValidMinutes                         int    `json:"valid_minutes"`
		CustomID                             string `json:"custom_id"`
	}
	var want struct {
		JSON json.RawMessage
		URL  string
	}
	v.Input(t, &in)
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	c := client(t, Config{Username: in.Username, Password: in.Password, OTPValidity: time.Duration(in.ValidMinutes) * time.Minute})
	b, err := c.prepare(sms.Message{To: in.To, Body: in.Text, Sender: in.Source, Route: sms.RouteOTP, Reference: in.CustomID})
	if err != nil {
		t.Fatal(err)
	}
	b.Reference = in.CustomID // as Send does
	w, err := c.wire(b)
	if err != nil {
		t.Fatal(err)
	}
	housetest.EqualJSON(t, want.JSON, encode(w))
	if got := c.cfg.BaseURL + "/send.json"; got != want.URL {
		t.Errorf("address %s, want %s", got, want.URL)
	}
}

func checkResponse(t *testing.T, v housetest.Vector) {
	var in struct {
		Status int `json:"http_status"`
	}
	v.Input(t, &in)
	r := house.Reply{Status: in.Status, Body: v.Body(t)}
	got := map[string]any{"ok": false}
	err := client(t, Config{}).refusal(house.Call{Name: "send"}, r)
	var e *sms.Error
	if errors.As(err, &e) {
		got["code"], got["retry"], got["backoff"] = e.Code, sms.IsRetryable(e), e.Kind == sms.KindThrottled
	} else if id, ok := parseCampaign(r.Body); ok {
		got["ok"], got["campaign_id"] = true, id
	}
	v.Compare(t, got)
}

func checkPush(t *testing.T, v housetest.Vector) {
	p, err := parsePush(v.Body(t))
	if err != nil {
		t.Fatal(err)
	}
	reports := []map[string]any{}
	for _, r := range p.Reports {
		reports = append(reports, map[string]any{"message_id": r.MessageID, "custom_id": r.Reference, "state": fateOf(r.Code).state})
	}
	v.Compare(t, map[string]any{"reply_status": 200, "reports": reports})
}
