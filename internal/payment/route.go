package payment

import (
	"context"
	"fmt"

	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/pos"
)

// choice is an account over which a payment may go, and why.
type choice struct {
	account Account
	model   pos.Model
	secure  bool
	moto    bool
	why     string
}

// route finds the accounts over which a payment can go, in the order in which they are tried: the next one only after a technical
// failure before anything was charged. Once an account is live, test accounts are not chosen any more unless asked for by name.
func (s *Service) route(ctx context.Context, p Payment, card *pos.Card) ([]choice, error) {
	known, err := s.known(ctx, p.CompanyID)
	if err != nil {
		return nil, err
	}
	live := false
	for _, a := range known.accounts {
		live = live || a.Status == "on" && a.Mode == "live"
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
		c := choice{account: a, moto: caps.Has(pos.AbilityMOTO)}
		if c.model = caps.Models[len(caps.Models)-1]; c.model != pos.NonSecure && known.able[i] && p.Secure3D == secureDefault {
			c.secure = true
			if caps.ChargesAlone && c.model == pos.Secure {
				c.model = pos.SecurePay
			}
		}
		if err := fits(p, caps, c, card != nil); err != nil {
			why = err
			continue
		}
		switch {
		case p.AccountWanted != "":
			c.why = "asked"
		case len(out) == 0:
			c.why = fmt.Sprintf("priority:%d", a.Priority)
		default:
			c.why = fmt.Sprintf("failover:%d", a.Priority)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		if p.AccountWanted != "" && fault.Code(why) == "no_pos_account" {
			return nil, fault.Field("pos_account", "unknown_pos_account", "Böyle bir banka hesabı yok.", "There is no such account.")
		}
		return nil, why
	}
	return out, nil
}

// fits tells why an account cannot take a payment.
func fits(p Payment, caps pos.Capabilities, c choice, card bool) error {
	lacks := func(code, tr, en string) error { return fault.New(fault.Invalid, code, tr, en) }
	switch {
	case !caps.HasCurrency(p.Amount.Currency):
		return lacks("currency_not_taken", "Hiçbir banka hesabı bu para birimini almıyor.", "No account takes this currency.")
	case p.Installments > 1 && (!caps.Has(pos.AbilityInstallments) || p.Amount.Currency != pos.TRY):
		return lacks("installments_not_taken", "Hiçbir banka hesabı bu ödemeyi taksitle almıyor.", "No account takes this in installments.")
	case p.PreAuth && !caps.Has(pos.AbilityPreAuth):
		return lacks("pre_auth_not_taken", "Hiçbir banka hesabı ön provizyon yapamıyor.", "No account can pre-authorize.")
	case p.Secure3D == secureDefault && !c.secure:
		return lacks("secure3d_not_taken", "3-D Secure isteniyor, ama hiçbir banka hesabı 3-D ile çalışmıyor.", "3-D Secure is required, and no account works with it.")
	case card && c.secure && c.model.OnBankPage():
		return lacks("card_not_taken", "Bu banka hesabında kart yalnızca bankanın sayfasında yazılır.", "With this account the card is typed on the bank's page only.")
	}
	return nil
}

// TakesCard reports whether the page of a payment asks for the card, or sends the payer to a page of the bank that does.
func (s *Service) TakesCard(ctx context.Context, p Payment) (bool, error) {
	choices, err := s.route(ctx, p, nil)
	if err != nil {
		return false, err
	}
	return !choices[0].secure || !choices[0].model.OnBankPage(), nil
}
