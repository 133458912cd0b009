package pos_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onay/onay/pos"
)

func TestMaskHidesCardsInEverySpelling(t *testing.T) {
	t.Parallel()
	xml := "<Number>" + number + "</Number><Cvv2Val>741</Cvv2Val><Password>gizli+parola/1</Password><Total>741.00</Total>"
	for _, s := range []string{xml, url.QueryEscape(xml), `{"cardNumber":"` + number + `","cvv2":"741","password":"gizli+parola/1"}`, "pan=" + number + "&cv2=741&UserPass=" + url.QueryEscape("gizli+parola/1"),
		"card 4355 0843 5508 4358 cvv: 741", `"{\"cvc\":\"741\",\"pan\":\"4355-0843-5508-4358\"}"`, "Cvv%3E741%3C", "SecurityCode=741", "%3CCvc2%3E741"} {
		got := pos.Mask(s, "gizli+parola/1")
		clean := strings.ReplaceAll(got, "741.00", "")
		if strings.Contains(clean, "741") || strings.Contains(got, "08435508") || strings.Contains(got, "gizli") {
			t.Errorf("%s\nis masked as\n%s", s, got)
		}
	}
}

func TestMaskLeavesTheRest(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"RRN 622210123456", "<OrderId>ABCDEFGHJK2345678923</OrderId>", "hostlogkey 031141836890000201", "20260810 10:55:45", "1234567890123456789012345678901234567890"} {
		if got := pos.Mask(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestShortSecretsAreHiddenWhereTheyStandAlone(t *testing.T) {
	t.Parallel()
	if got := pos.Mask("UserPass=3&Amount=13.30&InstallmentCount=3x", "3"); got != "UserPass=***&Amount=13.30&InstallmentCount=3x" {
		t.Error(got)
	}
}

func FuzzMask(f *testing.F) {
	f.Add("<Number>", "</Number>", "cvv=")
	f.Add("%3E", "&", `"cvc":"`)
	f.Fuzz(func(t *testing.T, before, after, field string) {
		if strings.ContainsAny(before+after+field, "0123456789- ") {
			return // digits, blanks and hyphens would make it another number
		}
		if got := pos.Mask(field + before + number + after); strings.Contains(got, number) {
			t.Errorf("%q", got)
		}
	})
}

func post(t *testing.T, tr pos.Transport, url string) error {
	t.Helper()
	_, _, err := tr.Post(context.Background(), url, "text/plain", nil, []byte("body"))
	return err
}

func TestSentTellsWhetherTheRequestMayHaveArrived(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + closed.Addr().String()
	closed.Close()
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cut.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.ReadAll(r.Body); <-r.Context().Done() }))
	defer silent.Close()
	foreign := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		io.Copy(io.Discard, r.Body)
		return nil, errors.New("connection reset by peer")
	})}
	for name, x := range map[string]struct {
		err  error
		sent bool
	}{
		"refused":      {post(t, pos.Transport{}, refused), false},
		"no such host": {post(t, pos.Transport{}, "https://bank.invalid/"), false},
		"cut":          {post(t, pos.Transport{}, cut.URL), true},
		"silent":       {post(t, pos.Transport{Client: &http.Client{Timeout: 100 * time.Millisecond}}, silent.URL), true},
		"foreign":      {post(t, pos.Transport{Client: foreign}, "https://bank.example/"), true},
		"bad address":  {post(t, pos.Transport{}, "https://bank.example/\x00"), false},
	} {
		var na *pos.NoAnswer
		if !errors.As(x.err, &na) || na.Sent != x.sent {
			t.Errorf("%s: %v", name, x.err)
			continue
		}
		r := na.Result("ORDER")
		if r.OutcomeUncertain() != x.sent || r.SafeToRetry() == x.sent {
			t.Errorf("%s: %s, uncertain %v, safe to retry %v", name, r.Outcome, r.OutcomeUncertain(), r.SafeToRetry())
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBodyArrivesWholeAndIsWipedAfterwards(t *testing.T) {
	t.Parallel()
	var zeros atomic.Int64
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		b, _ := io.ReadAll(r.Body)
		zeros.Add(int64(strings.Count(string(b), "\x00")))
	}))
	for range 5 {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		pos.Transport{}.Post(ctx, slow.URL, "text/plain", nil, []byte(strings.Repeat("4", 8<<20)))
		cancel()
	}
	slow.Close()
	if zeros.Load() > 0 {
		t.Errorf("%d bytes were wiped on the way", zeros.Load())
	}
	body := []byte(number)
	fast := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.ReadAll(r.Body) }))
	defer fast.Close()
	pos.Transport{}.Post(context.Background(), fast.URL, "text/plain", nil, body)
	if strings.Trim(string(body), "\x00") != "" {
		t.Errorf("the body still holds %q", body)
	}
}

func TestHugeAnswerIsCut(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for range 40 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	var na *pos.NoAnswer
	if err := post(t, pos.Transport{}, srv.URL); !errors.As(err, &na) || !na.Sent {
		t.Errorf("%v", err)
	}
}
