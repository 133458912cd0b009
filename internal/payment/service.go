// Package payment takes card payments over a company's accounts at banks (Sanal POS).
//
// A payment is what a payer is asked for; each try to pay it is an attempt under an order id of its own. What is about to be sent is
// on disk before it leaves, and what comes back, whether as an answer, a callback or an inquiry, goes through one function
// ([Service.settle]) under the lock of the order: the first certain answer counts, an answer that never came is asked for, and a
// success that comes too late or twice is given back.
package payment

import (
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/pos"
)

// Service does everything with payments and accounts at banks.
type Service struct {
	db     db.DB
	log    *audit.Log
	vault  *vault.Vault
	clock  clock.Clock
	lg     *slog.Logger
	public string

	forms   sync.Map // id of an attempt: form, for the payer's browser alone
	cache   sync.Map // id of a company: *remembered
	hour    atomic.Int64
	binsNow atomic.Pointer[binTable]
	links   sync.Map // id of a link or an attempt: *rate.Limiter; whoever tries out stolen cards needs many payments
}

// New returns the service.
func New(d db.DB, l *audit.Log, v *vault.Vault, c clock.Clock, lg *slog.Logger) *Service {
	if lg == nil {
		lg = slog.New(slog.DiscardHandler)
	}
	return &Service{db: d, log: l, vault: v, clock: c, lg: lg, public: "http://127.0.0.1:8080"}
}

// At says at which address payers reach the program. It is to be called before the first payment.
func (s *Service) At(public string) { s.public = strings.TrimRight(public, "/") }

// Public is the address under which people reach the program, without a slash at its end.
func (s *Service) Public() string { return s.public }

// PageURL is where the payer pays, and sees what became of it.
func (s *Service) PageURL(p Payment) string { return s.public + "/pay/" + p.Token }

// callbackURL is where the bank sends the payer's browser back to.
func (s *Service) callbackURL(a Attempt) string { return s.public + "/pay/return/" + a.Token }

// form is what the payer's browser is to post to the bank. It may hold a card, so it is in memory only, until the attempt goes on or
// the time is over.
type form struct {
	pos.Form
	until time.Time
}

const formLife = 15 * time.Minute

func (s *Service) keepForm(attemptID string, f pos.Form) {
	s.forms.Store(attemptID, form{f, s.clock.Now().Add(formLife)})
}

// forget drops forms whose time is over, and every hour what is remembered of links and attempts.
func (s *Service) forget() {
	now := s.clock.Now()
	if hour := now.Unix() / 3600; s.hour.Swap(hour) != hour {
		s.links.Clear()
	}
	s.forms.Range(func(k, v any) bool {
		if now.After(v.(form).until) {
			s.forms.Delete(k)
		}
		return true
	})
}
