package reply_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/onay/onay/shop/reply"
)

// vector is one known answer of testdata/vectors.json.
type vector struct {
	Name, Group string
	Inputs      struct {
		From, Text, Raw      string
		Template, Arg0, Arg1 string
		Orders               []struct {
			Ref             string
			Aliases, Phones []string
			State           reply.State
			StoreStatus     string  `json:"store_status"`
			AgeH            float64 `json:"age_h"`
		}
		SentTexts []string `json:"sent_texts"`
		Config    struct {
			Keywords      []string
			StrictKeyword bool     `json:"strict_keyword"`
			OwnNumbers    []string `json:"own_numbers"`
		}
		Events []struct {
			ID       string
			Type     reply.EventType
			Priority int
			Keywords []string
			Header   string
			Active   *bool
			Strict   bool `json:"strict_keyword"`
		}
	}
	Expected struct {
		Intent        reply.Intent
		Outcome       reply.Outcome
		Refs, Suggest []string
		Reply         bool
		Flags         []reply.Flag
		Valid         bool
		E164, Event   string
		MobileTR      bool   `json:"mobile_tr"`
		ReplyHeader   string `json:"reply_header"`
		Text          string
	}
}

func vectors(t testing.TB) (out []vector) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Vectors []vector }
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	return f.Vectors
}

func (v vector) message() reply.Message {
	return reply.Message{From: v.Inputs.From, Text: v.Inputs.Text, Sent: v.Inputs.SentTexts}
}

func (v vector) orders() (out []reply.Order) {
	for _, o := range v.Inputs.Orders {
		out = append(out, reply.Order{Ref: o.Ref, Aliases: o.Aliases, Phones: o.Phones, State: o.State, StoreStatus: o.StoreStatus,
			Age: time.Duration(o.AgeH * float64(time.Hour))})
	}
	return out
}

func (v vector) config() reply.Config {
	c := v.Inputs.Config
	return reply.Config{Keywords: c.Keywords, Strict: c.StrictKeyword, OwnNumbers: c.OwnNumbers}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	counted := map[string]int{}
	for _, v := range vectors(t) {
		counted[v.Group]++
		t.Run(v.Name, func(t *testing.T) {
			switch e := v.Expected; v.Group {
			case "inbound-sms":
				got := reply.Read(v.message(), v.orders(), v.config())
				want := got
				want.Intent, want.Outcome, want.Refs, want.Reply, want.Flags = e.Intent, e.Outcome, e.Refs, e.Reply, e.Flags
				if e.Suggest != nil {
					want.Suggest = e.Suggest
				}
				if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("%q (-want +got)\n%s", v.Inputs.Text, d)
				}
			case "phone":
				e164, mobile, ok := reply.Phone(v.Inputs.Raw)
				if ok != e.Valid || e164 != e.E164 || mobile != e.MobileTR {
					t.Errorf("Phone(%q) = %q, %v, %v; want %q, %v, %v", v.Inputs.Raw, e164, mobile, ok, e.E164, e.MobileTR, e.Valid)
				}
			case "event-priority":
				var events []reply.Event
				for _, x := range v.Inputs.Events {
					events = append(events, reply.Event{ID: x.ID, Type: x.Type, Priority: x.Priority, Keywords: x.Keywords, Header: x.Header,
						Inactive: x.Active != nil && !*x.Active, Strict: x.Strict})
				}
				got := reply.Route(v.message(), v.orders(), events, v.config())
				if got.Event != e.Event || got.Outcome != e.Outcome || e.ReplyHeader != "" && got.Header != e.ReplyHeader {
					t.Errorf("%q: got %q %q %q, want %q %q %q", v.Inputs.Text, got.Event, got.Outcome, got.Header, e.Event, e.Outcome, e.ReplyHeader)
				}
				if e.Refs != nil && !cmp.Equal(got.Result.Refs, e.Refs) {
					t.Errorf("refs %q, want %q", got.Result.Refs, e.Refs)
				}
			case "template":
				if got := reply.Fill(v.Inputs.Template, v.Inputs.Arg0, v.Inputs.Arg1); got != e.Text {
					t.Errorf("got %q, want %q", got, e.Text)
				}
			}
		})
	}
	if counted["inbound-sms"] < 130 || counted["phone"] < 20 || counted["event-priority"] < 10 || counted["template"] < 6 {
		t.Errorf("too few vectors: %v", counted)
	}
}
