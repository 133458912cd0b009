package iys_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/onay/onay/iys"
)

func ExampleClient_Add() {
	// A stand-in for İYS that knows the refusal already.
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth2/token" {
			_, _ = fmt.Fprint(w, `{"access_token":"A","refresh_token":"R","expires_in":7200,"refresh_expires_in":14400}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"errors":[{"code":"H174","message":"…"}]}`)
	}))
	defer srv.Close()
	client, err := iys.New(iys.Config{BaseURL: srv.URL, Username: "api@ornekfirma.example", Password: "…", IYSCode: 600001}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	to, _, err := iys.NormalizeRecipient(iys.Mesaj, "0505 000 00 01")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Add(context.Background(), 600001, iys.Consent{
		Recipient: to, Type: iys.Mesaj, Status: iys.Ret, Source: iys.SourceWeb, ConsentDate: time.Now(), RecipientType: iys.Bireysel,
	})
	var e *iys.Error
	switch {
	case errors.As(err, &e) && e.Outcome == iys.AlreadySatisfied:
		fmt.Println(e.Explain("en"))
	case iys.IsAmbiguous(err):
		fmt.Println("repeat the same consent")
	case err != nil:
		fmt.Println(err)
	}
	// Output: the stored status is the same. The refusal stands; keep your own suppression too.
}

func ExampleCalendar_Deadline() {
	given, _ := iys.ParseTime("2026-03-18 10:00:00") // the Wednesday before Ramazan Bayramı
	last, err := iys.NewCalendar().Deadline(given)
	fmt.Println(iys.FormatTime(last), err)
	// Output: 2026-03-24 23:59:59 <nil>
}
