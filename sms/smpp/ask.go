package smpp

import (
	"context"
	"errors"

	"github.com/onay/onay/sms"
)

// Reports gives what the receipts have told so far about remembered messages.
// For the others the operator is asked with query_sm when Config.Query is set;
// one that does not answer, or does not know the id, leaves it out.
func (c *Client) Reports(ctx context.Context, ids []string) ([]sms.Report, error) {
	list, unknown := c.track.reports(ids)
	if !c.cfg.Query {
		return list, nil
	}
	for _, id := range unknown {
		r, err := c.query(ctx, id)
		if err != nil {
			var e *sms.Error
			if errors.As(err, &e) && e.Code != "" {
				continue // the operator does not know it, or does not answer this
			}
			return list, err
		}
		list = append(list, r)
	}
	return list, nil
}

// query asks for the fate of each part.
func (c *Client) query(ctx context.Context, providerID string) (sms.Report, error) {
	ids := sms.Accepted{ProviderID: providerID}.IDs()
	s := sent{id: providerID, parts: make([]part, len(ids))}
	from, _ := source(c.cfg.Header)
	for i, id := range ids {
		body, err := c.ask(ctx, cmdQuery, func(dst []byte) []byte { return from.append(cstring(dst, id)) })
		if err != nil {
			return sms.Report{}, err
		}
		// query_sm_resp: message_id, final_date, message_state, error_code.
		cur := cursor{b: body}
		cur.cstring()
		cur.cstring()
		state, code := State(cur.octet()), cur.octet()
		if cur.bad || state == StateNone || int(state) >= len(stateNames) {
			return sms.Report{}, &sms.Error{Provider: c.cfg.Name, Code: codeText(statusOK), Kind: sms.KindRefused, Message: "the answer to query_sm cannot be read"}
		}
		s.parts[i].state = state
		s.code = stateNames[state].word
		if code != 0 {
			s.errorCode = itoa(int(code))
		}
	}
	return s.report(), nil
}

// Cancel withdraws a message that the operator still holds, with cancel_sm.
// When it has parts, each is withdrawn; the first refusal is the error.
func (c *Client) Cancel(ctx context.Context, providerID string) error {
	header, to := c.track.addresses(providerID)
	if header == "" {
		header = c.cfg.Header
	}
	from, _ := source(header)
	var dest address
	if to != "" {
		dest, _ = destination(to)
	}
	for _, id := range (sms.Accepted{ProviderID: providerID}).IDs() {
		_, err := c.ask(ctx, cmdCancel, func(dst []byte) []byte {
			return dest.append(from.append(cstring(cstring(dst, ""), id))) // service_type goes first
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ask sends a request that changes nothing more when it is repeated, and gives
// the body of a good answer.
func (c *Client) ask(ctx context.Context, command uint32, body func([]byte) []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, c.fail(sms.KindNotSent, "time was up before the request", err)
	}
	l := c.gate.any()
	if l == nil {
		return nil, c.fail(sms.KindNotSent, "no connection", c.Status().Cause)
	}
	k, ok := l.ask(command, body, c.cfg.Timing.OTPAnswer)
	if !ok {
		return nil, c.fail(sms.KindNotSent, "no connection", errLost)
	}
	var a answer
	select {
	case a = <-k.answer:
	case <-ctx.Done():
		a.err = ctx.Err()
		if got, there := k.abandon(func(answer) {}); there {
			a = got
		}
	}
	switch {
	case a.err != nil:
		return nil, c.fail(sms.KindNotSent, "no answer", a.err)
	case a.nack:
		e := c.judge(max(a.status, statusBadCommand))
		e.Kind = sms.KindRefused
		return nil, e
	case a.status != statusOK:
		return nil, c.judge(a.status)
	}
	return a.body, nil
}
