package netgsm

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func otpXML(password, text, no string) string {
	return `<?xml version="1.0" encoding="iso-8859-9"?><mainbody><header><usercode>8500000000</usercode><password>` + password +
		`</password><msgheader>ONAY</msgheader></header><body><msg><![CDATA[` + text + `]]></msg><no>` + no + `</no></body></mainbody>`
}

func TestLegacyOTP(t *testing.T) {
	t.Parallel()
	good := url.Values{"usercode": {"8500000000"}, "password": {"sandbox-netgsm"}, "msgheader": {"ONAY"}, "msg": {"Kod 1"}, "no": {"5551112233"}}
	bad := url.Values{"usercode": {"8500000000"}, "password": {"x"}}
	cases := []struct{ name, method, path, body, want string }{
		{"XML accepted", "POST", "/sms/send/otp", otpXML("sandbox-netgsm", "Kod 1", "5551112233"), "0"},
		{"XML with slash", "POST", "/sms/send/otp/", otpXML("sandbox-netgsm", "Kod 1", "5551112233"), "0"},
		{"XML login", "POST", "/sms/send/otp", otpXML("no", "Kod 1", "5551112233"), "30"},
		{"XML number", "POST", "/sms/send/otp", otpXML("sandbox-netgsm", "Kod 1", "12"), "50"},
		{"XML two numbers", "POST", "/sms/send/otp", otpXML("sandbox-netgsm", "Kod 1", "5551112233</no><no>5551112234"), "50"},
		{"XML text", "POST", "/sms/send/otp", otpXML("sandbox-netgsm", strings.Repeat("x", 161), "5551112233"), "20"},
		{"no XML", "POST", "/sms/send/otp", "hello", "70"},
		{"GET accepted", "GET", "/sms/send/otp/?" + good.Encode(), "", "0"},
		{"GET login", "GET", "/sms/send/otp?" + bad.Encode(), "", "30"},
	}
	for _, c := range cases {
		s, core := newServer(t, nil)
		got := call(s, c.method, c.path, "text/xml", c.body, false)
		var v struct {
			Main struct {
				Code  string `xml:"code"`
				JobID string `xml:"jobID"`
				Error string `xml:"error"`
			} `xml:"main"`
		}
		if err := xml.Unmarshal([]byte(got.body), &v); err != nil {
			t.Fatalf("%s: %s: %v", c.name, got.body, err)
		}
		accepted := c.want == "0"
		if got.status != 200 || v.Main.Code != c.want || (len(v.Main.JobID) == 26) != accepted || (v.Main.Error == "") != accepted {
			t.Errorf("%s: %s", c.name, got.body)
		}
		if n := len(core.Phones.Received("+905551112233")); (n == 1) != accepted {
			t.Errorf("%s: %d texts", c.name, n)
		}
	}
}

func TestLegacySend(t *testing.T) {
	t.Parallel()
	head := `<mainbody><header><company%s>Netgsm</company><usercode>8500000000</usercode><password>sandbox-netgsm</password><type>%s</type><msgheader>ONAY</msgheader></header><body>%s</body></mainbody>`
	cases := []struct{ name, attr, kind, body, code, text string }{
		{"transliterated", "", "1:n", "<msg>Çağrı</msg><no>5551112233</no><no>5551112234</no>", "00", "Cagri"},
		{"kept with dil", ` dil="TR"`, "1:n", "<msg>Çağrı</msg><no>5551112233</no>", "00", "Çağrı"},
		{"pairs", "", "n:n", "<mp><msg>a</msg><no>5551112233</no></mp><mp><msg>b</msg><no>00491701234567</no></mp>", "00", "a"},
		{"unknown type", "", "x", "<msg>a</msg><no>5551112233</no>", "70", ""},
		{"bad number", "", "1:n", "<msg>a</msg><no>1</no>", "70", ""},
	}
	for _, c := range cases {
		s, core := newServer(t, nil)
		got := call(s, "POST", "/sms/send/xml", "text/xml", fmt.Sprintf(head, c.attr, c.kind, c.body), false)
		code, id, _ := strings.Cut(got.body, " ")
		m := core.Phones.Received("+905551112233")
		if code != c.code || c.text != "" && (len(id) != 26 || len(m) != 1 || m[0].Body != c.text) {
			t.Errorf("%s: %q, phone %+v", c.name, got.body, m)
		}
	}
	s, core := newServer(t, nil)
	form := url.Values{"usercode": {"8500000000"}, "password": {"sandbox-netgsm"}, "msgheader": {"ONAY"}, "message": {"ığüşöç & +"},
		"gsmno": {"5551112233,5551112234"}, "dil": {"TR"}}
	if got := call(s, "POST", "/sms/send/get/", "application/x-www-form-urlencoded", form.Encode(), false); !strings.HasPrefix(got.body, "00 ") {
		t.Errorf("form: %q", got.body)
	}
	if m := core.Phones.Received("+905551112234"); len(m) != 1 || m[0].Body != "ığüşöç & +" {
		t.Errorf("form: phone %+v", m)
	}
}

func TestScheduleCancelAndMove(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, nil)
	plan := func() string {
		return jobOf(t, rest(s, "send", `{"msgheader":"ONAY","startdate":"241120261400","messages":[{"msg":"x","no":"5551112233"}]}`))
	}
	texts := func() int { return len(core.Phones.Received("+905551112233")) }
	edit := func(id, kind, from, to string) string {
		return call(s, "POST", "/sms/edit", "text/xml", `<mainbody><header><usercode>8500000000</usercode><password>sandbox-netgsm</password><startdate>`+
			from+`</startdate><stopdate>`+to+`</stopdate><gorevid>`+id+`</gorevid><type>`+kind+`</type></header></mainbody>`, false).body
	}
	gone, moved, kept := plan(), plan(), plan()
	if texts() != 0 {
		t.Fatal("sent before its time")
	}
	if code := codeOf(t, rest(s, "cancel", `{"jobid":"`+gone+`"}`)); code != "00" {
		t.Errorf("cancel: %s", code)
	}
	if code := codeOf(t, rest(s, "cancel", `{"jobid":"`+gone+`"}`)); code != "60" {
		t.Errorf("cancel twice: %s", code)
	}
	for want, got := range map[string]string{
		"40": edit("", "0", "", ""), "42": edit(moved, "9", "", ""), "43": edit(moved, "1", "", ""),
		"45": edit(moved, "1", "x", "241120261800"), "47": edit(moved, "1", "231120261200", "241120261800"),
		"49": edit(moved, "1", "241120261600", "241120261630"), "60": edit("1", "0", "", ""),
		"00": edit(moved, "1", "241120261600", "241120261800"),
	} {
		if got != want {
			t.Errorf("edit: %s, want %s", got, want)
		}
	}
	core.Clock.SetOffset(2 * time.Hour)
	if texts() != 1 {
		t.Errorf("%d texts at two, want 1", texts())
	}
	if code := codeOf(t, rest(s, "cancel", `{"jobid":"`+kept+`"}`)); code != "60" {
		t.Errorf("cancel after start: %s", code)
	}
	core.Clock.SetOffset(4*time.Hour + time.Minute)
	if texts() != 2 {
		t.Errorf("%d texts at four, want 2", texts())
	}
	if code := codeOf(t, rest(s, "report", `{"jobids":["`+gone+`"]}`)); code != "60" {
		t.Errorf("report of a cancelled task: %s", code)
	}
}

func TestReportForms(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, func(a *Account) { a.Unlimited = true })
	id := jobOf(t, rest(s, "send", `{"msgheader":"ONAY","referansID":"r1","messages":[{"msg":"x","no":"5321112233"},{"msg":"y","no":"5421112203"}]}`))
	core.Clock.SetOffset(time.Minute)
	for body, want := range map[string]string{
		`{"jobids":["` + id + `"],"pagesize":101}`: "70",
		`{}`:                               "70",
		`{"startdate":"x","stopdate":"y"}`: "70",
		`{"startdate":"24.11.2026 00:00:00","stopdate":"24.11.2026 23:59:59"}`:          "00",
		`{"startdate":"23.11.2026 00:00:00","stopdate":"23.11.2026 23:59:59"}`:          "60",
		`{"jobids":["` + id + `"],"pagesize":1,"pagenumber":2}`:                         "60",
		`{"jobids":[` + strings.TrimSuffix(strings.Repeat(`"`+id+`",`, 51), ",") + `]}`: "70",
		`{"jobids":["` + id + `"],"pagesize":1,"pagenumber":1,"foo":true}`:              "00",
		`{"jobids":["12345678901234567890123456"]}`:                                     "60",
	} {
		if got := rest(s, "report", body); codeOf(t, got) != want {
			t.Errorf("%s: %s, want %s", body, got.body, want)
		}
	}
	if got := call(s, "POST", "/sms/rest/v2/report", "text/plain", `{"jobids":["`+id+`"]}`, true); codeOf(t, got) != "70" {
		t.Errorf("without a JSON content type: %s", got.body)
	}
	if got := rest(s, "report", `{"jobids":["`+id+`"]}`); strings.Count(got.body, `"referansID":"r1"`) != 2 {
		t.Errorf("reference: %s", got.body)
	}
	base := "/sms/report/?usercode=8500000000&password=sandbox-netgsm&bulkid=" + id
	for query, want := range map[string]string{
		"&type=0":           "905321112233 1<br>905421112203 3",
		"&type=1&version=2": id + " 905321112233 1 30 1 24.11.2026 12:00:02 0<br>" + id + " 905421112203 3 10 1 24.11.2026 12:00:02 105",
		"&type=0&version=3": id + " 1 0<br>" + id + " 3 105",
		"&type=0&status=3":  "905421112203 3",
		"&type=0&status=11": "60",
		"&type=9":           "70",
		"&type=2&bastar=241120260000&bittar=241120262359&telno=05321112233": id + " 905321112233 1",
	} {
		if got := call(s, "GET", base+query, "", "", false); got.body != want {
			t.Errorf("%s: %q, want %q", query, got.body, want)
		}
	}
	stats := rest(s, "stats", `{"jobid":"`+id+`","sendDate":"24112026"}`)
	if !strings.Contains(stats.body, `"status":"delivered"`) || !strings.Contains(stats.body, `"status":"undelivered"`) {
		t.Errorf("stats: %s", stats.body)
	}
}

func TestAccountCalls(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, func(a *Account) { a.AllowedIPs = []string{"192.0.2.1", "2001:db8::/32"} })
	creds := `"usercode":"8500000000","password":"sandbox-netgsm"`
	cases := []struct{ method, path, body, want string }{
		{"GET", "/sms/rest/v2/msgheader?appname=x", "", `{"code":"00","msgheaders":["ONAY","ORNEKFIRMA","8500000000"],"describtion":"Success"}`},
		{"POST", "/balance", `{` + creds + `,"stip":2}`, `{"balance":"57,860","code":"00"}`},
		{"POST", "/balance", `{` + creds + `,"stip":1}`, `{"balance":[{"amount":100000,"balance_name":"Adet SMS"},{"amount":100000,"balance_name":"Adet OTP SMS"}]}`},
		{"POST", "/balance", `{` + creds + `,"stip":7}`, `{"code":"70","jobid":null,"description":"invalid parameter"}`},
		{"POST", "/balance", `{"usercode":"1","password":"2","stip":2}`, `{"code":"30","jobid":null,"description":"invalid credentials or permission"}`},
		{"GET", "/balance/list/get?usercode=8500000000&password=sandbox-netgsm", "", "00 57,860"},
		{"GET", "/balance/list/get/?usercode=8500000000&password=sandbox-netgsm&tip=1", "", "100000 | Adet | SMS<BR>100000 | Adet | OTP SMS<BR>"},
		{"POST", "/sms/header", `{` + creds + `}`, `{"msgheader":["ONAY","ORNEKFIRMA","8500000000"]}`},
		{"GET", "/sms/header/?usercode=8500000000&password=sandbox-netgsm", "", "ONAY<br>ORNEKFIRMA<br>8500000000"},
		{"GET", "/sms/header?usercode=8500000000&password=x", "", "30"},
		{"POST", "/sms/rest/v2/length", `{"context":"` + strings.Repeat("a", 200) + `","encoding":11}`, `{"charsLeft":688,"charsLeftUntilNextPart":96,"charsUsed":200,"parts":2}`},
		{"POST", "/sms/rest/v2/length", `{"context":"` + strings.Repeat("a", 100) + `","encoding":11}`, `{"charsLeft":788,"charsLeftUntilNextPart":55,"charsUsed":100,"parts":1}`},
		{"GET", "/sms/rest/v9/nothing", "", "<html><body><h1>404 Not Found</h1></body></html>"},
	}
	for _, c := range cases {
		if got := call(s, c.method, c.path, "application/json", c.body, true); got.body != c.want {
			t.Errorf("%s %s: %s\nwant %s", c.method, c.path, got.body, c.want)
		}
	}
}

func TestBlacklist(t *testing.T) {
	t.Parallel()
	s, core := newServer(t, nil)
	change := func(tip, numbers string) string {
		return call(s, "POST", "/sms/blacklist", "text/xml", `<mainbody><header><usercode>8500000000</usercode><password>sandbox-netgsm</password><tip>`+
			tip+`</tip></header><body>`+numbers+`</body></mainbody>`, false).body
	}
	const one = "<number>5551112233</number>"
	send := func(text string) int {
		rest(s, "send", `{"msgheader":"ONAY","messages":[{"msg":"`+text+`","no":"5551112233"}]}`)
		return len(core.Phones.Received("+905551112233"))
	}
	if got := change("1", one); got != "OK" || send("a") != 0 {
		t.Errorf("added: %s, and a message came", got)
	}
	if code := codeOf(t, rest(s, "otp", goodOTP)); code != "00" || len(core.Phones.Received("+905551112233")) != 1 {
		t.Errorf("a code must come: %s", code)
	}
	if got := change("2", one); got != "OK" || send("b") != 2 {
		t.Errorf("removed: %s", got)
	}
	for want, got := range map[string]string{"60": change("3", one), "70": change("1", ""), "40": change("1", strings.Repeat(one, 121))} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
