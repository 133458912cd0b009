package mutlucell

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

func TestACodeIsBoundedToTheMinute(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]string{"12:00:00": "12:03", "12:00:01": "12:04", "12:00:59": "12:04", "23:58:30": "00:02"} {
		at := house.ReadTime("2026-11-24 "+now, "2006-01-02 15:04:05")
		c := client(t, Config{Now: func() time.Time { return at }, Header: "ORNEK"})
		b, otp, err := c.prepare(sms.Message{To: "05551112233", Body: "Kod 1", Route: sms.RouteOTP})
		if err != nil || !otp {
			t.Fatal(err)
		}
		x, err := c.pack(c.bound(b, otp))
		if err != nil || !strings.Contains(string(x), want+`"><mesaj>`) {
			t.Errorf("at %s: %s, %v", now, x, err)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]sms.Kind{
		"20": sms.KindParameters, "21": sms.KindHeader, "22": sms.KindBalance, "23": sms.KindCredentials, "30": sms.KindCredentials,
		"24": sms.KindThrottled, "25": sms.KindThrottled, "99": sms.KindRefused,
		"$88096497#0.0": sms.KindRefused, "$88096497#": sms.KindAmbiguous, "$88096497": sms.KindAmbiguous, "$#1.0": sms.KindAmbiguous,
		"88096497#1.0": sms.KindAmbiguous, "OK": sms.KindAmbiguous, "": sms.KindAmbiguous, "$88096497#1.0": "", " $88096497#2\r\n": "",
	} {
		calls := 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls++
			_, _ = fmt.Fprint(w, answer)
		}))
		acc, err := client(t, Config{BaseURL: srv.URL, Header: "ORNEK"}).Send(t.Context(), sms.Message{To: "05551112233", Body: "x"})
		srv.Close()
		if sms.KindOf(err) != want || want == "" && acc.ProviderID != "88096497" || calls != 1 {
			t.Errorf("%q: %+v, %v, %d calls", answer, acc, err, calls)
		}
	}
}

func TestQuestionsAreSpacedOut(t *testing.T) {
	t.Parallel()
	var a askedTimes
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	a.next("1", now.Add(FirstReport))
	for i, c := range []struct {
		id    string
		after time.Duration
		due   bool
	}{
		{"1", 0, false}, {"1", FirstReport, true}, {"1", FirstReport + time.Second, false},
		{"2", 0, true}, {"2", ReportEvery - 1, false}, {"2", ReportEvery, true},
	} {
		if got := a.due(c.id, now.Add(c.after)); got != c.due {
			t.Errorf("%d: %v", i, got)
		}
	}
	for i := range 3 * generation {
		a.next(fmt.Sprint("x", i), now)
	}
	if n := len(a.young) + len(a.old); n > 2*generation {
		t.Errorf("%d ids in memory", n)
	}
}

func TestInboxWithoutANumber(t *testing.T) {
	t.Parallel()
	if _, err := client(t, Config{}).Inbox(t.Context(), time.Unix(0, 0), time.Unix(1, 0)); sms.KindOf(err) != sms.KindParameters {
		t.Errorf("got %v", err)
	}
	if list, ok := parseInbox("", "x"); !ok || len(list) != 0 {
		t.Error("an empty text is an empty inbox")
	}
	if _, ok := parseInbox("<html>", "x"); ok {
		t.Error("a page is no inbox")
	}
}
