package payment

import (
	"context"
	"slices"
	"time"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// choice is an account over which a payment may go, and why.
type choice struct {
	account Account
	model   pos.Model
	secure  bool
	moto    bool
	charge  int64 // kuruş: with what the payer pays for installments
	cost    int   // what the bank keeps, in hundredths of a percent
	onUs    bool  // the card is of this bank or of one of its card programs
	trouble bool
	why     string
	bank    string // of the card
}

// route finds the accounts over which a payment can go, in the order in which they are tried: the next one only after a technical
// failure before anything was charged. Once an account is live, test accounts are not chosen any more unless asked for by name. digits
// are the card's first ones, where they are known.
func (s *Service) route(ctx context.Context, p Payment, card bool, digits string) ([]choice, error) {
	known, err := s.known(ctx, p.CompanyID)
	if err != nil {
		return nil, err
	}
	return known.route(p, card, known.bins.find(digits), known.rules.Order)
}

func (known *remembered) route(p Payment, card bool, b Bin, order []string) ([]choice, error) {
	live := false
	for _, a := range known.accounts {
		live = live || a.Status == "on" && a.Mode == "live"
	}
	if card && known.rules.BankPageOnly {
		return nil, fault.New(fault.Invalid, "card_not_taken", "Kart yalnızca bankanın sayfasında yazılabilir.", "Cards are typed on the bank's page only.")
	}
	var out []choice
	why := error(fault.New(fault.Conflict, "no_pos_account", "Açık bir banka hesabı (sanal POS) yok.", "No account at a bank is switched on."))
	for i, a := range known.accounts {
		switch {
		case p.AccountWanted != "" && a.ID != p.AccountWanted:
			continue
		case a.Status != "on":
			if p.AccountWanted != "" {
				return nil, fault.Field("pos_account", "pos_account_off", "Bu banka hesabı kapalı.", "This account is switched off.")
			}
			continue
		case p.AccountWanted == "" && live && a.Mode != "live":
			continue
		}
		caps := known.caps[i]
		contract, allowed := a.installment(p.Installments)
		c := choice{account: a, moto: caps.Has(pos.AbilityMOTO), charge: contract.charge(p.Amount.Minor), cost: contract.CostRate, trouble: known.trouble[a.ID], bank: b.Name}
		profile := a.Profile()
		c.onUs = b.Program != "" && slices.Contains(profile.Programs, b.Program) || b.Bank != "" && b.Bank == profile.EFT
		if c.model = caps.Models[len(caps.Models)-1]; c.model != pos.NonSecure && known.able[i] && p.Secure3D == secureDefault {
			c.secure = true
			if caps.ChargesAlone && c.model == pos.Secure {
				c.model = pos.SecurePay
			}
		}
		if err := fits(p, caps, c, card, allowed); err != nil {
			why = err
			continue
		}
		if known.rules.BankPageOnly && (!c.secure || !c.model.OnBankPage()) {
			why = fault.New(fault.Invalid, "card_not_taken", "Kart yalnızca bankanın sayfasında yazılabilir.", "Cards are typed on the bank's page only.")
			continue
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		if p.AccountWanted != "" && fault.Code(why) == "no_pos_account" {
			return nil, fault.Field("pos_account", "unknown_pos_account", "Böyle bir banka hesabı yok.", "There is no such account.")
		}
		return nil, why
	}
	rank(out, order)
	for i := range out {
		if p.AccountWanted != "" {
			out[i].why = "asked"
		}
	}
	return out, nil
}

// by compares two accounts by one criterion: negative if a is the better one.
func by(criterion string, a, b choice) int {
	better := func(x, y bool) int {
		switch {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return 0
	}
	switch criterion {
	case OnUs:
		return better(a.onUs, b.onUs)
	case Cost:
		return a.cost - b.cost
	case Success:
		return better(!a.trouble, !b.trouble)
	}
	return a.account.Priority - b.account.Priority
}

// rank puts the best first, and says of each what decided: of the first, the criterion that put it before the second.
func rank(list []choice, order []string) {
	slices.SortStableFunc(list, func(a, b choice) int {
		for _, c := range order {
			if n := by(c, a, b); n != 0 {
				return n
			}
		}
		return 0
	})
	for i := range list {
		list[i].why = "failover"
	}
	if list[0].why = "only"; len(list) > 1 {
		list[0].why = Priority
		for _, c := range order {
			if by(c, list[0], list[1]) != 0 {
				list[0].why = c
				break
			}
		}
	}
}

// fits tells why an account cannot take a payment.
func fits(p Payment, caps pos.Capabilities, c choice, card, allowed bool) error {
	lacks := func(code, tr, en string) error { return fault.New(fault.Invalid, code, tr, en) }
	switch {
	case !caps.HasCurrency(p.Amount.Currency):
		return lacks("currency_not_taken", "Hiçbir banka hesabı bu para birimini almıyor.", "No account takes this currency.")
	case p.Installments > 1 && (!caps.Has(pos.AbilityInstallments) || p.Amount.Currency != pos.TRY || !allowed):
		return lacks("installments_not_taken", "Hiçbir banka hesabı bu ödemeyi bu taksitle almıyor.", "No account takes this in so many installments.")
	case p.PreAuth && !caps.Has(pos.AbilityPreAuth):
		return lacks("pre_auth_not_taken", "Hiçbir banka hesabı ön provizyon yapamıyor.", "No account can pre-authorize.")
	case p.Secure3D == secureDefault && !c.secure:
		return lacks("secure3d_not_taken", "3-D Secure isteniyor, ama hiçbir banka hesabı 3-D ile çalışmıyor.", "3-D Secure is required, and no account works with it.")
	case card && c.secure && c.model.OnBankPage():
		return lacks("card_not_taken", "Bu banka hesabında kart yalnızca bankanın sayfasında yazılır.", "With this account the card is typed on the bank's page only.")
	}
	return nil
}

// Offer is one way in which a payer may pay.
type Offer struct {
	Installments int
	Total        int64 // kuruş
	Monthly      int64 // kuruş, rounded; Total is what counts
}

// Offers tells whether the page of a payment asks for the card (else the bank's page does), and in how many installments it may be paid: by
// the contracts of the accounts over which it can go. A payment that was made for a number of installments offers no other.
func (s *Service) Offers(ctx context.Context, p Payment) (card bool, offers []Offer, err error) {
	choices, err := s.route(ctx, p, false, "")
	if err != nil {
		return false, nil, err
	}
	card = !choices[0].secure || !choices[0].model.OnBankPage()
	add := func(n int) {
		q := p
		q.Installments = n
		if list, err := s.route(ctx, q, false, ""); err == nil {
			least := list[0].charge
			for _, c := range list {
				least = min(least, c.charge)
			}
			offers = append(offers, Offer{n, least, (least + int64(n)/2) / int64(n)})
		}
	}
	if add(max(1, p.Installments)); p.Installments <= 1 {
		counts := map[int]bool{}
		for _, c := range choices {
			for _, i := range c.account.Installments {
				if i.Count > 1 {
					counts[i.Count] = true
				}
			}
		}
		for n := 2; n <= 36; n++ {
			if counts[n] {
				add(n)
			}
		}
	}
	return card, offers, nil
}

// Simulated is what a set of rules would have done for one account.
type Simulated struct {
	AccountID string
	Was, Now  struct {
		Count int64
		Sum   int64 // kuruş
		Cost  int64 // kuruş that the bank keeps by the contract
	}
}

// Simulate sends the paid payments of the last days (5 000 at most) through other rules, without the rule about trouble: what would have gone where, at what cost?
func (s *Service) Simulate(ctx context.Context, companyID string, order []string, days int) ([]Simulated, error) {
	if err := (Rules{Order: order}).Validate(); err != nil {
		return nil, err
	}
	known, err := s.known(ctx, companyID)
	if err != nil {
		return nil, err
	}
	var rows []Payment
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		rows, err = db.All(tx, scanPayment, "SELECT "+paymentColumns+" FROM payment WHERE company_id = $1 AND id >= $2 AND captured > 0 ORDER BY id DESC LIMIT 5000", companyID, idSince("pay", s.clock.Now().Add(-time.Duration(days)*24*time.Hour)))
		return err
	})
	if err != nil {
		return nil, err
	}
	out, at := []Simulated{}, map[string]int{}
	line := func(id string) *Simulated {
		i, ok := at[id]
		if !ok {
			i = len(out)
			at[id], out = i, append(out, Simulated{AccountID: id})
		}
		return &out[i]
	}
	cost := func(a Account, p Payment) int64 {
		c, _ := a.installment(p.Installments)
		return (p.Captured*int64(c.CostRate) + 5000) / 10000
	}
	for _, p := range rows {
		b := known.bins.find(p.CardMasked[:min(6, len(p.CardMasked))])
		was := line(p.AccountID)
		was.Was.Count, was.Was.Sum = was.Was.Count+1, was.Was.Sum+p.Captured
		for _, a := range known.accounts {
			if a.ID == p.AccountID {
				was.Was.Cost += cost(a, p)
			}
		}
		q := p
		if q.AccountWanted = ""; q.Secure3D == "" {
			q.Secure3D = secureDefault
		}
		list, err := known.route(q, false, b, slices.DeleteFunc(slices.Clone(order), func(c string) bool { return c == Success }))
		if err != nil {
			line(p.AccountID).Now.Count++
			continue
		}
		now := line(list[0].account.ID)
		now.Now.Count, now.Now.Sum, now.Now.Cost = now.Now.Count+1, now.Now.Sum+p.Captured, now.Now.Cost+cost(list[0].account, p)
	}
	return out, nil
}
