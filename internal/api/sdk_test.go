package api_test

import (
	"context"
	"errors"
	"testing"

	"github.com/onay/onay/client"
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
