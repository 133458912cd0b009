package mutlucell

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
	if cfg.Username == "" {
		cfg.Username, cfg.Password = "ornek", "gizli"
	}
	c, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVectors(t *testing.T) {
	t.Parallel()
	housetest.Run(t, map[string]func(*testing.T, housetest.Vector){"request": checkRequest, "response": checkResponse})
}

func checkRequest(t *testing.T, v housetest.Vector) {
	var in struct {
		User, Password, Org, Charset string
		Messages                     [][2]string
	}
	var want struct {
		URL string
		XML string `json:"xml_equivalent"`
	}
	v.Input(t, &in)
	if err := json.Unmarshal(v.Expected, &want); err != nil {
		t.Fatal(err)
	}
	c := client(t, Config{Username: in.User, Password: in.Password})
	b := Bulk{Header: in.Org, Charset: in.Charset}
	for _, m := range in.Messages {
		for no := range strings.SplitSeq(m[0], ", ") {
			b.Texts = append(b.Texts, Text{no, m[1]})
		}
	}
	x, err := c.pack(b)
	if err != nil {
		t.Fatal(err)
	}
	housetest.EqualXML(t, want.XML, string(x))
	if got := c.cfg.BaseURL + "/sndblkex"; got != want.URL {
		t.Errorf("address %s, want %s", got, want.URL)
	}
}

func checkResponse(t *testing.T, v housetest.Vector) {
	text := strings.TrimSpace(string(v.Body(t)))
	got := map[string]any{"ok": false}
	if code, ok := bareCode(text); ok {
		e := client(t, Config{}).coded(house.Call{}, house.Reply{}, code)
		n, err := strconv.Atoi(code)
		if err != nil {
			t.Fatal(err)
		}
		got["code"], got["retry"] = n, sms.IsRetryable(e)
		if e.Kind == sms.KindCredentials {
			got["class_"] = "authentication"
		}
	} else if id, credits, ok := parseSent(text); ok {
		got["ok"], got["package_id"], got["credits"] = !nothing(credits), id, credits
	} else if rows, ok := parseReport("1", text); ok {
		results := map[string]string{}
		for _, r := range rows {
			results[strings.TrimPrefix(r.To, "+")] = fateOf(r.Code).state
		}
		got["results"] = results
	}
	v.Compare(t, got)
}
