package spoken_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/shop/spoken"
)

func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Vectors []struct {
			Name   string
			Inputs struct {
				Caller, Today string
				Orders        []struct {
					Ref, Status, Cargo, Label string
					Created                   time.Time
					Phones                    []string
				}
			}
			Expected spoken.Answer
		}
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Vectors) < 12 {
		t.Errorf("only %d vectors", len(f.Vectors))
	}
	for _, v := range f.Vectors {
		now, err := time.Parse("2006-01-02", v.Inputs.Today)
		if err != nil {
			t.Fatal(err)
		}
		var orders []spoken.Order
		for _, o := range v.Inputs.Orders {
			orders = append(orders, spoken.Order{Ref: o.Ref, Status: o.Status, Created: o.Created, Phones: o.Phones, Carrier: o.Cargo, Label: o.Label})
		}
		if d := cmp.Diff(v.Expected, spoken.Say(v.Inputs.Caller, orders, now.Add(12*time.Hour))); d != "" {
			t.Errorf("%s (-want +got)\n%s", v.Name, d)
		}
	}
}

func TestLongNumbersAndStrangers(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 11, 22, 9, 0, 0, 0, time.UTC)
	orders := []spoken.Order{{Ref: "c88728ce28151", Status: "personal_status_2", Created: now.Add(-time.Hour), Phones: []string{"05551112233"}}}
	if got, want := spoken.Say("5551112233", orders, now).Text, "22 Kasım tarihli, son dört hanesi 8 1 5 1 olan siparişiniz işleme alındı."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for caller, want := range map[string]spoken.Kind{"05324445566": spoken.KindUnknown, "": spoken.KindHidden, "gizli": spoken.KindHidden} {
		if got := spoken.Say(caller, orders, now); got.Kind != want || got.Ref != "" {
			t.Errorf("%q: %+v, want %s", caller, got, want)
		}
	}
	if got := spoken.Say("5551112233", orders, now.AddDate(2, 0, 0)); got.Kind != spoken.KindUnknown {
		t.Errorf("an order of two years ago is spoken of: %+v", got)
	}
}
