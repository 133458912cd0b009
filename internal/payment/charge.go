package payment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/pos"
)

// Create makes a payment. Without a card it waits on a page for its payer; with one the bank is asked at once, and the answer says what
// became of it: paid, declined, unknown, or the payer has to go through 3-D Secure first ([Service.PageURL]). The card is wiped.
func (s *Service) Create(ctx context.Context, n NewPayment) (Payment, error) {
	if n.Card != nil {
		defer n.Card.Wipe()
	}
	now := s.clock.Now()
	if err := n.validate(now); err != nil {
		return Payment{}, err
	}
	p := Payment{ID: db.NewID("pay"), CompanyID: n.CompanyID, Status: Created, Hosted: n.Card == nil, Amount: n.Amount, Installments: n.Installments, PreAuth: n.PreAuth, MOTO: n.MOTO, Secure3D: n.Secure3D,
		OrderReference: n.OrderReference, Source: n.Source, LinkID: n.LinkID, AccountWanted: n.AccountID, CustomerID: n.CustomerID, PayerName: n.PayerName, PayerEmail: n.PayerEmail, PayerPhone: n.PayerPhone, ClientIP: n.ClientIP,
		Description: n.Description, Lang: n.Lang, ReturnURL: n.ReturnURL, CreatedBy: audit.Actor(ctx), Version: 1, CreatedAt: now}
	if p.Hosted {
		p.ExpiresAt = now.Add(n.Expires)
	}
	if p.Hosted || p.Secure3D == secureDefault {
		p.Token = newToken()
	}
	choices, err := s.route(ctx, p, n.Card != nil, firstDigits(n.Card))
	if err != nil {
		return Payment{}, err
	}
	if !p.Hosted {
		p, _, err = s.try(ctx, p, choices, Input{Card: n.Card, TryKey: "first", ClientIP: n.ClientIP}, true)
		return p, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(p.group()); err != nil {
			return err
		}
		return s.insert(ctx, tx, p, nil)
	})
	return p, err
}

// insert writes a payment that is new, unless its order is paid or at the bank.
func (s *Service) insert(ctx context.Context, tx db.Tx, p Payment, data map[string]any) error {
	if err := idempotency.Record(ctx, tx, p.ID); err != nil {
		return err
	}
	if err := s.free(tx, p); err != nil {
		return err
	}
	if err := insertPayment(tx, p); err != nil {
		return err
	}
	return s.log.Append(ctx, tx, p.event("created", "", data))
}

// Input is what the payer gives on a page.
type Input struct {
	Card         *pos.Card // nil where the bank's own page takes it
	Installments int       // 0: as the payment says
	TryKey       string    // random, of the form that was sent: sent twice, it is one attempt
	ClientIP     string
	MOTO         bool // a person of the merchant types the card that the payer says on the telephone: no 3-D Secure
}

// Pay tries to pay a payment that waits on its page. The form, if there is one, is for the payer's browser. The card is wiped.
func (s *Service) Pay(ctx context.Context, token string, in Input) (Payment, *pos.Form, error) {
	if in.Card != nil {
		defer in.Card.Wipe()
	}
	p, err := s.ByToken(ctx, token)
	if err != nil {
		return p, nil, err
	}
	if in.TryKey == "" || len(in.TryKey) > 60 {
		return p, nil, fault.Field("try", "invalid_text", "Sayfayı yenileyip tekrar deneyin.", "Reload the page and try again.")
	}
	if again, f, ok, err := s.tried(ctx, p, in.TryKey); ok || err != nil {
		return again, f, err
	}
	if in.Card != nil && in.Card.Expired(s.clock.Now().In(pos.Istanbul)) {
		return p, nil, fault.Field("expiry", "card_expired", "Kartın son kullanma tarihi geçmiş.", "The card has expired.")
	}
	if in.Installments > 0 {
		p.Installments = in.Installments
	}
	if in.MOTO {
		p.MOTO, p.Secure3D = true, secureOff
	}
	choices, err := s.route(ctx, p, in.Card != nil, firstDigits(in.Card))
	if err != nil {
		return p, nil, err
	}
	if in.Card == nil {
		if choices = slices.DeleteFunc(choices, func(c choice) bool { return !c.secure || !c.model.OnBankPage() }); len(choices) == 0 {
			return p, nil, fault.Field("number", "card_missing", "Kart bilgileri gerekli.", "The card is needed.")
		}
	}
	return s.try(ctx, p, choices, in, false)
}

// tried finds the attempt that a form made when it was sent the first time.
func (s *Service) tried(ctx context.Context, p Payment, tryKey string) (Payment, *pos.Form, bool, error) {
	var a Attempt
	read := func(tx db.Tx) (err error) {
		a, err = scanAttempt(tx.QueryRow("SELECT "+attemptColumns+" FROM payment_attempt WHERE payment_id = $1 AND try_key = $2", p.ID, tryKey))
		return err
	}
	err := s.db.Read(ctx, read)
	// The second click's answer is the one that the browser shows, so it waits for what the first one brings.
	for end := time.Now().Add(10 * time.Second); err == nil && (a.State == starting || a.State == charging) && time.Now().Before(end) && ctx.Err() == nil; {
		time.Sleep(100 * time.Millisecond)
		err = s.db.Read(ctx, read)
	}
	if errors.Is(err, db.ErrNoRows) {
		return p, nil, false, nil
	}
	if err != nil {
		return p, nil, false, err
	}
	if f, ok := s.forms.Load(a.ID); ok && a.State == redirected {
		f := f.(form).Form
		return p, &f, true, nil
	}
	return p, nil, true, nil
}

// Form is what the payer's browser has to post to the bank now, where this node still holds it.
func (s *Service) Form(ctx context.Context, p Payment) (*pos.Form, error) {
	if p.Status != AwaitingBank {
		return nil, nil
	}
	var all []Attempt
	if err := s.db.Read(ctx, func(tx db.Tx) (err error) { all, err = attemptsOf(tx, p.ID); return err }); err != nil {
		return nil, err
	}
	if len(all) > 0 {
		if f, ok := s.forms.Load(all[len(all)-1].ID); ok {
			f := f.(form).Form
			return &f, nil
		}
	}
	return nil, nil
}

// free refuses what would pay an order twice. The caller holds the lock of the group.
func (s *Service) free(tx db.Tx, p Payment) error {
	if p.OrderReference == "" {
		return nil
	}
	var paid bool
	err := tx.QueryRow("SELECT paid_key IS NOT NULL FROM payment WHERE company_id = $1 AND order_reference = $2 AND order_reference <> '' AND id <> $3 AND (paid_key IS NOT NULL OR status IN ('authorizing', 'unknown')) ORDER BY paid_key IS NULL LIMIT 1",
		p.CompanyID, p.OrderReference, p.ID).Scan(&paid)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return nil
	case err != nil:
		return err
	case paid:
		return errPaid()
	}
	return errBusy()
}

// chargeable refuses to charge a payment that is paid, under way or over.
func (s *Service) chargeable(p Payment) error {
	switch {
	case p.Status.Paid():
		return errPaid()
	case p.Status.Moving():
		return errBusy()
	case p.Status == Expired || !p.ExpiresAt.IsZero() && s.clock.Now().After(p.ExpiresAt):
		return fault.New(fault.Conflict, "payment_expired", "Bu ödeme sayfasının süresi doldu.", "The time of this pay page is over.")
	case !p.Hosted || p.Status == Voided || p.Status == Refunded:
		return fault.New(fault.Conflict, "payment_closed", "Bu ödeme kapandı; yeni bir ödeme oluşturun.", "This payment is over; make a new one.")
	}
	return nil
}

// try makes attempts until one ends otherwise than by a technical failure before anything was charged. A payment that is new is written
// in the transaction of its first attempt.
func (s *Service) try(ctx context.Context, p Payment, choices []choice, in Input, isNew bool) (Payment, *pos.Form, error) {
	for i, c := range choices {
		a := Attempt{ID: db.NewID("att"), PaymentID: p.ID, CompanyID: p.CompanyID, AccountID: c.account.ID, OrderID: pos.NewOrderID(), TryKey: in.TryKey, State: charging, Model: pos.NonSecure, CreatedAt: s.clock.Now()}
		if i > 0 {
			a.TryKey += "+" + a.ID
		}
		if c.secure {
			a.State, a.Model, a.Token = starting, c.model, newToken()
		}
		if in.Card != nil {
			a.CardMasked, a.CardBrand = in.Card.Masked(), string(in.Card.Brand())
		}
		a.AskAt, a.Amount = a.CreatedAt.Add(net), c.charge
		g, rec, err := s.gateway(c.account)
		if err != nil {
			return p, nil, err
		}
		x := pos.Payment{OrderID: a.OrderID, Amount: a.money(p), Installments: p.Installments, PreAuth: p.PreAuth, MOTO: p.MOTO && c.moto, Card: in.Card, ClientIP: in.ClientIP, Email: p.PayerEmail, Name: p.PayerName, Phone: p.PayerPhone,
			Lang: p.Lang, Description: p.Description}
		if err := x.Check(g.Capabilities()); err != nil {
			return p, nil, refusedByBank(err)
		}
		err = s.db.Write(ctx, func(tx db.Tx) error {
			if err := tx.Lock(p.group()); err != nil {
				return err
			}
			q := p
			if !isNew {
				if q, err = readPayment(tx, p.ID); err != nil {
					return err
				}
				if i == 0 {
					if err := errors.Join(s.chargeable(q), s.free(tx, q)); err != nil {
						return err
					}
				}
				if n, err := attemptCount(tx, p.ID); err != nil {
					return err
				} else if n >= maxAttempts {
					return fault.New(fault.Conflict, "too_many_attempts", "Bu ödeme için çok fazla deneme yapıldı; yeni bir ödeme oluşturulmalı.", "There were too many attempts for this payment; a new one has to be made.")
				}
				q.Installments = p.Installments
			}
			if err := insertAttempt(tx, a); err != nil {
				return err
			}
			q.Surcharge, q.CardBank = a.Amount-q.Amount.Minor, c.bank
			q.Status, q.AccountID, q.Route, q.Test, q.BankOrderID, q.CardMasked, q.CardBrand, q.ClientIP = Authorizing, a.AccountID, c.why, c.account.Mode == "test", a.OrderID, a.CardMasked, a.CardBrand, in.ClientIP
			q.DeclineCode, q.BankCode, q.BankMessage = "", "", ""
			data := map[string]any{"attempt": a.ID, "route": c.why, "bank": c.account.Bank, "model": a.Model}
			if isNew {
				return s.insert(ctx, tx, q, data)
			}
			q.Version++
			if err := update(tx, q); err != nil {
				return err
			}
			return s.log.Append(ctx, tx, q.event("authorizing", "", data))
		})
		if db.IsUnique(err) && !isNew { // the same form was sent twice at the same moment
			p, err := s.ByToken(ctx, p.Token)
			return p, nil, err
		}
		if err != nil {
			return p, nil, err
		}
		isNew = false

		// From here on the payer's leaving stops nothing.
		on, cancel := context.WithTimeout(context.WithoutCancel(ctx), pos.DefaultTimeout+5*time.Second)
		var r pos.Result
		var f pos.Form
		var verify *pos.Attempt
		if c.secure {
			var att pos.Attempt
			f, att, r, err = g.(pos.Secure3D).Start(on, x, s.callbackURL(a))
			verify = &att
		} else {
			r, err = g.Sale(on, x)
		}
		cancel()
		if err != nil { // refused by the library: nothing was sent
			r = pos.Result{Outcome: pos.Failed, Code: pos.CodeInvalidRequest, Reason: err.Error(), Installments: -1}
		}
		if r.Outcome == pos.Redirect {
			s.keepForm(a.ID, f)
		}
		q, a, err := s.settle(context.WithoutCancel(ctx), p.group(), a.ID, r, verify, rec)
		if err != nil {
			return p, nil, err
		}
		p = q
		if a.State == redirected {
			return p, &f, nil
		}
		if a.State != failed || !technical(r) || i == len(choices)-1 {
			return p, nil, nil
		}
	}
	return p, nil, nil
}

// maxAttempts bounds the attempts of one payment: a page is no place to try out stolen cards.
const maxAttempts = 12

func attemptCount(tx db.Tx, paymentID string) (n int, err error) {
	err = tx.QueryRow("SELECT COUNT(*) FROM payment_attempt WHERE payment_id = $1", paymentID).Scan(&n)
	return n, err
}

// technical reports whether another account may do what this one could not: nothing was charged, and the card is not to blame.
func technical(r pos.Result) bool {
	switch r.DeclineClass() {
	case pos.ClassMerchant, pos.ClassTechnical:
		return r.SafeToRetry()
	}
	return r.Code == pos.CodeBankUnreachable
}

// refusedByBank turns what a bank cannot do into a fault.
func refusedByBank(err error) error {
	what := strings.TrimPrefix(strings.TrimPrefix(err.Error(), pos.ErrUnsupported.Error()+": "), pos.ErrInvalid.Error()+": ")
	return fault.New(fault.Invalid, "not_supported_by_bank", "Seçilen banka hesabı bunu yapamıyor ("+what+").", "The account at the bank cannot do this ("+what+").")
}
