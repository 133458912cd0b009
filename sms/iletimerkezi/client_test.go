package iletimerkezi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onay/onay/sms"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   sms.Kind
	}{
		"good, as text":          {200, `{"response":{"status":{"code":"200"},"order":{"id":"5"}}}`, ""},
		"no id":                  {200, `{"response":{"status":{"code":200}}}`, sms.KindAmbiguous},
		"credit":                 {402, `{"response":{"status":{"code":402}}}`, sms.KindBalance},
		"duplicate":              {451, `{"response":{"status":{"code":"451"}}}`, sms.KindRefused},
		"number":                 {452, `{"response":{"status":{"code":452}}}`, sms.KindNumber},
		"down":                   {503, `{"response":{"status":{"code":503}}}`, sms.KindThrottled},
		"down, by a proxy":       {503, "<html></html>", sms.KindAmbiguous},
		"a server error":         {500, `{"response":{"status":{"code":500}}}`, sms.KindAmbiguous},
		"a code of no table":     {499, `{"response":{"status":{"code":499}}}`, sms.KindRefused},
		"no JSON":                {200, "OK", sms.KindAmbiguous},
		"the address of XML":     {404, "", sms.KindRefused},
		"a limit without a code": {429, "", sms.KindThrottled},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = fmt.Fprint(w, c.body)
		}))
		_, err := client(t, Config{BaseURL: srv.URL, Header: "ORNEK"}).Send(t.Context(), sms.Message{To: "05551112233", Body: "x"})
		srv.Close()
		if sms.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestOrdersInWords(t *testing.T) {
	t.Parallel()
	c := client(t, Config{Header: "ORNEK"})
	b, err := c.prepare(sms.Message{To: "+90 555 111 22 33", Body: "Şifre <1> & 2", Route: sms.RouteOTP})
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.order(b)
	if err != nil {
		t.Fatal(err)
	}
	const want = `"order":{"sender":"ORNEK","sendDateTime":[],"iys":"0","message":{"text":"Şifre <1> & 2","receipents":{"number":["5551112233"]}}}}}`
	if got := string(encode(requestBody{Order: o})); !strings.HasSuffix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	b.Texts = append(b.Texts, Text{"05551112244", "başka"}, Text{"05551112255", b.Texts[0].Body})
	if o, err = c.order(b); err != nil {
		t.Fatal(err)
	}
	list, ok := o.Message.([]message)
	if !ok || len(list) != 2 || len(list[0].Receipents.Number) != 2 || list[1].Text != "başka" {
		t.Errorf("messages %+v", o.Message)
	}
}

// One value in place of a list, as converters from XML write it.
func TestOneRowInPlaceOfAList(t *testing.T) {
	t.Parallel()
	res, ok := parseResponse([]byte(`{"response":{"status":{"code":200},"order":{"id":1,"status":115,"message":{"number":5301234567,"status":110}},"senders":{"sender":"TEK"}}}`))
	if !ok || len(res.senders) != 1 || res.senders[0] != "TEK" {
		t.Fatalf("%+v", res)
	}
	if rows := res.reports("1"); len(rows) != 1 || rows[0].Status != sms.StatusFailed || rows[0].To != "+905301234567" {
		t.Errorf("rows of an order that was not sent: %+v", rows)
	}
}
