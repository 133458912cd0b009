package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/onay/onay/client"
)

// onay plays a server that knows one code: 123456.
func onay() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/verifications", func(w http.ResponseWriter, r *http.Request) {
		var in client.StartRequest
		json.NewDecoder(r.Body).Decode(&in)
		if len(in.Phone) < 10 {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(422)
			fmt.Fprint(w, `{"status":422,"code":"invalid_phone","field":"phone","detail":"The phone number is not valid.","detail_en":"The phone number is not valid."}`)
			return
		}
		w.WriteHeader(201)
		fmt.Fprint(w, `{"id":"ver_1","phone":"+905551112233","status":"pending","attempts_left":3}`)
	})
	mux.HandleFunc("POST /v1/verifications/ver_1/check", func(w http.ResponseWriter, r *http.Request) {
		var in client.CheckRequest
		json.NewDecoder(r.Body).Decode(&in)
		if in.Code == "123456" {
			fmt.Fprint(w, `{"approved":true,"status":"approved","attempts_left":1}`)
		} else {
			fmt.Fprint(w, `{"approved":false,"status":"pending","attempts_left":2}`)
		}
	})
	mux.HandleFunc("POST /v1/customers", func(w http.ResponseWriter, r *http.Request) {
		var in client.NewCustomer
		json.NewDecoder(r.Body).Decode(&in)
		w.WriteHeader(201)
		json.NewEncoder(w).Encode(map[string]any{"id": "cus_1", "name": in.Name, "surname": in.Surname, "phone": "+905551112233", "phone_verified_at": "2026-11-25T09:30:00Z"})
	})
	mux.HandleFunc("GET /v1/events", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("after") == "7" {
			fmt.Fprint(w, `{"data":[],"next_cursor":"7"}`)
			return
		}
		fmt.Fprint(w, `{"data":[{"seq":7,"kind":"verification.approved","object_id":"ver_1","object_seq":2,"data":{}}],"next_cursor":"7"}`)
	})
	return httptest.NewServer(mux)
}

func ExampleVerifications() {
	server := onay()
	defer server.Close()
	ctx := context.Background()

	c := client.New(server.URL, "onay_live_…")
	v, err := c.Verifications.Start(ctx, client.StartRequest{Phone: "0555 111 22 33"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, typed := range []string{"111111", "123456"} {
		r, err := c.Verifications.Check(ctx, v.ID, client.CheckRequest{Code: typed})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(typed, r.Approved, r.Status, r.AttemptsLeft)
	}
	// Output:
	// 111111 false pending 2
	// 123456 true approved 1
}

func ExampleError() {
	server := onay()
	defer server.Close()

	c := client.New(server.URL, "onay_live_…", client.WithLanguage("en"))
	_, err := c.Verifications.Start(context.Background(), client.StartRequest{Phone: "12"})
	if e := (*client.Error)(nil); errors.As(err, &e) {
		fmt.Println(e.Code, e.Field, e.Detail)
	}
	// Output: invalid_phone phone The phone number is not valid.
}

func ExampleCustomers_Create() {
	server := onay()
	defer server.Close()

	c := client.New(server.URL, "onay_live_…")
	ctx := client.WithIdempotencyKey(context.Background(), "erp-card-42")
	card, err := c.Customers.Create(ctx, client.NewCustomer{Name: "Ayşe", Surname: "Yılmaz", Phone: "0555 111 22 33", VerificationID: "ver_1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(card.Name, card.Surname, card.Phone, !card.PhoneVerifiedAt.IsZero())
	// Output: Ayşe Yılmaz +905551112233 true
}

func ExampleEvents_List() {
	server := onay()
	defer server.Close()

	c := client.New(server.URL, "onay_live_…")
	for after := ""; ; { // keep the cursor with your data
		feed, err := c.Events.List(context.Background(), after, 100)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, e := range feed.Data {
			fmt.Println(e.Kind, e.ObjectID)
		}
		if len(feed.Data) == 0 {
			break
		}
		after = feed.NextCursor
	}
	// Output: verification.approved ver_1
}
