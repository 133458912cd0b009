package payment

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// State is where an attempt stands.
type State string

// The states. Every one of the first four is on disk before anything leaves for the bank.
const (
	starting   State = "starting"   // the bank is asked for its form; nothing can be charged yet
	redirected State = "redirected" // the payer has the form
	charging   State = "charging"   // the charge is on its way
	completing State = "completing" // the charge after 3-D Secure is on its way
	lost       State = "unknown"    // no answer: the bank is being asked
	approved   State = "approved"
	refused    State = "declined"
	failed     State = "failed"
	reversing  State = "reversing" // approved too late or twice: to be given back
	reversed   State = "reversed"
)

// live reports whether the attempt may still charge.
func (s State) live() bool {
	return slices.Contains([]State{starting, redirected, charging, completing, lost}, s)
}

// The net catches what a dead process left behind: longer than a bank may take ([pos.DefaultTimeout]).
const net = 90 * time.Second

// Attempt is one try to pay, under an order id of its own.
type Attempt struct {
	ID         string
	PaymentID  string
	CompanyID  string
	AccountID  string
	OrderID    string
	TryKey     string
	Token      string // of the callback's address
	State      State
	Amount     int64 // kuruş that are charged
	Model      pos.Model
	CardMasked string
	CardBrand  string
	Result     Result
	AskAt      time.Time
	Asks       int
	Lost       int
	CreatedAt  time.Time
	EndedAt    time.Time

	secret []byte // pos.Attempt, encrypted
}

// money is what the attempt charges.
func (a Attempt) money(p Payment) pos.Money {
	return pos.Money{Minor: a.Amount, Currency: p.Amount.Currency}
}

// secure reports whether the payer went through 3-D Secure.
func (a Attempt) secure() bool { return a.Model != pos.NonSecure }

// bankCharges reports whether the bank itself charges during its pages: then money may move without a callback.
func (a Attempt) bankCharges() bool {
	return a.Model == pos.SecurePay || a.Model == pos.SecureHosted || a.Model == pos.Hosted
}

// Result is what is kept of a bank's answer.
type Result struct {
	Outcome      pos.Outcome `json:"outcome,omitempty"`
	Code         pos.Code    `json:"code,omitempty"`
	BankCode     string      `json:"bank_code,omitempty"`
	HostCode     string      `json:"host_code,omitempty"`
	Message      string      `json:"message,omitempty"`
	AuthCode     string      `json:"auth_code,omitempty"`
	RRN          string      `json:"rrn,omitempty"`
	STAN         string      `json:"stan,omitempty"`
	Reference    string      `json:"reference_code,omitempty"`
	OrderTrackID string      `json:"order_track_id,omitempty"`
	Batch        string      `json:"batch_number,omitempty"`
	Authorized   int64       `json:"authorized,omitempty"`
	BankTime     time.Time   `json:"bank_time,omitzero"`
	Reason       string      `json:"reason,omitempty"`
}

func keep(r pos.Result) Result {
	code := r.ResponseCode
	if code == "" {
		code = r.ErrorCode
	}
	return Result{Outcome: r.Outcome, Code: r.Code, BankCode: clip(code, 40), HostCode: clip(r.HostResponseCode, 40), Message: clip(pos.Mask(r.Message), 300), AuthCode: clip(r.AuthCode, 40), RRN: clip(r.RRN, 40), STAN: clip(r.STAN, 40),
		Reference: clip(r.ReferenceCode, 80), OrderTrackID: clip(r.OrderTrackID, 80), Batch: clip(r.BatchNumber, 40), Authorized: r.Authorized.Minor, BankTime: r.BankTime, Reason: clip(pos.Mask(r.Reason), 300)}
}

// clip bounds a text of the bank and takes out what no database holds.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "?")
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

const attemptColumns = "id, payment_id, company_id, account_id, order_id, try_key, token, state, amount, model, card_masked, card_brand, secret, result, ask_at, asks, lost, created_at, ended_at"

func scanAttempt(r db.Row) (a Attempt, err error) {
	var result string
	var ask, created, ended int64
	if err = r.Scan(&a.ID, &a.PaymentID, &a.CompanyID, &a.AccountID, &a.OrderID, &a.TryKey, &a.Token, &a.State, &a.Amount, &a.Model, &a.CardMasked, &a.CardBrand, &a.secret, &result, &ask, &a.Asks, &a.Lost, &created, &ended); err != nil {
		return a, err
	}
	a.AskAt, a.CreatedAt, a.EndedAt = db.Time(ask), db.Time(created), db.Time(ended)
	return a, json.Unmarshal([]byte(result), &a.Result)
}

func insertAttempt(tx db.Tx, a Attempt) error {
	_, err := tx.Exec("INSERT INTO payment_attempt ("+attemptColumns+", code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '')", a.ID, a.PaymentID, a.CompanyID, a.AccountID, a.OrderID, a.TryKey, a.Token,
		string(a.State), a.Amount, string(a.Model), a.CardMasked, a.CardBrand, a.secret, audit.Data(a.Result), db.Micros(a.AskAt), a.Asks, a.Lost, db.Micros(a.CreatedAt), db.Micros(a.EndedAt))
	return err
}

func updateAttempt(tx db.Tx, a Attempt) error {
	_, err := tx.Exec("UPDATE payment_attempt SET state = $1, secret = $2, result = $3, ask_at = $4, lost = $5, ended_at = $6, code = $7 WHERE id = $8", string(a.State), a.secret, audit.Data(a.Result), db.Micros(a.AskAt), a.Lost, db.Micros(a.EndedAt), string(a.Result.Code), a.ID)
	return err
}

func readAttempt(tx db.Tx, id string) (Attempt, error) {
	return scanAttempt(tx.QueryRow("SELECT "+attemptColumns+" FROM payment_attempt WHERE id = $1", id))
}

func attemptsOf(tx db.Tx, paymentID string) ([]Attempt, error) {
	return db.All(tx, scanAttempt, "SELECT "+attemptColumns+" FROM payment_attempt WHERE payment_id = $1 ORDER BY id", paymentID)
}

// Attempts returns the attempts of a payment, the oldest first.
func (s *Service) Attempts(ctx context.Context, companyID, id string) (out []Attempt, err error) {
	if _, err = s.Get(ctx, companyID, id); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { out, err = attemptsOf(tx, id); return err })
	return out, err
}

// seal encrypts what callbacks are compared with.
func (s *Service) sealAttempt(a *Attempt, x pos.Attempt) (err error) {
	plain, err := json.Marshal(x)
	if err != nil {
		return err
	}
	a.secret, err = s.vault.Seal(plain, "payment_attempt:"+a.ID)
	return err
}

func (s *Service) openAttempt(a Attempt) (x pos.Attempt, err error) {
	plain, err := s.vault.Open(a.secret, "payment_attempt:"+a.ID)
	if err != nil {
		return x, err
	}
	return x, json.Unmarshal(plain, &x)
}

// Exchange is one request to the bank and its answer, without card data and secrets.
type Exchange struct {
	ID        string
	PaymentID string
	CompanyID string
	About     string // attempt or operation
	URL       string
	Request   string
	Status    int
	Response  string
	Error     string
	Took      time.Duration
	At        time.Time
}

// digest names the exchange in the log, so that a changed one shows.
func (x Exchange) digest() string {
	h := sha256.New()
	for _, s := range []string{x.ID, x.About, x.URL, x.Request, x.Response, x.Error} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// maxKept bounds what is kept of a request or an answer.
const maxKept = 16 << 10

// recorder collects the exchanges of one call.
type recorder struct {
	mu  sync.Mutex
	all []pos.Exchange
}

func (r *recorder) record(x pos.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, x)
}

// write stores the exchanges of a call and returns their digests for the event that tells of it.
func (r *recorder) write(tx db.Tx, p Payment, about string) ([]string, error) {
	if r == nil {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var digests []string
	for _, x := range r.all {
		e := Exchange{ID: db.NewID("exc"), PaymentID: p.ID, CompanyID: p.CompanyID, About: about, URL: clip(x.URL, 300), Request: clip(x.Request, maxKept), Status: x.Status, Response: clip(x.Response, maxKept), Error: clip(x.Err, 300), Took: x.Took, At: x.At}
		if _, err := tx.Exec("INSERT INTO payment_exchange (id, payment_id, company_id, about, url, request, http_status, response, error, took, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
			e.ID, e.PaymentID, e.CompanyID, e.About, e.URL, e.Request, e.Status, e.Response, e.Error, e.Took.Microseconds(), db.Micros(e.At)); err != nil {
			return nil, err
		}
		digests = append(digests, e.ID+":"+e.digest())
	}
	return digests, nil
}

// Exchanges returns what was said between Onay and the bank about a payment, the oldest first.
func (s *Service) Exchanges(ctx context.Context, companyID, id string) (out []Exchange, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, func(r db.Row) (x Exchange, err error) {
			var took, at int64
			err = r.Scan(&x.ID, &x.PaymentID, &x.CompanyID, &x.About, &x.URL, &x.Request, &x.Status, &x.Response, &x.Error, &took, &at)
			x.Took, x.At = time.Duration(took)*time.Microsecond, db.Time(at)
			return x, err
		}, "SELECT id, payment_id, company_id, about, url, request, http_status, response, error, took, at FROM payment_exchange WHERE company_id = $1 AND payment_id = $2 ORDER BY id", companyID, id)
		return err
	})
	return out, err
}

// client carries requests to banks: many at a time to the same few hosts.
var client = func() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 512, 128
	return &http.Client{Timeout: pos.DefaultTimeout, Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}()

// gateway opens an account for a call whose exchanges are recorded.
func (s *Service) gateway(a Account) (pos.Gateway, *recorder, error) {
	r := &recorder{}
	g, err := a.open(pos.Transport{Client: client, Record: r.record, Clock: s.clock.Now})
	return g, r, err
}

// moved reports whether an account leads to another system of the bank than when a payment was made: nothing that it says is about the payment.
func (a Account) moved(p Payment) bool { return (a.Mode == "test") != p.Test }

// settle writes what became of an attempt. It is called with whatever a call, a callback or an inquiry learned, in any order and any
// number of times: the first certain answer counts, and a success that comes after the end is given back. verify is the attempt to keep
// for a callback, nil for none.
func (s *Service) settle(ctx context.Context, group, attemptID string, r pos.Result, verify *pos.Attempt, rec *recorder) (p Payment, a Attempt, err error) {
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(group); err != nil {
			return err
		}
		if a, err = readAttempt(tx, attemptID); err != nil {
			return err
		}
		if p, err = readPayment(tx, a.PaymentID); err != nil {
			return err
		}
		digests, err := rec.write(tx, p, a.ID)
		if err != nil {
			return err
		}
		if verify != nil && a.State == starting {
			if err := s.sealAttempt(&a, *verify); err != nil {
				return err
			}
		}
		return s.apply(ctx, tx, &p, &a, r, map[string]any{"attempt": a.ID, "exchanges": digests})
	})
	return p, a, err
}

// apply moves an attempt and its payment by one answer. The caller holds the lock of the payment's group.
func (s *Service) apply(ctx context.Context, tx db.Tx, p *Payment, a *Attempt, r pos.Result, data map[string]any) error {
	now := s.clock.Now()
	if !a.State.live() {
		if r.Outcome != pos.Approved || a.State != refused && a.State != failed {
			return nil
		}
		// The bank says yes to what the payer was told had failed.
		a.State, a.AskAt, a.Lost, a.Result = reversing, now, 0, keep(r)
		return s.tell(ctx, tx, p, a, "late_success", "Banka, başarısız sayılan bir ödemeyi onaylamış; geri veriliyor.", data)
	}
	switch {
	case r.Outcome == pos.Approved:
		a.Result, a.EndedAt, a.AskAt = keep(r), now, time.Time{}
		paid := p.Status.Paid()
		if !paid && p.OrderReference != "" {
			err := tx.QueryRow("SELECT 1 FROM payment WHERE paid_key = $1", p.group()).Scan(new(int))
			if paid = err == nil; err != nil && !errors.Is(err, db.ErrNoRows) {
				return err
			}
		}
		if paid || p.Status == Voided || p.Status == Refunded {
			a.State, a.AskAt = reversing, now
			return s.tell(ctx, tx, p, a, "duplicate", "Sipariş zaten ödenmiş; ikinci ödeme geri veriliyor.", data)
		}
		a.State = approved
		p.take(*a)
		p.DeclineCode, p.BankCode, p.BankMessage, p.PaidAt = "", "", "", now
		if p.PreAuth {
			p.Status = Authorized
		} else {
			p.Status, p.Captured = Captured, a.Amount
		}
		return s.tell(ctx, tx, p, a, string(p.Status), "", data)
	case r.Outcome == pos.Redirect && a.State == starting:
		a.State, a.AskAt = redirected, now.Add(patience[0])
	case r.Outcome == pos.Redirect:
		return nil
	case r.Outcome == pos.Declined && !r.OutcomeUncertain():
		a.State, a.Result, a.EndedAt, a.AskAt = refused, keep(r), now, time.Time{}
	case r.Outcome == pos.Failed && !r.OutcomeUncertain():
		a.State, a.Result, a.EndedAt, a.AskAt = failed, keep(r), now, time.Time{}
	case a.State == starting: // a question before the charge: nothing moved
		a.State, a.Result, a.EndedAt, a.AskAt = failed, keep(pos.NothingMoved(r)), now, time.Time{}
	default:
		if a.State == lost {
			return updateAttempt(tx, *a)
		}
		a.State, a.Result, a.AskAt, a.Lost = lost, keep(r), now.Add(soon), 0
	}
	return s.derive(ctx, tx, p, a, data)
}

// derive gives the payment the status that its attempts make.
func (s *Service) derive(ctx context.Context, tx db.Tx, p *Payment, a *Attempt, data map[string]any) error {
	if p.Status.Paid() || p.Status == Voided || p.Status == Refunded {
		return updateAttempt(tx, *a)
	}
	all, err := attemptsOf(tx, p.ID)
	if err != nil {
		return err
	}
	status := Created
	rank := map[State]Status{charging: Authorizing, completing: Authorizing, starting: Authorizing, lost: Unknown, redirected: AwaitingBank}
	order := []Status{Created, Failed, Declined, AwaitingBank, Unknown, Authorizing}
	for _, x := range all {
		if x.ID == a.ID {
			x = *a
		}
		to, ok := rank[x.State]
		switch {
		case ok:
		case x.ID != a.ID && !x.EndedAt.IsZero(): // an older one that ended says nothing any more
			continue
		case x.State == refused:
			to = Declined
		default:
			to = Failed
		}
		if slices.Index(order, to) > slices.Index(order, status) {
			status = to
		}
	}
	if all[len(all)-1].ID == a.ID {
		p.take(*a)
		p.DeclineCode, p.BankCode, p.BankMessage = a.Result.Code, a.Result.BankCode, a.Result.Message
	}
	p.Status = status
	return s.tell(ctx, tx, p, a, string(status), a.Result.Reason, data)
}

// take copies what the payment shows of an attempt.
func (p *Payment) take(a Attempt) {
	p.AccountID, p.BankOrderID, p.CardMasked, p.CardBrand, p.Surcharge = a.AccountID, a.OrderID, a.CardMasked, a.CardBrand, a.Amount-p.Amount.Minor
	p.AuthCode, p.RRN, p.ReferenceCode, p.BatchNumber, p.OrderTrackID = a.Result.AuthCode, a.Result.RRN, a.Result.Reference, a.Result.Batch, a.Result.OrderTrackID
}

// tell writes payment, attempt and the event.
func (s *Service) tell(ctx context.Context, tx db.Tx, p *Payment, a *Attempt, kind, reason string, data map[string]any) error {
	p.Version++
	if a != nil {
		if err := updateAttempt(tx, *a); err != nil {
			return err
		}
	}
	if err := update(tx, *p); err != nil {
		return err
	}
	return s.log.Append(ctx, tx, p.event(kind, reason, data))
}

// isToken reports whether a text can be one of ours; no database is asked for any other.
func isToken(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// newToken returns 130 random bits in small letters and digits.
func newToken() string { return strings.ToLower(rand.Text()) }

// errBusy is what a second charge of an order meets while the first has no answer.
func errBusy() error {
	return fault.New(fault.Conflict, "payment_in_progress", "Bu siparişin bir ödemesi şu anda bankada; sonucu belli olmadan yeniden denenemez.", "A payment of this order is at the bank; it cannot be tried again before its end is known.")
}

func errPaid() error {
	return fault.New(fault.Conflict, "order_already_paid", "Bu sipariş zaten ödendi.", "This order is paid already.")
}
