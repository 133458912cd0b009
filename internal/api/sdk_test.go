package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/onay/onay/client"
	"github.com/onay/onay/sandbox"
)

func TestGoClientSpeaksToTheDoor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	c := client.New(h.url, h.key)
	v, err := c.Verifications.Start(ctx, client.StartRequest{Phone: "0555 111 66 01", Metadata: map[string]string{"basket": "7"}})
	if err != nil || v.Phone != "+905551116601" || v.Message == nil || v.ResendAfter.IsZero() || !v.EndedAt.IsZero() {
		t.Fatal(v, err)
	}
	var e *client.Error
	if _, err := c.Verifications.Resend(ctx, v.ID); !errors.As(err, &e) || e.Code != "resend_too_soon" || e.RetryAfter == 0 {
		t.Errorf("resend: %v", err)
	}
	if r, err := c.Verifications.Check(ctx, v.ID, client.CheckRequest{Code: h.code("5551116601")}); err != nil || !r.Approved {
		t.Fatal(r, err)
	}
	if v, err = c.Verifications.Get(ctx, v.ID); err != nil || v.Status != "approved" || v.EndedAt.IsZero() {
		t.Errorf("get: %v %v", v, err)
	}
	if v, err := c.Verifications.Cancel(ctx, v.ID, "late"); err != nil || v.Status != "approved" {
		t.Errorf("cancel after the end: %v %v", v, err)
	}
	cu, err := c.Customers.Create(ctx, client.NewCustomer{Name: "Ayşe", Surname: "Yılmaz", Phone: "05551116601", Addresses: []client.Address{{City: "İzmir"}}})
	if err != nil || !cu.PhoneVerifiedAt.IsZero() {
		t.Fatal(cu, err)
	}
	if cu, err = c.Customers.VerifyPhone(ctx, cu.ID, v.ID); err != nil || cu.PhoneVerifiedAt.IsZero() {
		t.Errorf("verify: %v %v", cu, err)
	}
	mail := "ayse@ornek.com.tr"
	if cu, err = c.Customers.Update(ctx, cu.ID, client.CustomerChange{Email: &mail, Version: &cu.Version}); err != nil || cu.Email != mail {
		t.Errorf("update: %v %v", cu, err)
	}
	if got, err := c.Customers.Get(ctx, cu.ID); err != nil || got.Version != cu.Version || got.Addresses[0].Country != "TR" {
		t.Errorf("get: %v %v", got, err)
	}
	yes := true
	if p, err := c.Customers.List(ctx, client.CustomerFilter{Query: "YILMAZ", Verified: &yes, List: client.List{Limit: 1}}); err != nil || len(p.Data) != 1 || p.NextCursor != "" {
		t.Errorf("list: %v %v", p, err)
	}
	if _, err := h.log.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for after := ""; ; {
		f, err := c.Events.List(ctx, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range f.Data {
			seen[e.Kind] = true
		}
		if after = f.NextCursor; len(f.Data) == 0 {
			break
		}
	}
	for _, kind := range []string{"verification.created", "verification.approved", "customer.created", "customer.phone_verified"} {
		if !seen[kind] {
			t.Errorf("the feed leaves out %s", kind)
		}
	}
}

func TestGoClientTakesPayments(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	w, account := h.bank()
	c := client.New(h.url, h.key)
	page, err := c.Payments.Create(ctx, client.NewCardPayment{Amount: 24990, OrderReference: "C-1", Customer: &client.Payer{Name: "Ayşe"}})
	if err != nil || page.Status != "created" || page.RedirectURL == "" || page.ExpiresAt.IsZero() || !page.PaidAt.IsZero() {
		t.Fatal(page, err)
	}
	hold := false
	card := &client.Card{Number: sandbox.TestCard, ExpiryMonth: 12, ExpiryYear: 2030, CVV: "123"}
	p, err := c.Payments.Create(ctx, client.NewCardPayment{Amount: 10000, OrderReference: "C-2", Secure3D: "off", Capture: &hold, Card: card, ClientIP: "203.0.113.9"})
	if err != nil || p.Status != "authorized" || p.PosAccount != account || p.AuthCode == "" || p.PaidAt.IsZero() {
		t.Fatal(p, err)
	}
	if p, err = c.Payments.Capture(ctx, p.ID, 9000); err != nil || p.Status != "captured" || p.Captured != 9000 {
		t.Fatal(p, err)
	}
	w.CloseBankDay("")
	if p, err = c.Payments.Refund(ctx, p.ID, 1000, "İade"); err != nil || p.Refunded != 1000 || len(p.Operations) != 2 || p.Operations[1].State != "done" {
		t.Fatal(p, err)
	}
	if list, err := c.Payments.List(ctx, client.PaymentFilter{OrderReference: "C-2"}); err != nil || len(list.Data) != 1 || list.Data[0].ID != p.ID {
		t.Error(list, err)
	}
	var e *client.Error
	if _, err := c.Payments.Void(ctx, p.ID, ""); !errors.As(err, &e) || e.Code != "invalid_state" {
		t.Error(err)
	}
	if s := fmt.Sprintf("%v %+v %#v", *card, client.NewCardPayment{Card: card}, card); strings.Contains(s, "0005") {
		t.Errorf("a card is printed: %s", s)
	}
}
