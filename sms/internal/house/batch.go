package house

import (
	"context"
	"errors"

	"github.com/onay/onay/sms"
)

// Item is a message of a batch that passed the checks.
type Item[T any] struct {
	Value T
	// Phone is set where reports are told apart by phone alone: then a call
	// holds each phone once.
	Phone string
	// Key divides what cannot share a call, for example another encoding.
	Key string
}

// SendBatch checks every message, groups those that passed and hands the
// groups over one after the other. send gives one outcome for each value, in
// order; when it gives another number nobody knows which is which, so all of
// them are ambiguous.
func SendBatch[T any](ctx context.Context, provider string, ms []sms.Message, most int,
	check func(sms.Message) (Item[T], error), send func(context.Context, []T) []sms.Outcome,
) []sms.Outcome {
	out := make([]sms.Outcome, len(ms))
	type group struct {
		places []int
		values []T
		phones map[string]bool
	}
	open := map[string][]*group{}
	var all []*group
	for i, m := range ms {
		it, err := check(m)
		if err != nil {
			out[i].Err = err
			continue
		}
		var to *group
		for _, g := range open[it.Key] {
			if len(g.values) < most && (it.Phone == "" || !g.phones[it.Phone]) {
				to = g
				break
			}
		}
		if to == nil {
			to = &group{phones: map[string]bool{}}
			open[it.Key] = append(open[it.Key], to)
			all = append(all, to)
		}
		to.places, to.values = append(to.places, i), append(to.values, it.Value)
		if it.Phone != "" {
			to.phones[it.Phone] = true
		}
	}
	for _, g := range all {
		got := send(ctx, g.values)
		for n, i := range g.places {
			if len(got) == len(g.values) {
				out[i] = got[n]
				continue
			}
			out[i].Err = Refused(provider, sms.KindAmbiguous, "the answer has another number of messages than the request")
		}
	}
	return out
}

// Same gives every message the same outcome.
func Same(n int, a sms.Accepted, err error) []sms.Outcome {
	out := make([]sms.Outcome, n)
	for i := range out {
		out[i] = sms.Outcome{Accepted: a, Err: err}
	}
	return out
}

// As gives the *sms.Error of err, which every error of an adapter holds.
func As(err error) *sms.Error {
	var e *sms.Error
	if errors.As(err, &e) {
		return e
	}
	return &sms.Error{Kind: sms.KindAmbiguous, Err: err}
}
