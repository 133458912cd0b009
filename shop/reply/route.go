package reply

import (
	"slices"
	"strings"
)

// EventType is what an interactive event does.
type EventType string

// The types.
const (
	OrderConfirm EventType = "order_confirm"
	KeywordReply EventType = "keyword_reply"
	CatchAll     EventType = "catch_all"
)

// OptOutEvent is the id of the built-in event for refusals, which nobody can
// switch off or outrank.
const OptOutEvent = "opt-out"

// Event is one interactive event of an inbound number.
type Event struct {
	ID       string
	Type     EventType
	Inactive bool
	Priority int // smaller first; ties by ID
	// Keywords confirm in an OrderConfirm event and are answered in a
	// KeywordReply event; CancelKeywords cancel.
	Keywords       []string
	CancelKeywords []string
	Strict         bool
	Header         string // the sender header of the reply
}

// Routed says which event takes a message.
type Routed struct {
	Event   string // id; empty if none
	Header  string
	Outcome Outcome
	Result  Result // the reading; of an order event if one took it
}

// Route finds the event that takes a message: a refusal first, then the active
// events by priority. Questions and plain talk pass an order event by; if
// nobody takes them and an order of this phone is open, the order event asks.
// Keywords and strictness of c come from the events and are ignored.
func Route(m Message, orders []Order, events []Event, c Config) Routed {
	active := make([]Event, 0, len(events))
	all := c
	all.Keywords, all.CancelKeywords, all.Strict = nil, nil, false
	for _, e := range events {
		if !e.Inactive {
			active = append(active, e)
			if e.Type == OrderConfirm {
				all.Keywords = append(all.Keywords, e.Keywords...)
			}
		}
	}
	slices.SortStableFunc(active, func(a, b Event) int {
		if a.Priority != b.Priority {
			return a.Priority - b.Priority
		}
		return strings.Compare(a.ID, b.ID)
	})
	plain := Read(m, orders, all)
	switch plain.Intent {
	case OptOut:
		return Routed{Event: OptOutEvent, Outcome: OutcomeOptOut, Result: plain}
	}
	if plain.Outcome == OutcomeIgnoredSender {
		return Routed{Outcome: OutcomeIgnoredSender, Result: plain}
	}
	asker, asked := -1, Result{}
	for i, e := range active {
		switch e.Type {
		case OrderConfirm:
			cfg := c
			cfg.Keywords, cfg.CancelKeywords, cfg.Strict = e.Keywords, e.CancelKeywords, e.Strict
			r := Read(m, orders, cfg)
			switch r.Intent {
			case Confirm, Cancel, Ambiguous, BareReference:
				return Routed{Event: e.ID, Header: e.Header, Outcome: r.Outcome, Result: r}
			case OptOut:
				return Routed{Event: OptOutEvent, Outcome: OutcomeOptOut, Result: r}
			}
			if asker < 0 {
				asker, asked = i, r
			}
		case KeywordReply:
			if e.says(plain.Words) {
				return Routed{Event: e.ID, Header: e.Header, Outcome: OutcomeReplied, Result: plain}
			}
		case CatchAll:
			return Routed{Event: e.ID, Header: e.Header, Outcome: OutcomeReplied, Result: plain}
		}
	}
	if asker >= 0 && anyOpen(m.From, orders) {
		return Routed{Event: active[asker].ID, Header: active[asker].Header, Outcome: OutcomeAskIntent, Result: asked}
	}
	return Routed{Outcome: OutcomeUnhandled, Result: plain}
}

// says whether one word is a keyword, or a keyword with digits behind it.
func (e Event) says(ws []Word) bool {
	for _, k := range e.Keywords {
		k = letters(Fold(k))
		for _, w := range ws {
			if rest, ok := strings.CutPrefix(w.Text, k); ok && k != "" && (rest == "" || allDigits(rest)) {
				return true
			}
		}
	}
	return false
}

func anyOpen(from string, orders []Order) bool {
	from = sender(from)
	for _, o := range orders {
		if o.State.open() {
			for _, p := range o.Phones {
				if e, _, ok := Phone(p); ok && e == from {
					return true
				}
			}
		}
	}
	return false
}
