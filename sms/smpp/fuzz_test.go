package smpp

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// seeds are the PDUs of the vectors.
func seeds(f *testing.F, body bool) {
	f.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		f.Fatal(err)
	}
	var list []struct {
		Kind     string
		Expected struct{ Hex string }
	}
	if err := json.Unmarshal(b, &list); err != nil {
		f.Fatal(err)
	}
	for _, v := range list {
		p, err := hex.DecodeString(v.Expected.Hex)
		if err != nil || len(p) < headerSize {
			continue
		}
		if body {
			p = p[headerSize:]
		}
		f.Add(p)
	}
}

// A stream of anything is read without panic, and what is read is written back
// the same.
func FuzzReadPDU(f *testing.F) {
	seeds(f, false)
	f.Add([]byte("HTTP/1.1 502 Bad Gateway\r\n"))
	f.Add([]byte{0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, z := net.Pipe()
		defer a.Close()
		defer z.Close()
		br := bufio.NewReader(bytes.NewReader(b))
		var again []byte
		for {
			p, err := readPDU(a, br, time.Second)
			if err != nil {
				break
			}
			again = appendPDU(again, p.id, p.status, p.seq, func(b []byte) []byte { return append(b, p.body...) })
			_ = parseID(p.body)
		}
		if !bytes.HasPrefix(b, again) {
			t.Errorf("%x became %x", b, again)
		}
	})
}

func FuzzDelivery(f *testing.F) {
	seeds(f, true)
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parseShort(body)
		if err == nil {
			back := m.append(nil)
			if !bytes.HasPrefix(body, back) {
				t.Errorf("%x became %x", body, back)
			}
			n, err := parseShort(back)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m, n, cmp.AllowUnexported(short{}, address{}, tlv{})); diff != "" {
				t.Error(diff)
			}
		}
		d, _ := parseData(body)
		for _, m := range []short{m, d} {
			if n, ok := readNotice(m, time.UTC); ok && n.id == "" {
				t.Error("a receipt without an id")
			}
			in, concat, err := m.inbound(time.Time{})
			if err == nil && (!utf8.ValidString(in.Text) || in.Text != strings.TrimSpace(in.Raw)) {
				t.Errorf("%+v", in)
			}
			if concat != nil && (concat.Total < 2 || concat.Seq < 1 || concat.Seq > concat.Total) {
				t.Errorf("%+v", concat)
			}
		}
	})
}

func FuzzReceiptText(f *testing.F) {
	for _, s := range []string{
		"id:7E0000A1 sub:001 dlvrd:001 submit date:2611221530 done date:2611221530 stat:DELIVRD err:000 text:Onay kodunuz: 482913",
		"id:123456789 submit date:2611221530 done date:2611221531 stat:UNDELIV err:1B Text:", "ID:1 Stat:DELIVERED", "id:", " x id:1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := ParseReceipt(text)
		if ok != (r.ID != "" || r.Stat != "") {
			t.Errorf("%+v, %v", r, ok)
		}
		if strings.ContainsAny(r.ID+r.Stat+r.Err, " \r\n\t\x00") {
			t.Errorf("%+v", r)
		}
		if r.State().Final() && r.State().status() == "sent" {
			t.Errorf("%+v", r)
		}
	})
}

func FuzzSameID(f *testing.F) {
	f.Add("7E0000A1", "2113929377")
	f.Add("0075BCD15", "0123456789")
	f.Add("ffffffffffffffffffff", "1208925819614629174706175")
	tr := newTracker(IDAuto, 10)
	f.Fuzz(func(t *testing.T, answer, receipt string) {
		// Whatever SameID calls the same, the index of the tracker finds.
		for _, form := range []IDForm{IDAuto, IDSame, IDRespHex, IDRespDec} {
			tr.form = form
			shared := false
			a, b := tr.keys(answer), tr.asked(receipt)
			for i := range a {
				shared = shared || a[i].kind != none && a[i] == b[i]
			}
			if SameID(form, answer, receipt) && !shared && isASCII(answer) && isASCII(receipt) {
				t.Errorf("%s: %q and %q share no key", form, answer, receipt)
			}
		}
	})
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
