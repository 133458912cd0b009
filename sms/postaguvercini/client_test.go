package postaguvercini

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/sms"
)

// canned answers every call alike and counts them.
func canned(t *testing.T, body string) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		if strings.Contains(r.URL.RawQuery, "password") && !strings.HasSuffix(r.URL.Path, "querycredit.asp") {
			t.Errorf("a password in the address of %s", r.URL.Path)
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return srv, &n
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		transport Transport
		answer    string
		want      sms.Kind
		code      string
	}{
		"user name":                   {TransportHTTP, "errno=-1001&errtext=x", sms.KindCredentials, "-1001"},
		"number":                      {TransportHTTP, "errno=-1003", sms.KindNumber, "-1003"},
		"credit":                      {TransportHTTP, "errno=20&errtext=x", sms.KindBalance, "20"},
		"database":                    {TransportHTTP, "errno=-2002&errtext=x", sms.KindThrottled, "-2002"},
		"a code of no table":          {TransportHTTP, "errno=-9&errtext=x", sms.KindRefused, "-9"},
		"errno with leading zeros":    {TransportHTTP, "errno=010", sms.KindCredentials, "10"},
		"words":                       {TransportHTTP, "Service Unavailable", sms.KindAmbiguous, ""},
		"success without an id":       {TransportHTTP, "errno=0&errtext=", sms.KindAmbiguous, ""},
		"two ids for one message":     {TransportHTTP, "errno=0&message_id=a&message_id=b", sms.KindAmbiguous, ""},
		"installation not registered": {TransportXML, "Kayitsiz kurulum", sms.KindAmbiguous, ""},
		"our XML":                     {TransportXML, "<a><ERROR>ERR1050 istek</ERROR></a>", sms.KindParameters, "ERR1050"},
		"their database":              {TransportXML, "<a><ERROR>ERR1010</ERROR></a>", sms.KindThrottled, "ERR1010"},
		"an error without a number":   {TransportXML, "<a><ERROR>olmadi</ERROR></a>", sms.KindRefused, "ERROR"},
		"an element that says no":     {TransportXML, `<a><INSERT id="" res="-1003"/></a>`, sms.KindNumber, "-1003"},
		"an element without an id":    {TransportXML, `<a><INSERT id="" res="0"/></a>`, sms.KindAmbiguous, ""},
		"empty XML":                   {TransportXML, "<a/>", sms.KindAmbiguous, ""},
		"a fault of ours":             {TransportSOAP, "<Envelope><Body><Fault><faultcode>soap:Client</faultcode><faultstring>x</faultstring></Fault></Body></Envelope>", sms.KindRefused, "soap:Client"},
		"a fault of theirs":           {TransportSOAP, "<Envelope><Body><Fault><faultcode>soap:Server</faultcode></Fault></Body></Envelope>", sms.KindAmbiguous, ""},
		"nobody is logged in":         {TransportSOAP, soapStringAnswer("10"), sms.KindCredentials, "10"},
		"too many":                    {TransportJSON, `{"StatusCode":1070}`, sms.KindParameters, "1070"},
		"500 about the login":         {TransportJSON, `{"StatusCode":500,"StatusDescription":"Kullanıcı adı hatalı"}`, sms.KindCredentials, "500"},
		"500 about nothing":           {TransportJSON, `{"StatusCode":500,"StatusDescription":"Object reference"}`, sms.KindAmbiguous, "500"},
		"no result":                   {TransportJSON, `{"StatusCode":200,"Result":null}`, sms.KindAmbiguous, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, n := canned(t, c.answer)
			client := client(t, Config{BulkURL: srv.URL, OTPURL: srv.URL, Transport: c.transport})
			_, err := client.Send(t.Context(), sms.Message{To: "+905551112233", Body: "x"})
			var code string
			if e, ok := err.(*sms.Error); ok {
				code = e.Code
				if e.Explain("tr") == "" || e.Explain("en") == "" {
					t.Error("a person gets no explanation")
				}
			}
			if sms.KindOf(err) != c.want || code != c.code {
				t.Errorf("got %v, want %s %q", err, c.want, c.code)
			}
			if n.Load() != 1 {
				t.Errorf("%d calls", n.Load())
			}
		})
	}
}

func TestSenderNames(t *testing.T) {
	t.Parallel()
	good := "errno=0&errtext=&message_id=PG-1&charge=1"
	srv, _ := canned(t, good)
	jsonSrv, _ := canned(t, `{"StatusCode":200,"Result":[{"MessageId":"PG-1","Charge":1}]}`)
	for name, c := range map[string]struct {
		transport Transport
		known     []string
		sender    string
		kind      sms.Kind
		warned    bool
	}{
		"none known, none wanted":      {TransportHTTP, nil, "", "", false},
		"none known, one wanted":       {TransportHTTP, nil, "ORNEK", "", true},
		"the account's own":            {TransportHTTP, []string{"ORNEK", "IKINCI"}, "ORNEK", "", false},
		"another":                      {TransportHTTP, []string{"ORNEK", "IKINCI"}, "IKINCI", sms.KindHeader, false},
		"JSON may choose":              {TransportJSON, []string{"ORNEK", "IKINCI"}, "IKINCI", "", false},
		"among the known":              {TransportJSON, []string{"ORNEK"}, "IKINCI", sms.KindHeader, false},
		"JSON, none known, too long":   {TransportJSON, nil, "ABCDEFGHIJKL", sms.KindHeader, false},
		"JSON, none known, one wanted": {TransportJSON, nil, "ORNEK", "", false},
	} {
		url := srv.URL
		if c.transport == TransportJSON {
			url = jsonSrv.URL
		}
		acc, err := client(t, Config{BulkURL: url, OTPURL: url, Transport: c.transport, Headers: c.known}).
			Send(t.Context(), sms.Message{To: "+905551112233", Body: "x", Sender: c.sender})
		if sms.KindOf(err) != c.kind || (acc.Warning != "") != c.warned {
			t.Errorf("%s: %+v, %v", name, acc, err)
		}
	}
}

func TestHTTPCarriesISO8859_9Only(t *testing.T) {
	t.Parallel()
	srv, n := canned(t, "errno=0&errtext=&message_id=PG-1&charge=1")
	c := client(t, Config{BulkURL: srv.URL, OTPURL: srv.URL})
	if _, err := c.Send(t.Context(), sms.Message{To: "+905551112233", Body: "Teşekkürler 😀"}); sms.KindOf(err) != sms.KindText {
		t.Errorf("emoji: %v", err)
	}
	if n.Load() != 0 {
		t.Error("it was sent")
	}
	if _, err := c.Send(t.Context(), sms.Message{To: "+905551112233", Body: "Tutar 50 ₺ “peşin”"}); err != nil {
		t.Errorf("typography is made plain: %v", err)
	}
}

func TestTimesOfBulk(t *testing.T) {
	t.Parallel()
	c := client(t, Config{BulkURL: "http://127.0.0.1:1", OTPURL: "http://127.0.0.1:1"})
	now := time.Now()
	texts := []Text{{"05551112233", "x"}}
	for name, k := range map[string]struct {
		b    Bulk
		want sms.Kind
	}{
		"expiry in the past":        {Bulk{Texts: texts, Expire: now.Add(-time.Minute)}, sms.KindParameters},
		"expiry before the start":   {Bulk{Texts: texts, Start: now.Add(time.Hour), Expire: now.Add(time.Minute)}, sms.KindParameters},
		"more than a day":           {Bulk{Texts: texts, Expire: now.Add(25 * time.Hour)}, sms.KindParameters},
		"a code has no times":       {Bulk{Route: sms.RouteOTP, Texts: texts, Expire: now.Add(-time.Minute)}, sms.KindNotSent},
		"a day after a later start": {Bulk{Texts: texts, Start: now.Add(48 * time.Hour), Expire: now.Add(72 * time.Hour)}, sms.KindNotSent},
		"nothing to send":           {Bulk{}, sms.KindParameters},
		"bad number":                {Bulk{Texts: []Text{{"1", "x"}}}, sms.KindNumber},
	} {
		out := c.SendBulk(t.Context(), k.b)
		if len(out) != max(len(k.b.Texts), 1) || sms.KindOf(out[0].Err) != k.want {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

// The OTP host alone knows its ids.
func TestReportsAskBothHosts(t *testing.T) {
	t.Parallel()
	bulk, nBulk := canned(t, "errno=0&errtext=&status=420")
	otp, nOTP := canned(t, "errno=0&errtext=&status=403|x&y=z")
	c := client(t, Config{BulkURL: bulk.URL, OTPURL: otp.URL})
	rows, err := c.Reports(t.Context(), []string{"PG-1,PG-2"})
	if err != nil || len(rows) != 2 || rows[0].Code != "403" || rows[0].Status != sms.StatusFailed || rows[0].Reason != "timed out" {
		t.Errorf("%+v, %v", rows, err)
	}
	if nBulk.Load() != 2 || nOTP.Load() != 2 {
		t.Errorf("%d and %d questions", nBulk.Load(), nOTP.Load())
	}
}
