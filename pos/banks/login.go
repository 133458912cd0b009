package banks

import (
	"context"

	"github.com/onay/onay/pos"
)

// TestLogin asks the bank something that books nothing, to learn whether it knows who asks: what became of an order that never was, or, at banks that
// answer such questions without looking at the password, to void it. Outcome OK: the bank accepted address and credentials; Failed: it refused, and Code
// tells why; Unknown: it gave no answer of use. The key of 3-D Secure is not tried by this.
func TestLogin(ctx context.Context, g pos.Gateway) (pos.Result, error) {
	nobody := pos.Reference{OrderID: pos.NewOrderID(), ClientIP: "127.0.0.1"}
	var r pos.Result
	if v, ok := g.(pos.Voider); ok && g.Capabilities().Protocol == string(PayFor) {
		x, err := v.Void(ctx, nobody)
		if err != nil {
			return pos.Result{}, err
		}
		r = x
	} else if q, ok := g.(pos.Inquirer); ok {
		l, err := q.Inquire(ctx, nobody)
		if err != nil {
			return pos.Result{}, err
		}
		r = l.Result
	} else {
		return pos.Result{}, pos.Unsupported("an inquiry")
	}
	switch {
	case r.Outcome == pos.OK, r.Outcome == pos.NotFound, r.Code == pos.CodeNotFound, r.Code == pos.CodeAlreadyVoidedOrNotFound:
		return pos.Result{Outcome: pos.OK, Installments: -1}, nil
	case r.Outcome == pos.Declined:
		r.Outcome = pos.Failed
	}
	return r, nil
}
