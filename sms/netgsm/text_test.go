package netgsm

import (
	"strings"
	"testing"

	"github.com/onay/onay/sms"
)

func TestOTPText(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text, sent string // sent empty: refused before the network
	}{
		"Turkish letters":        {"Şifreniz: ÇĞİÖŞÜ çğıöşü 1", "Sifreniz: CGIOSU cgiosu 1"},
		"typography":             {"“Kod” – 12…", `\"Kod\" - 12...`},
		"150 units":              {strings.Repeat("a", 150), strings.Repeat("a", 150)},
		"151 units":              {strings.Repeat("a", 151), ""},
		"an escape costs two":    {strings.Repeat("a", 149) + "[", ""},
		"letters count, not UTF": {strings.Repeat("ş", 150), strings.Repeat("s", 150)},
		"emoji":                  {"Kod 1 👍", ""},
		"empty":                  {" ", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string]canned{restOTP: {status: 200, body: `{"code":"00","jobId":"1"}`}})
			m := otpMessage()
			m.Body = c.text
			_, err := s.client(t, nil).Send(t.Context(), m)
			if c.sent == "" {
				if sms.KindOf(err) != sms.KindText || s.count(restOTP) != 0 {
					t.Errorf("got %v after %d calls", err, s.count(restOTP))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := `{"msgheader":"ORNEKFIRMA","msg":"` + c.sent + `","no":"5550000001"}`
			if got := <-s.bodies; got != want {
				t.Errorf("sent %s, want %s", got, want)
			}
		})
	}
}

func TestBulkChoosesTheEncoding(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text     string
		encoding sms.Encoding
		want     string
	}{
		"plain stays without":   {"Siparis 1", "", `"iysfilter":"0","messages":[{"msg":"Siparis 1"`},
		"Turkish letters":       {"Sipariş 1", "", `"encoding":"TR","iysfilter":"0","messages":[{"msg":"Sipariş 1"`},
		"lira sign is no emoji": {"5 ₺", "", `"iysfilter":"0","messages":[{"msg":"5 TL"`},
		"emoji":                 {"Tamam 👍", "", `"encoding":"UNICODE","iysfilter":"0","messages":[{"msg":"Tamam 👍"`},
		"plain wanted":          {"Çok şık", sms.EncodingPlain, `"iysfilter":"0","messages":[{"msg":"Cok sik"`},
		"line ends and quotes":  {"a\n\"b\"\\\x01", "", `"messages":[{"msg":"a\n\"b\"\\\u0001"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string]canned{restSend: {status: 200, body: `{"code":"00","jobid":"1"}`}})
			_, err := s.client(t, nil).Send(t.Context(), sms.Message{To: "05550000001", Body: c.text, Encoding: c.encoding})
			if err != nil {
				t.Fatal(err)
			}
			if got := <-s.bodies; !strings.Contains(got, c.want) {
				t.Errorf("sent %s, want %s", got, c.want)
			}
		})
	}
}

func TestXMLTextCannotBreakOut(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string]canned{xmlSend: {status: 200, body: "00 1"}})
	c := s.client(t, func(c *Config) { c.Transport = TransportXML; c.Password = "a<b&c" })
	_, err := c.SendBulk(t.Context(), Bulk{Texts: []Text{{"5550000001", "a]]>b\x01"}, {"5550000002", "c"}}})
	if err != nil {
		t.Fatal(err)
	}
	got := <-s.bodies
	for _, want := range []string{
		"<password>a&lt;b&amp;c</password>", "<type>n:n</type>",
		"<mp><msg><![CDATA[a]]]]><![CDATA[>b]]></msg><no>5550000001</no></mp><mp><msg><![CDATA[c]]></msg>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
}
