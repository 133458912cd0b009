package verimor

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

func TestWhatASendSays(t *testing.T) {
	t.Parallel()
	c := client(t, Config{Header: "ORNEK"})
	for name, k := range map[string]struct {
		m    sms.Message
		want map[string]any
	}{
		"a code is bounded":       {sms.Message{To: "05551112233", Body: "Kod 1", Route: sms.RouteOTP}, map[string]any{"valid_for": "00:03", "datacoding": "0", "source_addr": "ORNEK"}},
		"a message is not":        {sms.Message{To: "05551112233", Body: "Söz"}, map[string]any{"valid_for": nil, "datacoding": "0", "is_commercial": nil, "custom_id": nil}},
		"Turkish letters":         {sms.Message{To: "05551112233", Body: "şık"}, map[string]any{"datacoding": "1"}},
		"Turkish letters abroad":  {sms.Message{To: "+491701234567", Body: "şık"}, map[string]any{"datacoding": "2"}},
		"emoji":                   {sms.Message{To: "05551112233", Body: "😀"}, map[string]any{"datacoding": "2"}},
		"commercial to consumers": {sms.Message{To: "05551112233", Body: "x", Purpose: sms.PurposeCommercialIndividual}, map[string]any{"is_commercial": true, "iys_recipient_type": "BIREYSEL"}},
		"commercial to traders":   {sms.Message{To: "05551112233", Body: "x", Purpose: sms.PurposeCommercialMerchant, Sender: "BASKA"}, map[string]any{"is_commercial": true, "iys_recipient_type": "TACIR", "source_addr": "BASKA"}},
	} {
		b, err := c.prepare(k.m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w, err := c.wire(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got map[string]any
		if err := json.Unmarshal(encode(w), &got); err != nil {
			t.Fatal(err)
		}
		for member, want := range k.want {
			if got[member] != want {
				t.Errorf("%s: %s is %v, want %v", name, member, got[member], want)
			}
		}
	}
}

func TestRefusedBeforeTheNetwork(t *testing.T) {
	t.Parallel()
	c := client(t, Config{BaseURL: "http://127.0.0.1:1"})
	one := []Text{{To: "05551112233", Body: "x"}}
	for name, k := range map[string]struct {
		b    Bulk
		want sms.Kind
	}{
		"no text":         {Bulk{}, sms.KindParameters},
		"empty text":      {Bulk{Texts: []Text{{To: "05551112233"}}}, sms.KindText},
		"comma in the id": {Bulk{Texts: []Text{{"05551112233", "x", "a,b"}}}, sms.KindParameters},
		"validity":        {Bulk{Texts: one, ValidFor: 49 * time.Hour}, sms.KindParameters},
		"purpose":         {Bulk{Texts: one, Purpose: "fun"}, sms.KindParameters},
		"land line":       {Bulk{Texts: []Text{{To: "02121112233", Body: "x"}}}, sms.KindNumber},
		"too large":       {Bulk{Texts: []Text{{To: "05551112233", Body: strings.Repeat("x", maxBody)}}}, sms.KindParameters},
	} {
		if _, err := c.SendBulk(t.Context(), k.b); sms.KindOf(err) != k.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A status that no table has keeps the message open.
func TestUnknownStatusIsNotTheEnd(t *testing.T) {
	t.Parallel()
	r := wireRow{CampaignID: "1", Dest: "905551112233", Status: "YENI_DURUM"}.report()
	if r.Final || r.Status != sms.StatusSent {
		t.Errorf("%+v", r)
	}
	if r = (wireRow{Status: "SENT"}).report(); !r.Final || r.Status != sms.StatusSent {
		t.Errorf("abroad: %+v", r)
	}
	if r = (wireRow{Status: "NOT_DELIVERED", GSMError: "27"}).report(); r.Reason != "not delivered: subscriber absent" {
		t.Errorf("reason %q", r.Reason)
	}
}

func TestReportsOfStrangersAreLeftOut(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("id") == "2" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte("Bu kampanya size ait değil"))
			return
		}
		_, _ = w.Write([]byte(`[{"campaign_id":1,"message_id":"5","dest":"905551112233","status":"DELIVERED"},{"campaign_id":7,"message_id":"6","dest":"905551112233","status":"DELIVERED"}]`))
	}))
	defer srv.Close()
	rows, err := client(t, Config{BaseURL: srv.URL}).Reports(t.Context(), []string{"2", "1,1"})
	if err != nil || len(rows) != 1 || rows[0].ProviderID != "1" {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestErrorsHideTheLoginOfTheAddress(t *testing.T) {
	t.Parallel()
	c := client(t, Config{BaseURL: "http://127.0.0.1:1", Username: "908500000000", Password: secret})
	if _, err := c.Balance(t.Context()); sms.KindOf(err) != sms.KindNotSent || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
}
