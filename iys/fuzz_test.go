package iys

import (
	"bytes"
	"testing"
	"time"
)

// No answer with a code below 500 is ambiguous, and every refusal has an outcome.
func FuzzJudge(f *testing.F) {
	for _, s := range []string{
		`{"errors":[{"code":"H117","location":["type",3],"value":"X","message":"m","index":0}]}`, `{"errors":{"code":"H1050"}}`,
		`{"code":"H084"}`, `{"code:":123}`, `{"error":"invalid_request","error_description":"x"}`, `<html>`, `{"errors":[null]}`, "",
	} {
		f.Add([]byte(s), 400, true)
		f.Add([]byte(s), 500, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int, write bool) {
		e := call{name: "add", write: write, sent: Ret}.judge(status, body)
		if e.Outcome == "" || e.Outcome == Registered || e.Outcome == Queued {
			t.Errorf("outcome %q", e.Outcome)
		}
		if e.NotSent || e.Ambiguous && (!write || e.Code != "" && status < 500) {
			t.Errorf("%+v", e)
		}
		last := -1
		for _, i := range e.Indexes() {
			if i <= last {
				t.Errorf("indexes %v", e.Indexes())
			}
			last = i
		}
		_ = e.Explain("tr") + e.Error()
	})
}

// Only a success with a transaction id is ever registered.
func FuzzBatchResult(f *testing.F) {
	f.Add([]byte(`[{"index":1,"status":"success","transactionId":"t"},{"index":"0","status":"failure","error":{"code":"H175"}}]`))
	f.Add([]byte(`[{"index":2,"status":"enqueue","subrequestId":"s"}]`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		b, ok := readBatchResult(body)
		last := 0
		for _, i := range b.Items {
			if !ok || i.Index < last || i.Index >= MaxBatch || (i.State == ItemRegistered) != (i.State == ItemRegistered && i.TransactionID != "") || i.State == ItemPending && !b.Pending {
				t.Errorf("%+v", b)
			}
			last = i.Index
			if e := i.Failure(Onay); e != nil && e.Outcome == AlreadySatisfied {
				t.Errorf("%+v", e)
			}
		}
		_, _, _ = readBatch(body, 1)
		_, _, _ = readHistory(body, 1)
	})
}

func FuzzToken(f *testing.F) {
	f.Add([]byte(`{"access_token":"A","refresh_token":"R","expires_in":7200,"refresh_expires_in":"14400"}`))
	f.Add([]byte(`{"access_token":"A","expires_in":9223372036854775807}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		now := time.Unix(1_800_000_000, 0)
		if s, ok := readToken(body, now); ok && (s.Access == "" || !s.AccessExpires.After(now) || s.RefreshExpires.Before(now)) {
			t.Errorf("%v", s)
		}
	})
}

func FuzzPushes(f *testing.F) {
	f.Add([]byte(`{"list":[{"brandCode":600001,"recipient":"A@X.com","type":"EPOSTA","status":"RET","consentDate":""}]}`))
	f.Add([]byte(`[{"submitid":"u","recipient":"905050000001","type":"MESAJ","errcode":"H467"}]`))
	f.Add([]byte(`{"SUBMITID":"u","recipient":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if list, err := ParsePush(body); err == nil {
			b := NewBook()
			for _, m := range list {
				b.Apply(m)
				if m.Status != Onay && m.Status != Ret && b.Known(m.Key()) && len(list) == 1 {
					t.Errorf("%+v", m)
				}
			}
		}
		if list, err := ParseNetgsmPush(body); err == nil {
			for _, v := range list {
				if v.Recipient == "" || v.Code == "null" {
					t.Errorf("%+v", v)
				}
				_ = v.Mark()
			}
		}
	})
}

// A file that can be read is written the same once it is in order.
func FuzzDayFile(f *testing.F) {
	f.Add([]byte(dayHeader + "\n2026-02-10 09:41:00,t,a@example.com,BIREYSEL,EPOSTA,ONAY,2026-02-10 09:40:05,HS_WEB\n"))
	f.Add([]byte("2026-02-10 09:41:00,t,+905050000001,TACIR,MESAJ,RET,,IYS_WEB\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		list, err := ParseDayFile(file)
		if err != nil || bytes.ContainsAny(file, "\"\r") {
			return
		}
		again, err := ParseDayFile(DayFile(list, true))
		if err != nil || len(again) != len(list) {
			t.Errorf("%d rows, then %d: %v", len(list), len(again), err)
		}
	})
}

// What is normalised is valid, and stays as it is.
func FuzzRecipient(f *testing.F) {
	for _, s := range []string{"0505 000 00 01", "+9005050000001", "00905050000001", "Ornek.Kisi+Bulten@Example.COM", "örnek@mail.com", "+49 151 23456789", "İ@x.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, typ := range Types {
			s, _, err := NormalizeRecipient(typ, raw)
			if err != nil {
				continue
			}
			if again, repaired, err := NormalizeRecipient(typ, s); err != nil || again != s || repaired || addressFaults(typ, s) != nil {
				t.Errorf("%q gives %q and then %q, %v", raw, s, again, err)
			}
		}
	})
}

func FuzzTime(f *testing.F) {
	f.Add("2026-02-10 09:40:05")
	f.Add("2015-11-20T10:00:00Z")
	f.Fuzz(func(t *testing.T, s string) {
		at, err := ParseTime(s)
		if err != nil || at.IsZero() {
			return
		}
		if y := at.In(Istanbul).Year(); y < 1 || y > 9999 {
			return
		}
		if again, err := ParseTime(FormatTime(at)); err != nil || !again.Equal(at.Truncate(time.Second)) && at.Year() > 2016 {
			t.Errorf("%q: %s and then %s, %v", s, at, again, err)
		}
		_, _ = NewCalendar().Deadline(at)
	})
}
