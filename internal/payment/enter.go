package payment

import (
	"context"
	"errors"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// Entry is a movement that the bank has booked and that did not come through the program: a person enters it from the bank's own list.
type Entry struct {
	CompanyID string
	AccountID string
	Refund    bool
	Amount    pos.Money
	At        time.Time
	OrderID   string // at the bank; for a refund it names the payment
	Reference string
	RRN       string
	AuthCode  string
	Batch     string
	Last4     string
	Reason    string
	Found     string // where it was found: id of a difference
}

// Enter writes an entry within a transaction and returns the id of what it became: a payment, or a refund of one. The bank is told nothing: the
// money has moved already.
func (s *Service) Enter(ctx context.Context, tx db.Tx, e Entry) (string, error) {
	if e.Refund {
		return s.enterRefund(ctx, tx, e)
	}
	account, err := s.read(tx, e.CompanyID, e.AccountID)
	if err != nil {
		return "", err
	}
	now := s.clock.Now()
	masked := ""
	if e.Last4 != "" {
		masked = "************" + e.Last4
	}
	if e.OrderID != "" { // it may be one of ours that ended otherwise
		var id string
		err := tx.QueryRow("SELECT id FROM payment WHERE company_id = $1 AND account_id = $2 AND bank_order_id = $3 AND captured > 0", e.CompanyID, e.AccountID, e.OrderID).Scan(&id)
		if err == nil {
			return "", fault.New(fault.Conflict, "already_there", "Bu sipariş numarasıyla alınmış bir ödeme var: "+id, "A payment was taken under this order id: "+id)
		}
		if !errors.Is(err, db.ErrNoRows) {
			return "", err
		}
		err = tx.QueryRow("SELECT p.id FROM payment_attempt a JOIN payment p ON p.id = a.payment_id WHERE a.company_id = $1 AND a.account_id = $2 AND a.order_id = $3 AND p.status IN ('unknown', 'authorizing', 'awaiting_3ds', 'authorized') LIMIT 1", e.CompanyID, e.AccountID, e.OrderID).Scan(&id)
		if err == nil {
			return "", fault.New(fault.Conflict, "already_there", "Bu sipariş numarası sonucu henüz belli olmayan bir ödemenin: "+id+". Önce o ödemeyi sonuçlandırın.", "This order id belongs to a payment whose end is not known yet: "+id+". Settle that one first.")
		}
		if !errors.Is(err, db.ErrNoRows) {
			return "", err
		}
	}
	p := Payment{ID: db.NewID("pay"), CompanyID: e.CompanyID, Status: Captured, Amount: e.Amount, Captured: e.Amount.Minor, Secure3D: secureOff, Source: "entered", AccountWanted: account.ID, Description: e.Reason, Lang: "tr", AccountID: account.ID, Route: "entered",
		Test: account.Mode == "test", BankOrderID: e.OrderID, CardMasked: masked, AuthCode: e.AuthCode, RRN: e.RRN, ReferenceCode: e.Reference, BatchNumber: e.Batch, CreatedBy: audit.Actor(ctx), Version: 1, CreatedAt: now, PaidAt: e.At}
	if err := insertPayment(tx, p); err != nil {
		return "", err
	}
	if err := update(tx, p); err != nil { // the key of a paid payment
		return "", err
	}
	a := Attempt{ID: db.NewID("att"), PaymentID: p.ID, CompanyID: p.CompanyID, AccountID: account.ID, OrderID: e.OrderID, TryKey: "entered", State: approved, Amount: e.Amount.Minor, Model: pos.NonSecure, CardMasked: masked, CreatedAt: now, EndedAt: now,
		Result: Result{Outcome: pos.Approved, AuthCode: e.AuthCode, RRN: e.RRN, Reference: e.Reference, Batch: e.Batch, BankTime: e.At, Reason: e.Reason}}
	if err := insertAttempt(tx, a); err != nil {
		return "", err
	}
	return p.ID, s.log.Append(ctx, tx, p.event("entered", e.Reason, map[string]any{"found": e.Found, "paid_at": e.At}))
}

func (s *Service) enterRefund(ctx context.Context, tx db.Tx, e Entry) (string, error) {
	none := fault.New(fault.Conflict, "payment_not_found", "Bu iadenin ödemesi bulunamadı; farkı nedeniyle kapatın.", "The payment of this refund was not found; close the difference with a reason.")
	if e.OrderID == "" && e.RRN == "" {
		return "", none
	}
	p, err := scanPayment(tx.QueryRow("SELECT "+paymentColumns+" FROM payment WHERE company_id = $1 AND account_id = $2 AND (bank_order_id = $3 AND $3 <> '' OR rrn = $4 AND $4 <> '') AND captured > 0 ORDER BY id DESC LIMIT 1", e.CompanyID, e.AccountID, e.OrderID, e.RRN))
	if errors.Is(err, db.ErrNoRows) {
		return "", none
	}
	if err != nil {
		return "", err
	}
	if err := tx.Lock(p.group()); err != nil {
		return "", err
	}
	if p, err = readPayment(tx, p.ID); err != nil {
		return "", err
	}
	if p.Status != Captured && p.Status != PartlyBack || e.Amount.Minor > p.Rest() || e.Amount.Currency != p.Amount.Currency {
		return "", fault.New(fault.Conflict, "amount_too_high", "İade, ödemeden kalan tutardan fazla.", "The refund is more than what is left of the payment.")
	}
	now := s.clock.Now()
	o := Operation{ID: db.NewID("pop"), PaymentID: p.ID, CompanyID: p.CompanyID, Kind: Refund, Way: Refund, Amount: e.Amount.Minor, State: OpDone, Reason: e.Reason, CreatedBy: audit.Actor(ctx), CreatedAt: now, EndedAt: e.At,
		Result: Result{Outcome: pos.Approved, AuthCode: e.AuthCode, RRN: e.RRN, Reference: e.Reference, Batch: e.Batch, BankTime: e.At, Reason: e.Reason}}
	o.OnceKey = "entered:" + e.Found
	if _, err := tx.Exec("INSERT INTO payment_operation ("+operationColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)", o.ID, o.PaymentID, o.CompanyID, o.Kind, o.Way, o.Amount, o.State, o.OnceKey, o.Reason,
		audit.Data(o.Result), 0, 0, 0, o.CreatedBy, "", db.Micros(o.CreatedAt), db.Micros(o.EndedAt)); err != nil {
		return "", err
	}
	kind := p.done(o)
	return o.ID, s.tell(ctx, tx, &p, nil, kind, e.Reason, map[string]any{"operation": o.ID, "operation_amount": o.Amount, "way": "entered", "found": e.Found})
}
