package payment

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/pos"
)

// Kinds of operations on a payment.
const (
	Capture = "capture"
	Void    = "void"
	Refund  = "refund"
)

// States of an operation.
const (
	OpAsked   = "asked" // waits for a second person
	OpSending = "sending"
	OpUnknown = "unknown" // no answer: the bank is being asked
	OpQueued  = "queued"  // the bank takes it after its day has ended
	OpDone    = "done"
	OpRefused = "refused"
)

// Operation is a capture, a void or a refund.
type Operation struct {
	ID         string
	PaymentID  string
	CompanyID  string
	Kind       string
	Way        string // what was sent last: a refund before the day's end is a void
	Amount     int64  // kuruş
	State      string
	OnceKey    string
	Reason     string
	Result     Result
	AskAt      time.Time
	Asks       int
	Lost       int
	CreatedBy  string
	ApprovedBy string // the second person, where one is needed
	CreatedAt  time.Time
	EndedAt    time.Time
}

const operationColumns = "id, payment_id, company_id, kind, way, amount, state, once_key, reason, result, ask_at, asks, lost, created_by, approved_by, created_at, ended_at"

func scanOperation(r db.Row) (o Operation, err error) {
	var result string
	var ask, created, ended int64
	if err = r.Scan(&o.ID, &o.PaymentID, &o.CompanyID, &o.Kind, &o.Way, &o.Amount, &o.State, &o.OnceKey, &o.Reason, &result, &ask, &o.Asks, &o.Lost, &o.CreatedBy, &o.ApprovedBy, &created, &ended); err != nil {
		return o, err
	}
	o.AskAt, o.CreatedAt, o.EndedAt = db.Time(ask), db.Time(created), db.Time(ended)
	return o, json.Unmarshal([]byte(result), &o.Result)
}

func updateOperation(tx db.Tx, o Operation) error {
	_, err := tx.Exec("UPDATE payment_operation SET way = $1, state = $2, result = $3, ask_at = $4, lost = $5, ended_at = $6, approved_by = $7 WHERE id = $8", o.Way, o.State, audit.Data(o.Result), db.Micros(o.AskAt), o.Lost, db.Micros(o.EndedAt), o.ApprovedBy, o.ID)
	return err
}

// Operations returns what was done with a payment, the oldest first.
func (s *Service) Operations(ctx context.Context, companyID, id string) (out []Operation, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanOperation, "SELECT "+operationColumns+" FROM payment_operation WHERE company_id = $1 AND payment_id = $2 ORDER BY id", companyID, id)
		return err
	})
	return out, err
}

// NewOperation asks for an operation. Once is a random text of the form or request: asked twice with the same one, it is done once.
type NewOperation struct {
	Kind   string
	Amount int64 // kuruş; 0: all that is left
	Once   string
	Reason string
}

// Operate captures a pre-authorization, voids, or gives back. A refund before the bank's day has ended is a void where the whole is
// given back, and waits for the day's end where a part is and the bank takes none before. What the bank does not answer is asked for.
func (s *Service) Operate(ctx context.Context, companyID, id string, in NewOperation) (Payment, Operation, error) {
	in.Reason = clip(strings.TrimSpace(in.Reason), 300)
	if in.Once == "" {
		in.Once = newToken()
	}
	p, err := s.Get(ctx, companyID, id)
	if err != nil {
		return p, Operation{}, err
	}
	o := Operation{ID: db.NewID("pop"), PaymentID: id, CompanyID: companyID, Kind: in.Kind, Way: in.Kind, State: OpSending, OnceKey: clip(in.Once, 80), Reason: in.Reason, CreatedBy: audit.Actor(ctx)}
	known := false
	err = s.db.Write(ctx, func(tx db.Tx) error {
		known = false
		if err := tx.Lock(p.group()); err != nil {
			return err
		}
		if p, err = readPayment(tx, id); err != nil {
			return err
		}
		earlier, err := scanOperation(tx.QueryRow("SELECT "+operationColumns+" FROM payment_operation WHERE payment_id = $1 AND once_key = $2", id, o.OnceKey))
		if err == nil {
			o, known = earlier, true
			return nil
		}
		if !errors.Is(err, db.ErrNoRows) {
			return err
		}
		if in.Kind == Refund && in.Amount == 0 && (p.Status == Voided || p.Status == Refunded) { // pressed twice
			known = true
			o, err = scanOperation(tx.QueryRow("SELECT "+operationColumns+" FROM payment_operation WHERE payment_id = $1 AND state = 'done' ORDER BY id DESC LIMIT 1", id))
			return err
		}
		o.CreatedAt = s.clock.Now()
		o.AskAt = o.CreatedAt.Add(net)
		if o.Amount, err = p.allows(in, o.CreatedAt); err != nil {
			return err
		}
		if o.Kind == Refund && o.Amount == p.Captured && p.Refunded == 0 && sameDay(p.PaidAt, o.CreatedAt) {
			o.Way = Void
		}
		rules, err := s.rules(tx, companyID)
		if err != nil {
			return err
		}
		kind := o.Kind + "_requested"
		if o.Kind == Refund && rules.ApprovalOver > 0 && o.Amount > rules.ApprovalOver {
			o.State, o.AskAt, kind = OpAsked, time.Time{}, "refund_asked"
		}
		if err := idempotency.Record(ctx, tx, p.ID); err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO payment_operation ("+operationColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)", o.ID, o.PaymentID, o.CompanyID, o.Kind, o.Way, o.Amount, o.State, o.OnceKey, o.Reason,
			audit.Data(o.Result), db.Micros(o.AskAt), 0, 0, o.CreatedBy, "", db.Micros(o.CreatedAt), 0)
		if db.IsUnique(err) {
			return fault.New(fault.Conflict, "operation_in_progress", "Bu ödemede bitmemiş bir işlem var; önce onun sonucu beklenmeli.", "An operation on this payment is not over yet; its end comes first.")
		}
		if err != nil {
			return err
		}
		return s.tell(ctx, tx, &p, nil, kind, o.Reason, map[string]any{"operation": o.ID, "operation_amount": o.Amount})
	})
	if err != nil || known || o.State == OpAsked {
		return p, o, err
	}
	return s.perform(context.WithoutCancel(ctx), p, o)
}

// Approve lets a second person decide about a refund that needs one.
func (s *Service) Approve(ctx context.Context, companyID, id, operationID string, yes bool) (Payment, Operation, error) {
	var o Operation
	p, err := s.Get(ctx, companyID, id)
	if err != nil {
		return p, o, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(p.group()); err != nil {
			return err
		}
		if p, err = readPayment(tx, id); err != nil {
			return err
		}
		if o, err = scanOperation(tx.QueryRow("SELECT "+operationColumns+" FROM payment_operation WHERE id = $1 AND payment_id = $2", operationID, id)); errors.Is(err, db.ErrNoRows) {
			return fault.Missing(operationID)
		} else if err != nil {
			return err
		}
		now := s.clock.Now()
		switch {
		case o.State != OpAsked:
			return fault.New(fault.Conflict, "invalid_state", "Bu işlem onay beklemiyor.", "This operation does not wait for approval.")
		case yes && o.CreatedBy == audit.Actor(ctx):
			return fault.New(fault.Forbidden, "second_person_needed", "İadeyi isteyen kişi onaylayamaz; ikinci bir kişi gerekir.", "Whoever asked for the refund cannot approve it; it takes a second person.")
		}
		if o.ApprovedBy, o.State, o.AskAt = audit.Actor(ctx), OpSending, now.Add(net); !yes {
			o.State, o.AskAt, o.EndedAt = OpRefused, time.Time{}, now
		}
		if o.Way = Refund; yes && o.Amount == p.Captured && p.Refunded == 0 && sameDay(p.PaidAt, now) {
			o.Way = Void
		}
		if err := updateOperation(tx, o); err != nil {
			return err
		}
		return s.tell(ctx, tx, &p, nil, map[bool]string{true: "refund_approved", false: "refund_rejected"}[yes], o.Reason, map[string]any{"operation": o.ID, "operation_amount": o.Amount})
	})
	if err != nil || !yes {
		return p, o, err
	}
	return s.perform(context.WithoutCancel(ctx), p, o)
}

// Waiting returns the refunds that wait for a second person, the oldest first.
func (s *Service) Waiting(ctx context.Context, companyID string) (out []Operation, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, scanOperation, "SELECT "+operationColumns+" FROM payment_operation WHERE company_id = $1 AND state = 'asked' ORDER BY id LIMIT 50", companyID)
		return err
	})
	return out, err
}

// allows tells how much an operation may move now.
func (p Payment) allows(in NewOperation, now time.Time) (int64, error) {
	closed := func() error {
		return fault.New(fault.Conflict, "invalid_state", "Ödemenin bugünkü durumu bu işleme izin vermiyor.", "The payment's state does not allow this.")
	}
	amount := in.Amount
	most := p.Rest()
	switch in.Kind {
	case Capture:
		if p.Status != Authorized {
			return 0, closed()
		}
		most = p.Charged()
	case Void:
		if p.Status != Authorized && p.Status != Captured {
			return 0, closed()
		}
		if amount = 0; p.Status == Authorized {
			most = p.Charged()
		}
	case Refund:
		if p.Status != Captured && p.Status != PartlyBack {
			return 0, closed()
		}
	default:
		return 0, closed()
	}
	if amount == 0 {
		amount = most
	}
	if amount < 0 || amount > most {
		return 0, fault.Field("amount", "amount_too_high", "Tutar, kalan tutardan fazla olamaz.", "The amount is more than what is left.")
	}
	return amount, nil
}

// sameDay reports whether both are on one day in Istanbul: the bank's day is not over for certain.
func sameDay(a, b time.Time) bool {
	return a.In(pos.Istanbul).Format(time.DateOnly) == b.In(pos.Istanbul).Format(time.DateOnly)
}

// afterDayEnd is when every bank has closed the day.
func afterDayEnd(now time.Time) time.Time {
	y, m, d := now.In(pos.Istanbul).Date()
	return time.Date(y, m, d+1, 6, 0, 0, 0, pos.Istanbul)
}

// reference names the paid transaction of a payment to its bank.
func (p Payment) reference(a Attempt) pos.Reference {
	r := pos.Reference{OrderID: p.BankOrderID, ReferenceCode: p.ReferenceCode, AuthCode: p.AuthCode, RRN: p.RRN, OrderTrackID: p.OrderTrackID, Original: pos.Money{Minor: p.Charged(), Currency: p.Amount.Currency}, Time: p.PaidAt, Installments: p.Installments,
		PreAuth: p.Status == Authorized, Capture: p.PreAuth && p.Status != Authorized, Secure3D: a.secure(), ClientIP: p.ClientIP, Email: p.PayerEmail}
	if r.Capture {
		r.Original.Minor = p.Captured
	}
	if !a.Result.BankTime.IsZero() {
		r.Time = a.Result.BankTime
	}
	return r
}

// perform sends an operation that is on disk, by one way and then the other where the bank says so.
func (s *Service) perform(ctx context.Context, p Payment, o Operation) (Payment, Operation, error) {
	account, err := s.account(ctx, p.CompanyID, p.AccountID)
	if err != nil {
		return p, o, err
	}
	g, rec, err := s.gateway(account)
	if err != nil {
		return p, o, err
	}
	a, err := s.paidBy(ctx, p)
	if err != nil {
		return p, o, err
	}
	if account.moved(p) {
		return s.settleOperation(ctx, p, o, pos.Result{Outcome: pos.Failed, Code: pos.CodeMerchantConfiguration, Installments: -1, Reason: "Hesap şimdi bankanın başka bir sistemine bağlı (deneme / gerçek)."}, rec)
	}
	on, cancel := context.WithTimeout(ctx, pos.DefaultTimeout+5*time.Second)
	defer cancel()
	ref, money := p.reference(a), pos.Money{Minor: o.Amount, Currency: p.Amount.Currency}
	r, err := send(on, g, o.Way, ref, money)
	whole := o.Amount == p.Captured && p.Refunded == 0
	if o.Kind == Refund && err == nil && !r.OutcomeUncertain() && r.Outcome != pos.Approved {
		other := Refund
		if o.Way == Refund {
			other = Void
		}
		if other == Refund || whole && r.Code == pos.CodeNotSettledUseVoid {
			o.Way = other
			r, err = send(on, g, o.Way, ref, money)
		}
	}
	if err != nil {
		r = pos.Result{Outcome: pos.Failed, Code: pos.CodeInvalidState, Reason: err.Error(), Installments: -1}
	}
	return s.settleOperation(ctx, p, o, r, rec)
}

// send sends one operation; what the bank does not have is a refusal.
func send(ctx context.Context, g pos.Gateway, way string, ref pos.Reference, amount pos.Money) (pos.Result, error) {
	switch way {
	case Capture:
		if c, ok := g.(pos.Capturer); ok {
			return c.Capture(ctx, ref, amount)
		}
	case Void:
		if v, ok := g.(pos.Voider); ok {
			return v.Void(ctx, ref)
		}
	case Refund:
		if f, ok := g.(pos.Refunder); ok {
			return f.Refund(ctx, ref, amount)
		}
	}
	return pos.Result{Outcome: pos.Failed, Code: pos.CodeVoidNotAllowed, Installments: -1, Reason: "the bank does not have this"}, nil
}

// paidBy is the attempt that paid a payment.
func (s *Service) paidBy(ctx context.Context, p Payment) (a Attempt, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		a, err = scanAttempt(tx.QueryRow("SELECT "+attemptColumns+" FROM payment_attempt WHERE payment_id = $1 AND state = 'approved'", p.ID))
		return err
	})
	return a, err
}

// settleOperation writes what became of an operation; the first certain answer counts.
func (s *Service) settleOperation(ctx context.Context, p Payment, o Operation, r pos.Result, rec *recorder) (Payment, Operation, error) {
	way := o.Way
	err := s.db.Write(ctx, func(tx db.Tx) (err error) {
		if err = tx.Lock(p.group()); err != nil {
			return err
		}
		if p, err = readPayment(tx, p.ID); err != nil {
			return err
		}
		if o, err = scanOperation(tx.QueryRow("SELECT "+operationColumns+" FROM payment_operation WHERE id = $1", o.ID)); err != nil {
			return err
		}
		digests, err := rec.write(tx, p, o.ID)
		if err != nil || o.State == OpDone || o.State == OpRefused {
			return err
		}
		o.Way = way
		return s.applyOperation(ctx, tx, &p, &o, r, digests)
	})
	return p, o, err
}

// applyOperation moves an operation and its payment by one answer. The caller holds the lock of the payment's group.
func (s *Service) applyOperation(ctx context.Context, tx db.Tx, p *Payment, o *Operation, r pos.Result, digests []string) error {
	o.Result = keep(r)
	now := s.clock.Now()
	kind := o.Kind + "_refused"
	switch {
	case r.Outcome == pos.Approved, o.Way == Void && r.Code == pos.CodeAlreadyVoided:
		o.State, o.AskAt, o.EndedAt = OpDone, time.Time{}, now
		kind = p.done(*o)
	case r.OutcomeUncertain():
		kind = o.Kind + "_unknown"
		if o.State == OpUnknown {
			kind = ""
		}
		o.State, o.AskAt = OpUnknown, now.Add(pause(now.Sub(o.CreatedAt)))
	case o.Kind == Refund && o.State != OpQueued && o.State != OpUnknown && sameDay(p.PaidAt, now) && r.DeclineClass() != pos.ClassMerchant && r.DeclineClass() != pos.ClassTechnical: // several banks say no more than "not now"
		o.State, o.AskAt = OpQueued, afterDayEnd(now)
		kind = "refund_queued"
	default:
		o.State, o.AskAt, o.EndedAt = OpRefused, time.Time{}, now
	}
	if err := updateOperation(tx, *o); err != nil || kind == "" {
		return err
	}
	return s.tell(ctx, tx, p, nil, kind, o.Reason, map[string]any{"operation": o.ID, "operation_amount": o.Amount, "way": o.Way, "operation_code": r.Code, "operation_bank_code": o.Result.BankCode, "exchanges": digests})
}

// done moves a payment by an operation that the bank has carried out, and names the event.
func (p *Payment) done(o Operation) string {
	switch {
	case o.Kind == Capture:
		p.Status, p.Captured = Captured, o.Amount
		if o.Result.AuthCode != "" {
			p.AuthCode = o.Result.AuthCode
		}
		if o.Result.RRN != "" {
			p.RRN = o.Result.RRN
		}
		if o.Result.Reference != "" {
			p.ReferenceCode = o.Result.Reference
		}
		return string(Captured)
	case o.Way == Void:
		p.Status, p.Refunded = Voided, p.Captured
		return string(Voided)
	}
	if p.Refunded += o.Amount; p.Refunded >= p.Captured {
		p.Status = Refunded
		return string(Refunded)
	}
	p.Status = PartlyBack
	return string(PartlyBack)
}

// askOperation finds out what became of an operation, or sends one that waited for the day's end.
func (s *Service) askOperation(ctx context.Context, o Operation) error {
	p, err := s.Get(ctx, o.CompanyID, o.PaymentID)
	if err != nil {
		return err
	}
	if o.State == OpQueued {
		if o.Asks > 3 { // refused on several days
			_, _, err = s.settleOperation(ctx, p, o, pos.Result{Outcome: pos.Failed, Code: pos.CodeRefundNotAllowed, Installments: -1}, nil)
			return err
		}
		_, _, err = s.perform(ctx, p, o)
		return err
	}
	account, err := s.account(ctx, p.CompanyID, p.AccountID)
	if err != nil {
		return err
	}
	g, rec, err := s.gateway(account)
	if err != nil {
		return err
	}
	a, err := s.paidBy(ctx, p)
	if err != nil {
		return err
	}
	var l pos.List
	complete := false // every refund of the order is listed
	if account.moved(p) {
		l.Reason = "the account leads to another system now"
	} else if h, ok := g.(pos.OrderHistory); ok {
		l, err = h.History(ctx, p.reference(a))
		complete = err == nil && l.Outcome == pos.OK
	}
	if !complete && !account.moved(p) {
		if l, err = s.inquire(ctx, g, p, a); err != nil {
			l = pos.List{Result: pos.Result{Outcome: pos.Unknown, Reason: err.Error()}}
		}
	}
	r, known := p.books(l, o, complete, g.Capabilities())
	if !known {
		r = pos.Result{Outcome: pos.Unknown, Reason: l.Reason, Installments: -1}
		if s.clock.Now().Sub(o.CreatedAt) > giveUp {
			return s.db.Write(ctx, func(tx db.Tx) error {
				if err := tx.Lock(p.group()); err != nil {
					return err
				}
				p, err := readPayment(tx, p.ID)
				if err != nil {
					return err
				}
				o.State, o.AskAt = OpUnknown, time.Time{}
				if err := updateOperation(tx, o); err != nil {
					return err
				}
				return s.tell(ctx, tx, &p, nil, "needs_person", "Banka bir gündür sonuç bildirmedi; bankanın panelinden bakıp sonucu elle girin.", map[string]any{"operation": o.ID})
			})
		}
	} else if r.Outcome != pos.Approved { // the bank says that it did not happen: believed after some times
		if o.Lost++; o.Lost < enough || s.clock.Now().Sub(o.CreatedAt) < arrives {
			return s.db.Write(ctx, func(tx db.Tx) error {
				o.State, o.AskAt = OpUnknown, s.clock.Now().Add(again)
				return updateOperation(tx, o)
			})
		}
	}
	_, _, err = s.settleOperation(ctx, p, o, r, rec)
	return err
}

// books reads from what the bank has of an order whether an operation was carried out. complete tells that refunds are listed one by one.
func (p Payment) books(l pos.List, o Operation, complete bool, caps pos.Capabilities) (r pos.Result, known bool) {
	if l.Outcome == pos.NotFound && caps.VoidedDisappears && o.Way == Void && p.Status == Authorized {
		return pos.Result{Outcome: pos.Approved, Installments: -1}, true
	}
	if l.Outcome != pos.OK || len(l.Rows) == 0 {
		return r, false
	}
	var refunded, captured int64
	var voided, whole, closed bool
	for _, row := range l.Rows {
		switch row.State {
		case pos.StateRefund:
			refunded += max(row.Amount.Minor, -row.Amount.Minor)
		case pos.StateRefunded:
			whole = true
		case pos.StateVoid, pos.StateVoided, pos.StateReversed:
			voided = true
		case pos.StatePreauthClosed:
			closed = true
		case pos.StateCaptured:
			captured = row.Amount.Minor
			r.AuthCode, r.RRN, r.ReferenceCode, r.BankTime = row.AuthCode, row.RRN, row.ReferenceCode, row.Time
		}
	}
	r.Installments = -1
	yes := false
	switch o.Way {
	case Void:
		yes, known = voided, true
	case Refund:
		yes = whole || refunded >= p.Refunded+o.Amount
		known = yes || complete
	case Capture:
		// A bank that tells only that the held amount is closed has captured it: nothing else was asked for.
		yes, known = captured == o.Amount || captured == 0 && closed, true
		if caps.HeldLooksCaptured && o.Amount == p.Charged() {
			known = false
		}
	}
	if r.Outcome = pos.Failed; yes {
		r.Outcome = pos.Approved
	} else {
		r.Code, r.Reason = pos.CodeBankUnreachable, "Banka bu işlemi tanımıyor: yapılmadı."
	}
	return r, known
}
