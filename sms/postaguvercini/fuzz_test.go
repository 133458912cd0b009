package postaguvercini

import (
	"testing"
	"unicode/utf8"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Whatever comes back, each of two messages has an outcome; an accepted one has
// an id, and an answer never proves that the request did not arrive.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"errno=0&errtext=&message_id=PG-1&charge=1&errno=-1003&errtext=x&message_id=&charge=0", "errno=0&message_id=a&message_id=b",
		"errno=-2001&errtext=\xfe", "errno=0&errtext=&status=400|20261122 15:30", "errno=0&errtext=&credit=1840",
		`<SMS-Response><INSERT id="PG-1" res="0"/><INSERT id="" res="-1003"/></SMS-Response>`, "<x><ERROR>ERR1020</ERROR></x>",
		`<?xml version="1.0" encoding="iso-8859-9"?><a><STATUS id="1" res="400|x" gsmno="905"/></a>`,
		soapAnswer("SmsInsert_1_N", "<string>PG-1</string><string>-1003</string>"), soapAnswer("CreditBalance", "1840"),
		"<Envelope><Body><Fault><faultcode>soap:Client</faultcode></Fault></Body></Envelope>",
		`{"StatusCode":200,"Result":[{"MessageId":"1"},{"MessageId":2}]}`, `{"StatusCode":500,"StatusDescription":"x"}`, "<html>", "",
	} {
		f.Add([]byte(s), 200)
		f.Add([]byte(s), 502)
	}
	c := client(f, Config{})
	k := house.Call{Name: "send"}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		for _, transport := range []Transport{TransportHTTP, TransportXML, TransportSOAP, TransportJSON} {
			r := house.Reply{Status: status, Body: body}
			a, err := c.understand(k, r, transport)
			if err != nil {
				if sms.KindOf(err) == sms.KindNotSent {
					t.Errorf("%s: %v", transport, err)
				}
				continue
			}
			out := c.outcomes(k, r, a, transport, job{texts: make([]Text, 2)})
			if len(out) != 2 {
				t.Fatalf("%s: %d outcomes", transport, len(out))
			}
			for _, o := range out {
				if (o.Err == nil) == (o.Accepted.ProviderID == "") || sms.KindOf(o.Err) == sms.KindNotSent {
					t.Errorf("%s: %+v", transport, o)
				}
			}
			for _, row := range a.rows {
				if rep := row.report(); rep.Final != (rep.Status != sms.StatusSent) {
					t.Errorf("%s: %+v", transport, rep)
				}
			}
		}
	})
}

// What is sent by HTTP is read back as it was.
func FuzzLatin5(f *testing.F) {
	f.Add("Şifreniz: 482913 ğüşiöç İ")
	f.Add("₺")
	f.Fuzz(func(t *testing.T, text string) {
		octets, _, ok := latin5(text)
		if ok && utf8.ValidString(text) && !utf8.ValidString(octets) && house.Latin5([]byte(octets)) != text {
			// windows-1254 has other signs at 80 to 9F, which no text has.
			for _, r := range text {
				if r >= 0x80 && r < 0xa0 {
					return
				}
			}
			t.Errorf("%q became %q", text, house.Latin5([]byte(octets)))
		}
	})
}
