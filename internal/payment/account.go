package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
)

// Account is a company's account at a bank.
type Account struct {
	ID        string
	CompanyID string
	Bank      string // key of a profile of package banks
	Name      string
	Mode      string // test: the bank's test system; live
	// Credentials are what the bank gave, by the keys of the profile's fields. Secret ones are written and never read: they are
	// left out of what the service returns, and an empty one keeps the old value in a change.
	Credentials  map[string]string
	Addresses    map[string]string // instead of the profile's, by name
	Installments []Installment     // what the contract allows; empty: single payments on pages, anything over the API
	Contract     Contract
	Checklist    map[string]string // steps of the way to the first live payment that are done: step → day
	Priority     int               // lower is tried first
	Status       string            // on | off
	Version      int64
	CreatedAt    time.Time
}

// Installment is a number of installments in an account's contract.
type Installment struct {
	Count     int `json:"count" doc:"1 is the single payment"`
	PayerRate int `json:"payer_rate" doc:"what the payer pays on top, in hundredths of a percent"`
	CostRate  int `json:"cost_rate" doc:"what the bank keeps, in hundredths of a percent"`
}

// Steps of the way to an account's first live payment, in order.
var Steps = []string{"applied", "offer", "documents", "allocated", "credentials", "ip", "test_payment", "live"}

// installment is the contract's line for a count.
func (a Account) installment(count int) (Installment, bool) {
	for _, i := range a.Installments {
		if i.Count == max(1, count) {
			return i, true
		}
	}
	return Installment{Count: max(1, count)}, count <= 1 || len(a.Installments) == 0
}

// charge is what a card is charged for an amount in a number of installments: half a kuruş is rounded up.
func (i Installment) charge(minor int64) int64 {
	return minor + (minor*int64(i.PayerRate)+5000)/10000
}

// Profile is the bank of the account.
func (a Account) Profile() banks.Bank {
	b, _ := banks.Get(a.Bank)
	return b
}

const accountColumns = "id, company_id, bank, name, mode, credentials, addresses, installments, checklist, priority, status, version, created_at, contract"

func (s *Service) scan(r db.Row) (a Account, err error) {
	var sealed []byte
	var addresses, installments, checklist, contract string
	var at int64
	if err = r.Scan(&a.ID, &a.CompanyID, &a.Bank, &a.Name, &a.Mode, &sealed, &addresses, &installments, &checklist, &a.Priority, &a.Status, &a.Version, &at, &contract); err != nil {
		return a, err
	}
	a.CreatedAt = db.Time(at)
	plain, err := s.vault.Open(sealed, "pos_account:"+a.ID)
	if err != nil {
		return a, err
	}
	defer clear(plain)
	return a, errors.Join(json.Unmarshal(plain, &a.Credentials), json.Unmarshal([]byte(addresses), &a.Addresses), json.Unmarshal([]byte(installments), &a.Installments), json.Unmarshal([]byte(checklist), &a.Checklist), json.Unmarshal([]byte(contract), &a.Contract))
}

// public leaves the secrets out.
func (a Account) public() Account {
	a.Credentials = maps.Clone(a.Credentials)
	for _, f := range a.Profile().Fields() {
		if f.Secret {
			delete(a.Credentials, f.Key)
		}
	}
	return a
}

// Accounts returns a company's accounts by priority, without their secrets.
func (s *Service) Accounts(ctx context.Context, companyID string) (out []Account, err error) {
	out, err = s.accounts(ctx, companyID)
	for i := range out {
		out[i] = out[i].public()
	}
	return out, err
}

// fresh is how long a company's accounts are remembered: a change on this node counts at once, one on another within this time.
const fresh = time.Second

type remembered struct {
	until    time.Time
	accounts []Account
	caps     []pos.Capabilities // of each
	able     []bool             // whether each can send payers to 3-D Secure
	trouble  map[string]bool    // accounts whose last answers were mostly none
	rules    Rules
	bins     *binTable
}

// known returns a company's accounts with what they can do, at most [fresh] old.
func (s *Service) known(ctx context.Context, companyID string) (*remembered, error) {
	if r, ok := s.cache.Load(companyID); ok && time.Now().Before(r.(*remembered).until) {
		return r.(*remembered), nil
	}
	r := &remembered{until: time.Now().Add(fresh)}
	all, err := s.accounts(ctx, companyID)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		g, err := a.open(pos.Transport{})
		if err != nil {
			s.lg.Warn("an account cannot be opened and is left out", "account", a.ID, "error", err)
			continue
		}
		_, able := g.(pos.Secure3D)
		r.accounts, r.caps, r.able = append(r.accounts, a), append(r.caps, g.Capabilities()), append(r.able, able)
	}
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		if r.rules, err = s.rules(tx, companyID); err != nil {
			return err
		}
		if r.bins, err = s.bins(tx); err != nil {
			return err
		}
		r.trouble, err = trouble(tx, companyID, s.clock.Now())
		return err
	})
	if err != nil {
		return nil, err
	}
	s.cache.Store(companyID, r)
	return r, nil
}

// trouble finds the accounts of which a third or more of the last attempts, ten at least, got no answer or could not be made.
func trouble(tx db.Tx, companyID string, now time.Time) (map[string]bool, error) {
	type count struct{ all, bad int }
	by := map[string]*count{}
	since := now.Add(-10 * time.Minute)
	rows, err := db.All(tx, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) },
		"SELECT account_id, state FROM (SELECT account_id, state, company_id FROM payment_attempt WHERE id >= $1 ORDER BY id DESC LIMIT 300) x WHERE company_id = $2 AND state IN ('approved', 'declined', 'unknown', 'failed')", idSince("att", since), companyID)
	for _, x := range rows {
		c := by[x[0]]
		if c == nil {
			c = &count{}
			by[x[0]] = c
		}
		if c.all++; x[1] == "unknown" || x[1] == "failed" {
			c.bad++
		}
	}
	out := map[string]bool{}
	for id, c := range by {
		if c.all >= 10 && c.bad*3 >= c.all {
			out[id] = true
		}
	}
	return out, err
}

// idSince is the smallest id that an object made at a time can have: ids are ordered by time.
func idSince(prefix string, t time.Time) string {
	ms := fmt.Sprintf("%012x", t.UnixMilli())
	return prefix + "_" + ms[:8] + "-" + ms[8:]
}

// accounts returns them with their secrets.
func (s *Service) accounts(ctx context.Context, companyID string) (out []Account, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		out, err = db.All(tx, s.scan, "SELECT "+accountColumns+" FROM pos_account WHERE company_id = $1 ORDER BY priority, id", companyID)
		return err
	})
	return out, err
}

// Account returns one of them.
func (s *Service) Account(ctx context.Context, companyID, id string) (Account, error) {
	a, err := s.account(ctx, companyID, id)
	return a.public(), err
}

func (s *Service) account(ctx context.Context, companyID, id string) (a Account, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { a, err = s.read(tx, companyID, id); return err })
	return a, err
}

func (s *Service) read(tx db.Tx, companyID, id string) (Account, error) {
	a, err := s.scan(tx.QueryRow("SELECT "+accountColumns+" FROM pos_account WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing(id)
	}
	return a, err
}

// wrongCredential turns what the profile finds wrong into a fault of one field.
func wrongCredential(b banks.Bank, wrong map[string]string) error {
	key := slices.Min(slices.Collect(maps.Keys(wrong)))
	for _, f := range b.Fields() { // the first in the order of the form
		if wrong[f.Key] != "" {
			key = f.Key
			break
		}
	}
	label := banks.Text{TR: key, EN: key}
	for _, f := range b.Fields() {
		if f.Key == key {
			label = f.Label
		}
	}
	code, tr, en := "credential_invalid", "beklenen biçimde değil.", "does not have the right form."
	switch wrong[key] {
	case "is missing":
		code, tr, en = "credential_missing", "gerekli.", "is missing."
	case "is not known":
		code, tr, en = "credential_unknown", "bu bankanın alanlarından değil.", "is no field of this bank."
	}
	return fault.Field("credentials."+key, code, fmt.Sprintf("%s %s", label.TR, tr), fmt.Sprintf("%s %s", label.EN, en))
}

func (a *Account) validate() error {
	a.Name = strings.TrimSpace(a.Name)
	b, ok := banks.Get(a.Bank)
	switch {
	case !ok:
		return fault.Field("bank", "unknown_bank", "Bilinmeyen banka.", "Unknown bank.")
	case a.Name == "" || utf8.RuneCountInString(a.Name) > 80:
		return fault.Field("name", "invalid_name", "Hesaba 1–80 karakterlik bir ad verin.", "Give the account a name of 1 to 80 characters.")
	case a.Mode != "test" && a.Mode != "live":
		return fault.Field("mode", "invalid_mode", "Sistem test ya da live olmalı.", "The mode is test or live.")
	case a.Status != "on" && a.Status != "off":
		return fault.Field("status", "invalid_status", "Durum on ya da off olmalı.", "The status is on or off.")
	case a.Priority < 0 || a.Priority > 1000:
		return fault.Field("priority", "out_of_range", "Öncelik 0–1000 arasında olmalı.", "The priority is between 0 and 1000.")
	}
	if a.Installments == nil {
		a.Installments = []Installment{}
	}
	slices.SortFunc(a.Installments, func(x, y Installment) int { return x.Count - y.Count })
	for i, x := range a.Installments {
		if x.Count < 1 || x.Count > 36 || x.PayerRate < 0 || x.PayerRate > 9999 || x.CostRate < 0 || x.CostRate > 9999 || i > 0 && a.Installments[i-1].Count == x.Count {
			return fault.Field("installments", "invalid_installments", "Taksit sayısı 1–36 arasında ve bir kez olmalı; oranlar yüzde 0–99,99.", "A count is between 1 and 36 and there once; rates are 0 to 99.99 percent.")
		}
	}
	if err := a.Contract.validate(); err != nil {
		return err
	}
	for step, day := range a.Checklist {
		if _, err := time.Parse(time.DateOnly, day); !slices.Contains(Steps, step) || err != nil {
			return fault.Field("checklist", "invalid_checklist", "Adım bilinmiyor ya da tarih YYYY-AA-GG biçiminde değil.", "The step is not known, or its day is not written YYYY-MM-DD.")
		}
	}
	for k, v := range a.Credentials {
		v = strings.TrimSpace(v)
		if len(v) > 1000 {
			return fault.Field("credentials."+k, "too_long", "Değer en çok 1000 karakterdir.", "A value has at most 1000 characters.")
		}
		if a.Credentials[k] = v; v == "" {
			delete(a.Credentials, k)
		}
	}
	if wrong := b.Check(a.Credentials); len(wrong) > 0 {
		return wrongCredential(b, wrong)
	}
	known, profile := b.Addresses(), b.Live
	if a.Mode == "test" {
		profile = b.Test
	}
	for name, v := range a.Addresses {
		switch {
		case strings.TrimSpace(v) == "":
			delete(a.Addresses, name)
		case !slices.Contains(known, name):
			return fault.Field("addresses."+name, "address_unknown", "Bu banka böyle bir adres kullanmaz.", "This bank has no such address.")
		case len(v) > 300 || pos.CheckAddress(name, v) != nil:
			return fault.Field("addresses."+name, "invalid_url", "Adres https:// ile başlamalı.", "The address begins with https://.")
		}
	}
	for _, name := range known {
		if profile[name] == "" && a.Addresses[name] == "" {
			return fault.Field("addresses."+name, "address_missing", "Bu bankanın bu sistem için bilinen adresi yok; bankanın mektubundaki adresi yazın.",
				"No address of this bank is known for this system; enter the one of the bank's letter.")
		}
	}
	_, err := a.open(pos.Transport{})
	if err != nil { // what the fields allow each by itself and not together
		return fault.Field("credentials", "credential_invalid", "Hesap bilgileri birbirine uymuyor.", "The credentials do not fit together.")
	}
	return nil
}

func (a Account) open(tr pos.Transport) (pos.Gateway, error) {
	return banks.Open(a.Bank, a.Credentials, banks.Options{Test: a.Mode == "test", Addresses: a.Addresses, Transport: tr})
}

func (s *Service) seal(a Account) ([]byte, error) {
	plain, err := json.Marshal(a.Credentials)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return s.vault.Seal(plain, "pos_account:"+a.ID)
}

func (a Account) event(kind string, changed ...string) audit.Event {
	return audit.Event{CompanyID: a.CompanyID, ObjectID: a.ID, ObjectSeq: a.Version, Kind: kind, Data: audit.Data(map[string]any{"bank": a.Bank, "name": a.Name, "mode": a.Mode, "status": a.Status,
		"priority": a.Priority, "addresses": a.Addresses, "installments": a.Installments, "contract": a.Contract, "checklist": a.Checklist, "credentials_changed": changed})}
}

// CreateAccount adds an account.
func (s *Service) CreateAccount(ctx context.Context, a Account) (Account, error) {
	a.ID, a.Version, a.CreatedAt = db.NewID("pos"), 1, s.clock.Now()
	a.Credentials, a.Addresses, a.Checklist = clone(a.Credentials), clone(a.Addresses), clone(a.Checklist)
	if err := a.validate(); err != nil {
		return Account{}, err
	}
	sealed, err := s.seal(a)
	if err != nil {
		return Account{}, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		if err := idempotency.Record(ctx, tx, a.ID); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO pos_account ("+accountColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)", a.ID, a.CompanyID, a.Bank, a.Name, a.Mode, sealed,
			audit.Data(a.Addresses), audit.Data(a.Installments), audit.Data(a.Checklist), a.Priority, a.Status, a.Version, db.Micros(a.CreatedAt), audit.Data(a.Contract)); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, a.event("pos_account.created", slices.Sorted(maps.Keys(a.Credentials))...))
	})
	s.cache.Delete(a.CompanyID)
	if err != nil {
		return Account{}, err
	}
	return a.public(), nil
}

func clone(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return maps.Clone(m)
}

// UpdateAccount changes an account. change gets it without its secrets; a secret that it leaves empty stays as it is. The bank
// cannot be changed: its credentials would not fit.
func (s *Service) UpdateAccount(ctx context.Context, companyID, id string, change func(*Account)) (Account, error) {
	var out Account
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("pos_account:" + id); err != nil {
			return err
		}
		old, err := s.read(tx, companyID, id)
		if err != nil {
			return err
		}
		a := old.public()
		a.Addresses, a.Checklist = clone(old.Addresses), clone(old.Checklist)
		change(&a)
		a.ID, a.CompanyID, a.Bank, a.CreatedAt, a.Credentials = id, companyID, old.Bank, old.CreatedAt, clone(a.Credentials)
		for _, f := range old.Profile().Fields() {
			if v := old.Credentials[f.Key]; f.Secret && v != "" && strings.TrimSpace(a.Credentials[f.Key]) == "" {
				a.Credentials[f.Key] = v
			}
		}
		if err := a.validate(); err != nil {
			return err
		}
		var changed []string
		for _, f := range old.Profile().Fields() {
			if a.Credentials[f.Key] != old.Credentials[f.Key] {
				changed = append(changed, f.Key)
			}
		}
		sealed, err := s.seal(a)
		if err != nil {
			return err
		}
		a.Version = old.Version + 1
		if _, err := tx.Exec("UPDATE pos_account SET name = $1, mode = $2, credentials = $3, addresses = $4, priority = $5, status = $6, version = $7, installments = $9, checklist = $10, contract = $11 WHERE id = $8",
			a.Name, a.Mode, sealed, audit.Data(a.Addresses), a.Priority, a.Status, a.Version, id, audit.Data(a.Installments), audit.Data(a.Checklist), audit.Data(a.Contract)); err != nil {
			return err
		}
		out = a.public()
		return s.log.Append(ctx, tx, a.event("pos_account.changed", changed...))
	})
	s.cache.Delete(companyID)
	return out, err
}

// TestLogin asks the bank whether it accepts the account, and books nothing; see [banks.TestLogin].
func (s *Service) TestLogin(ctx context.Context, companyID, id string) (pos.Result, error) {
	a, err := s.account(ctx, companyID, id)
	if err != nil {
		return pos.Result{}, err
	}
	g, _, err := s.gateway(a)
	if err != nil {
		return pos.Result{}, err
	}
	return banks.TestLogin(ctx, g)
}
