package postaguvercini

import (
	"fmt"
	"testing"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/housetest"
	"github.com/onay/onay/sms/smstest"
)

const secret = "gizli-12"

func soapAnswer(operation, s string) string {
	return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><` + operation +
		`Response xmlns="` + soapSpace + `"><` + operation + `Result>` + s + `</` + operation + `Result></` + operation + `Response></soap:Body></soap:Envelope>`
}

func soapStringAnswer(s string) string { return soapAnswer("SmsInsert_1_N", "<string>"+s+"</string>") }

func TestConformance(t *testing.T) {
	t.Parallel()
	type words struct {
		accept       func(n int) string
		login, limit string
	}
	for transport, w := range map[Transport]words{
		TransportHTTP: {
			func(n int) string { return fmt.Sprintf("errno=0&errtext=&message_id=PG-7E%08X&charge=1", n) },
			"errno=10&errtext=Kullanici adi veya sifre yanlis", "errno=-2002&errtext=Veritabani hatasi",
		},
		TransportXML: {
			func(n int) string {
				return fmt.Sprintf(`<SMS-Response><INSERT id="PG-7E%08X" res="0"/></SMS-Response>`, n)
			},
			`<SMS-Response><ERROR>10</ERROR></SMS-Response>`, `<x><ERROR>Hata: ERR1020</ERROR></x>`,
		},
		TransportSOAP: {
			func(n int) string { return soapStringAnswer(fmt.Sprintf("PG-7E%08X", n)) },
			soapStringAnswer("10"), soapStringAnswer("-2001"),
		},
		TransportJSON: {
			func(n int) string {
				return fmt.Sprintf(`{"StatusCode":200,"StatusDescription":"OK","Result":[{"MessageId":"PG-7E%08X","Receiver":"905550000001","Charge":1}]}`, n)
			},
			`{"StatusCode":500,"StatusDescription":"Invalid username or password","Result":null}`, `{"StatusCode":1010,"StatusDescription":"ERR1010","Result":null}`,
		},
	} {
		t.Run(string(transport), func(t *testing.T) {
			t.Parallel()
			housetest.House{
				Accept: w.accept,
				Refuse: map[smstest.Situation]housetest.Answer{
					smstest.RefuseLogin: {Body: w.login}, smstest.Throttle: {Body: w.limit},
				},
				New: func(t *testing.T, url string, s smstest.Situation) sms.Sender {
					cfg := Config{BulkURL: url, OTPURL: url, Username: "ornek", Password: secret, Transport: transport, Headers: []string{"ORNEKFIRMA"}}
					if s == smstest.RefuseHeader {
						cfg.Headers = []string{"BASKA"} // the house cannot refuse what it is not told
					}
					c, err := New(cfg, nil)
					if err != nil {
						t.Fatal(err)
					}
					return c
				},
				Secrets: []string{secret},
			}.Run(t)
		})
	}
}
