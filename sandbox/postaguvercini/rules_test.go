package postaguvercini

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

var noon = time.Date(2026, 11, 22, 15, 0, 0, 0, outside.Istanbul)

func newServer(t testing.TB, edit func(*Account)) (*Server, *outside.Core) {
	t.Helper()
	core := outside.NewCore(func() time.Time { return noon }, outside.Limits{})
	t.Cleanup(core.Close)
	a := DefaultAccounts()[0]
	if edit != nil {
		edit(&a)
	}
	s, err := New(core, Config{Accounts: []Account{a}})
	if err != nil {
		t.Fatal(err)
	}
	return s, core
}

func post(s *Server, target, kind, body string) string {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Body.String()
}

const login = "user=onay&password=sandbox-postaguvercini"

func httpSend(s *Server, host, more string) string {
	return post(s, "/"+host+"/api_http/sendsms.asp", "application/x-www-form-urlencoded", login+"&gsm=5301234567&text=Merhaba"+more)
}

// The rules of the two hosts, from the product sheet.
func TestHostRules(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/host_rules.json")
	if err != nil {
		t.Fatal(err)
	}
	var rules []struct {
		Name   string
		Inputs struct {
			Host, DT, DT2 string
			Repeat        int    `json:"repeat_same_text_to_same_number"`
			Checks        string `json:"account_checks"`
			Blacklisted   bool   `json:"number_in_blacklist"`
			Whitelisted   *bool  `json:"number_in_whitelist"`
		}
		Expected struct {
			Accepted    *bool
			Sent        string
			Validity    int `json:"validity_seconds"`
			ValidityMax int `json:"validity_seconds_max"`
			Messages    int `json:"messages_sent"`
			Status      int
		}
	}
	if err := json.Unmarshal(b, &rules); err != nil || len(rules) == 0 {
		t.Fatal(len(rules), err)
	}
	for _, rule := range rules {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			s, core := newServer(t, func(a *Account) {
				a.Checks = rule.Inputs.Checks
				if rule.Inputs.Blacklisted {
					a.Blacklist = []string{"05301234567"}
				}
			})
			more := ""
			if rule.Inputs.DT != "" {
				more += "&dt=" + url.QueryEscape(rule.Inputs.DT)
			}
			if rule.Inputs.DT2 != "" {
				more += "&dt2=" + url.QueryEscape(rule.Inputs.DT2)
			}
			got := ""
			for range max(rule.Inputs.Repeat, 1) {
				got = httpSend(s, rule.Inputs.Host, more)
			}
			fields, err := url.ParseQuery(got)
			if err != nil {
				t.Fatal(err)
			}
			if a := rule.Expected.Accepted; a != nil && *a != (fields.Get("errno") == "0") {
				t.Fatalf("answer %s", got)
			}
			id := fields.Get("message_id")
			batch := s.carrier.Find(id)
			if batch == nil {
				t.Fatalf("answer %s", got)
			}
			phone := func() int { return len(core.Phones.Received("+905301234567")) }
			switch {
			case rule.Expected.Sent == "now" && phone() != 1:
				t.Error("not sent at once")
			case rule.Expected.Sent != "" && rule.Expected.Sent != "now":
				at, ok := parseTime(rule.Expected.Sent, "20060102 15:04")
				if !ok || !batch.Start.Equal(*at) || phone() != 0 {
					t.Errorf("starts %s with %d on the phone", batch.Start, phone())
				}
			}
			if v := rule.Expected.Validity; v != 0 && int(batch.Expire.Sub(batch.Start).Seconds()) != v {
				t.Errorf("validity %s", batch.Expire.Sub(batch.Start))
			}
			if v := rule.Expected.ValidityMax; v != 0 && int(batch.Expire.Sub(batch.Start).Seconds()) > v {
				t.Errorf("validity %s", batch.Expire.Sub(batch.Start))
			}
			if n := rule.Expected.Messages; n != 0 && phone() != n {
				t.Errorf("%d texts on the phone, want %d", phone(), n)
			}
			core.Clock.SetOffset(time.Minute)
			if st := rule.Expected.Status; st != 0 {
				q := post(s, "/bulk/api_http/querysms.asp", "application/x-www-form-urlencoded", login+"&message_id="+id)
				if !strings.HasPrefix(q, fmt.Sprintf("errno=0&errtext=&status=%d|", st)) {
					t.Errorf("status: %s", q)
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	one := "/bulk/api_http/sendsms.asp"
	long := strings.Repeat("a", 481)
	soap := func(op, inside string) string {
		return `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><` + op + ` xmlns="` + soapSpace + `">` + inside + `</` + op + `></soap:Body></soap:Envelope>`
	}
	const soapLogin = "<Username>onay</Username><Password>sandbox-postaguvercini</Password>"
	const jsonLogin = `"Username":"onay","Password":"sandbox-postaguvercini"`
	for name, c := range map[string]struct{ path, kind, body, want string }{
		"no user":             {one, form, "password=x", "errno=-1001&errtext=Kullanici adi gecersiz"},
		"no password":         {one, form, "user=onay", "errno=-1002&errtext=Sifre gecersiz"},
		"wrong password":      {one, form, "user=onay&password=x", "errno=10&errtext=Kullanici adi veya sifre yanlis"},
		"bad number":          {one, form, login + "&gsm=123&text=x", "errno=-1003&errtext=GSM no gecersiz"},
		"two numbers":         {one, form, login + "&gsm=5301234567&gsm=5301234568&text=x", "errno=-1003&errtext=GSM no gecersiz"},
		"no text":             {one, form, login + "&gsm=5301234567", "errno=-1004&errtext=Text parametresi gecersiz"},
		"bad time, bulk":      {one, form, login + "&gsm=5301234567&text=x&dt=yarin", "errno=-1004&errtext=Text parametresi gecersiz"},
		"no message id":       {"/otp/api_http/querysms.asp", form, login, "errno=-1005&errtext=message_id gecersiz"},
		"unknown id":          {"/otp/api_http/querysms.asp", form, login + "&message_id=x", "errno=0&errtext=&status=420"},
		"some of many":        {"/bulk/api_http/sendbulksms.asp", form, login + "&gsm=5301234567&gsm=1&text=x", "errno=0&errtext=&message_id=PG-7E0000A1&charge=1&errno=-1003&errtext=GSM no gecersiz&message_id=&charge=0"},
		"text too long later": {one, form, login + "&gsm=5301234567&text=" + long, "errno=0&errtext=&message_id=PG-7E0000A1&charge=4"},
		"no XML":              {"/bulk/api_xml/Sms_insreq.ASP", "text/xml", "<SMS", "<SMS-Response><ERROR>ERR1050</ERROR></SMS-Response>"},
		"document type":       {"/bulk/api_xml/Sms_insreq.asp", "text/xml", "<!DOCTYPE x><SMS-InsRequest/>", "<SMS-Response><ERROR>ERR1050</ERROR></SMS-Response>"},
		"root of another":     {"/bulk/api_xml/Sms_insreq.asp", "text/xml", "<SMS-StaRequest/>", "<SMS-Response><ERROR>ERR1050</ERROR></SMS-Response>"},
		"XML login":           {"/bulk/api_xml/Cre_balreq.asp", "text/xml", `<CREDIT-BalRequest><CLIENT user="onay" pwd="x"/></CREDIT-BalRequest>`, "<CREDIT-BalResponse><ERROR>10</ERROR></CREDIT-BalResponse>"},
		"XML in ISO-8859-9":   {"/otp/api_xml/Sms_insreq.asp", "text/xml", "<?xml version=\"1.0\" encoding=\"iso-8859-9\"?><SMS-InsRequest><CLIENT user=\"onay\" pwd=\"sandbox-postaguvercini\" from=\"x\"/><INSERT to=\"5301234567\"><TEXT>\xdeifre</TEXT></INSERT></SMS-InsRequest>", `<SMS-Response><INSERT id="PG-7E0000A1" res="0"/></SMS-Response>`},
		"SOAP unknown":        {"/bulk/api_ws/smsservice.asmx", "text/xml", soap("SmsCancel", soapLogin), "<faultcode>soap:Client</faultcode>"},
		"SOAP login":          {"/bulk/api_ws/smsservice.asmx", "text/xml", soap("SmsInsert_1_N", "<Username>onay</Username><Password>x</Password>"), "<SmsInsert_1_NResult><string>10</string></SmsInsert_1_NResult>"},
		"SOAP Recipients":     {"/bulk/api_ws/smsservice.asmx", "text/xml", soap("SmsInsert_1_N", soapLogin+"<Recipients><string>5301234567</string></Recipients><Message>x</Message>"), "<string>-1003</string>"},
		"SOAP pairs":          {"/bulk/api_ws/smsservice.asmx", "text/xml", soap("SmsInsert_N_N", soapLogin+"<Recepients><string>5301234567</string></Recepients><Messages/>"), "<string>-1004</string>"},
		"JSON":                {"/bulk/api_json/v1/Sms/Send_1_N", "application/json", "{", `{"StatusCode":400,"StatusDescription":"Bad Request","Result":null}`},
		"JSON login":          {"/bulk/api_json/v1/Sms/CreditBalance", "application/json", `{"Username":"onay","Password":"x"}`, `{"StatusCode":500,"StatusDescription":"Kullanici adi veya sifre yanlis","Result":null}`},
		"JSON no receiver":    {"/bulk/api_json/v1/Sms/Send_1_N", "application/json", `{"Message":"x",` + jsonLogin + `}`, `{"StatusCode":1060,"StatusDescription":"ERR1060","Result":null}`},
		"JSON too many":       {"/bulk/api_json/v1/Sms/Send_1_N", "application/json", `{"Message":"x","Receivers":[` + strings.Repeat(`"905301234567",`, 800) + `"905301234567"],` + jsonLogin + `}`, `{"StatusCode":1070,"StatusDescription":"ERR1070","Result":null}`},
		"JSON no text":        {"/bulk/api_json/v1/Sms/Send_N_N", "application/json", `{"messages":[{"receiver":"905301234567"}],` + jsonLogin + `}`, `{"StatusCode":1090,"StatusDescription":"ERR1090","Result":null}`},
		"JSON bad time":       {"/bulk/api_json/v1/Sms/Send_1_N", "application/json", `{"Message":"x","Receivers":["905301234567"],"SendDate":"x",` + jsonLogin + `}`, `{"StatusCode":1063,"StatusDescription":"ERR1063","Result":null}`},
		"JSON bad time, OTP":  {"/otp/api_json/v1/Sms/Send_1_N", "application/json", `{"Message":"x","Receivers":["905301234567"],"SendDate":"x","Channel":"BULK",` + jsonLogin + `}`, `{"StatusCode":200,"StatusDescription":"OK","Result":[{"MessageId":"PG-7E0000A1","Receiver":"905301234567","Charge":1}]}`},
		"JSON unknown id":     {"/bulk/api_json/v1/Sms/Status", "application/json", `{"MessageIds":["x"],` + jsonLogin + `}`, `{"StatusCode":200,"StatusDescription":"OK","Result":[{"MessageId":"x","Receiver":"","SmsStatus":"","SmsStatusDescription":"Bilinmiyor ?","IsFinalStatus":"","StatusTime":"","SmsCharge":""}]}`},
		"no such page":        {"/bulk/api_http/inbox.asp", form, login, "<html><body><h1>404 Not Found</h1></body></html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t, nil)
			got := post(s, c.path, c.kind, c.body)
			if got != c.want && !(strings.Contains(c.path, "asmx") && strings.Contains(got, c.want)) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestScriptedEnds(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]map[string]string{
		"5300000002": {"otp": "403", "bulk": "403"}, "5300000003": {"otp": "404", "bulk": "404"},
		"5300000011": {"otp": "409", "bulk": "409"}, "5300000013": {"otp": "400", "bulk": "-202"},
		"5300000015": {"otp": "400", "bulk": "-242"}, "5300000016": {"otp": "400", "bulk": "-241"},
	} {
		for host, status := range want {
			s, core := newServer(t, func(a *Account) { a.Checks = "consent" })
			got := post(s, "/"+host+"/api_http/sendsms.asp?"+login+"&gsm="+number, "application/x-www-form-urlencoded", "text=%DEifre")
			id := strings.TrimSuffix(strings.TrimPrefix(got, "errno=0&errtext=&message_id="), "&charge=1")
			core.Clock.SetOffset(time.Minute)
			q := post(s, "/"+host+"/api_http/querysms.asp", "application/x-www-form-urlencoded", login+"&message_id="+id)
			if !strings.Contains(q, "status="+status+"|") {
				t.Errorf("%s on %s: %s, then %s", number, host, got, q)
			}
			m := core.Phones.Received("+90" + number)
			if (len(m) == 1) != (status == "400") || len(m) == 1 && m[0].Body != "Şifre" {
				t.Errorf("%s on %s: phone shows %+v", number, host, m)
			}
		}
	}
}

func TestHostByName(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, nil)
	for host, code := range map[string]bool{"otpsms.postaguvercini.com": true, "www.postaguvercini.com": false} {
		r := httptest.NewRequest(http.MethodGet, "/api_http/sendsms.asp?"+login+"&gsm=5301234567&text=Merhaba", nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		f, err := url.ParseQuery(w.Body.String())
		b := s.carrier.Find(f.Get("message_id"))
		if err != nil || b == nil || b.Code != code {
			t.Errorf("%s: %s", host, w.Body)
		}
	}
}
