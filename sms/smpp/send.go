package smpp

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/onay/onay/sms"
)

// Send hands one message over and waits for the operator's answer. A long one
// goes in parts, one after the other on one connection; ProviderID then has an
// id for each, divided by commas.
//
// A throttled or full operator is waited for, within Timing.OTPWait or
// BulkWait. Nothing else is ever repeated, except once without its validity
// period when the operator refuses that. Every error is an *sms.Error; when
// some parts of a message were accepted and the rest was not, it is ambiguous
// or the refusal, and never one that may be repeated.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	if err := ctx.Err(); err != nil {
		return sms.Accepted{}, c.fail(sms.KindNotSent, "time was up before the request", err)
	}
	o, err := c.prepare(m)
	if err != nil {
		return sms.Accepted{}, err
	}
	if !c.enter() {
		return sms.Accepted{}, c.fail(sms.KindNotSent, "nothing was sent", errClosed)
	}
	defer c.sending.Done()
	s := c.track.begin(o)
	acc := sms.Accepted{Code: codeText(statusOK)}
	var pin *link
	for i := range o.parts {
		r := c.submit(ctx, o, s, i, pin)
		if r.err != nil {
			if !r.open {
				c.hand(c.track.end(s))
			}
			return sms.Accepted{}, c.partial(r.err, i, len(o.parts))
		}
		pin = r.link
		if r.warning != "" {
			acc.Warning = r.warning
		}
	}
	c.hand(c.track.end(s))
	acc.ProviderID = s.id
	return acc, nil
}

// partial makes an error of a part one of the message.
func (c *Client) partial(err *sms.Error, done, parts int) *sms.Error {
	if done == 0 {
		return err
	}
	e := *err
	e.Message = itoa(done) + " of " + itoa(parts) + " parts were accepted, then: " + e.Message
	if sms.IsRetryable(&e) {
		e.Kind, e.TextTR, e.TextEN = sms.KindAmbiguous, "", ""
	}
	return &e
}

// result is how one part fared.
type result struct {
	link    *link
	warning string
	err     *sms.Error
	open    bool // the answer may still come; it is taken care of then
}

// tries bounds what a submit goes through when connections break under it
// before it is written.
const tries = 3

// submit writes part i and waits for its answer.
func (c *Client) submit(ctx context.Context, o *outgoing, s *sent, i int, pin *link) result {
	t := c.cfg.Timing
	patience, wait := t.BulkAnswer, t.BulkWait
	if o.otp {
		patience, wait = t.OTPAnswer, t.OTPWait
	}
	until := time.Now().Add(wait)
	var refused *sms.Error // the last throttling answer
	var warning string
	part := o.parts[i]
	for try := 0; ; {
		k, err := c.gate.take(ctx, o.otp, pin, time.Until(until), func(l *link) (*call, bool) { return l.submit(part, patience) })
		if err != nil {
			if refused != nil {
				return result{err: c.resting(refused, err)}
			}
			return result{err: c.noTurn(err)}
		}
		var a answer
		select {
		case a = <-k.answer:
		case <-ctx.Done():
			a.err = ctx.Err()
		}
		if a.err != nil && !errors.Is(a.err, errUnsent) && !errors.Is(a.err, errLost) {
			got, there := k.abandon(func(a answer) { c.late(o, s, i, a) })
			if !there {
				return result{err: c.fail(sms.KindAmbiguous, "no answer after the message was written", a.err), open: true}
			}
			a = got
		}
		switch {
		case errors.Is(a.err, errUnsent):
			if try++; try < tries && pin == nil {
				continue
			}
			return result{err: c.fail(sms.KindNotSent, "nothing was sent", a.err)}
		case a.err != nil:
			return result{err: c.fail(sms.KindAmbiguous, "no answer after the message was written", a.err)}
		case a.nack:
			e := c.judge(a.status)
			if a.status == statusOK {
				e = c.judge(statusBadCommand)
			}
			e.Kind, e.Message = sms.KindParameters, "the operator could not read the request: "+e.Message
			return result{err: e}
		case a.status == statusOK && a.id == "":
			return result{err: &sms.Error{
				Provider: c.cfg.Name, Code: codeText(statusOK), Kind: sms.KindAmbiguous, Message: "accepted without an id",
			}}
		case a.status == statusOK:
			c.track.accepted(s, i, a.id)
			return result{link: k.link, warning: warning}
		case a.status == statusValidity && part.validity != "":
			part.validity, warning = "", "the operator refused the validity period; sent without one"
			continue
		case a.status == statusThrottled, a.status == statusQueueFull:
			refused = c.judge(a.status)
			rest := c.gate.pauseLeft()
			deadline, limited := ctx.Deadline()
			if time.Until(until) <= rest || limited && time.Until(deadline) <= rest {
				return result{err: c.resting(refused, nil)}
			}
			continue
		}
		return result{err: c.judge(a.status)}
	}
}

// resting is a throttling answer that could not be waited out.
func (c *Client) resting(refused *sms.Error, cause error) *sms.Error {
	e := *refused
	if e.Kind == sms.KindThrottled {
		e.RetryAfter = max(e.RetryAfter, c.gate.pauseLeft())
	}
	e.Err = cause
	return &e
}

// noTurn is the error of a message that was never written.
func (c *Client) noTurn(err error) *sms.Error {
	rest := c.gate.pauseLeft()
	var dial *sms.Error
	switch {
	case errors.As(err, &dial):
		return dial
	case errors.Is(err, errTurn) && rest > 0:
		return &sms.Error{Provider: c.cfg.Name, Kind: sms.KindThrottled, Message: "the operator is being waited for", RetryAfter: rest, Err: err}
	case errors.Is(err, errTurn):
		return c.fail(sms.KindNotSent, "the window stayed full, or no connection came up", err)
	}
	return c.fail(sms.KindNotSent, "nothing was sent", err)
}

// late takes an answer for which nobody waits any more. It is called once for
// each abandoned submit, at the latest when its connection ends.
func (c *Client) late(o *outgoing, s *sent, i int, a answer) {
	answered := a.err == nil && !a.nack && (a.status != statusOK || a.id != "")
	if answered && a.status == statusOK {
		c.track.accepted(s, i, a.id)
	}
	c.hand(c.track.end(s))
	if !answered || c.cfg.OnLateAnswer == nil {
		return
	}
	var acc sms.Accepted
	var err error
	switch {
	case a.status == statusOK && i < len(o.parts)-1:
		return // the other parts were never sent
	case a.status == statusOK:
		acc = sms.Accepted{ProviderID: s.id, Code: codeText(statusOK)}
	default:
		err = c.partial(c.judge(a.status), i, len(o.parts))
	}
	// Not here: this is the goroutine that reads.
	tell := func() { c.cfg.OnLateAnswer(o.m.ID, acc, err) }
	if !c.queue(o.phone, job{late: tell}) {
		c.cfg.Log.Warn("a late answer is lost: the handlers are behind", "provider", c.cfg.Name, "message", o.m.ID)
	}
}

// MaxBatch is the most messages of one SendBatch: there is no wire for a
// batch, so it only bounds the memory.
func (c *Client) MaxBatch() int { return 10_000 }

// SendBatch hands the messages over side by side, as many as the windows hold,
// and gives one outcome for each, in the same order.
func (c *Client) SendBatch(ctx context.Context, ms []sms.Message) []sms.Outcome {
	out := make([]sms.Outcome, len(ms))
	workers := min(len(ms), 2*c.cfg.Window*c.cfg.Connections)
	next := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range next {
				out[i].Accepted, out[i].Err = c.Send(ctx, ms[i])
			}
		})
	}
	for i := range ms {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}
