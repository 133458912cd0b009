package console

import (
	"net/http"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/verification"
)

// The button "İYS Kodu Gönder" of a card that is there: the question, the code, the proof on the card.
func init() {
	registrars = append(registrars, func(c *Console) {
		c.handle("GET /customers/{id}/verify", company.VerificationsSend, c.askCard)
		c.handle("POST /customers/{id}/verify", company.VerificationsSend, c.sendCard)
		c.handle("GET /customers/{id}/verify/{ver}", company.VerificationsSend, c.cardCode)
		c.handle("POST /customers/{id}/verify/{ver}", company.VerificationsSend, c.postCardCode)
		c.handle("GET /customers/{id}/verify/{ver}/live", company.VerificationsSend, c.liveCard)
	})
}

// mayVerify tells whether a code may be sent for the number on a card: there is one, it is not proven, and its place asks at all.
func mayVerify(r *http.Request, card customer.Customer) bool {
	v := viewerOf(r)
	return card.Phone != "" && card.PhoneVerifiedAt.IsZero() && company.Can(v.Role, company.VerificationsSend) && v.Company.Settings.Ask(card.EntryPoint) != company.Off
}

// cardToVerify returns the card; one that needs no code is shown instead, and ok is false.
func (c *Console) cardToVerify(w http.ResponseWriter, r *http.Request) (card customer.Customer, ok bool, err error) {
	card, err = c.Customers.Get(r.Context(), viewerOf(r).Company.ID, r.PathValue("id"))
	if err != nil {
		return card, false, err
	}
	if !mayVerify(r, card) {
		c.redirect(w, r, "/customers/"+card.ID)
		return card, false, nil
	}
	return card, true, nil
}

func (c *Console) askCard(w http.ResponseWriter, r *http.Request) error {
	card, ok, err := c.cardToVerify(w, r)
	if ok {
		c.showAsk(w, r, http.StatusOK, cardQuestion(card, db.NewID("act")))
	}
	return err
}

func cardQuestion(card customer.Customer, once string) custscreens.AskProps {
	return custscreens.AskProps{Action: "/customers/" + card.ID + "/verify", Back: "/customers/" + card.ID, Phone: card.Phone, Name: card.DisplayName(), Once: once}
}

func (c *Console) sendCard(w http.ResponseWriter, r *http.Request) error {
	card, ok, err := c.cardToVerify(w, r)
	if !ok {
		return err
	}
	if r.PostFormValue("answer") == "no" {
		c.redirect(w, r, "/customers/"+card.ID)
		return nil
	}
	once := r.PostFormValue("once")
	if len(once) < 8 || len(once) > 60 {
		once = db.NewID("act")
	}
	v, err := c.start(r, "verify:"+card.ID+":"+once, card.Phone, card.EntryPoint, card.ID, "")
	if f := fault.As(err); f != nil {
		a := cardQuestion(card, db.NewID("act"))
		a.Error = refusal(r, f)
		retryAfter(w, f.RetryAfter)
		c.showAsk(w, r, int(f.Kind), a)
		return nil
	}
	if err != nil {
		return err
	}
	c.redirect(w, r, "/customers/"+card.ID+"/verify/"+v.ID)
	return nil
}

// cardVerification returns a verification of a card's customer; one of somebody else is not found.
func (c *Console) cardVerification(w http.ResponseWriter, r *http.Request) (customer.Customer, codePage, verification.Verification, error) {
	co := viewerOf(r).Company.ID
	card, err := c.Customers.Get(r.Context(), co, r.PathValue("id"))
	if err != nil {
		return card, codePage{}, verification.Verification{}, err
	}
	v, err := c.Verifications.Get(r.Context(), co, r.PathValue("ver"))
	if err == nil && (v.CustomerID != card.ID || v.Purpose != verification.VerifyPhone) {
		err = fault.Missing(r.PathValue("ver"))
	}
	return card, codePage{action: "/customers/" + card.ID + "/verify/" + v.ID, name: card.DisplayName()}, v, err
}

func (c *Console) cardCode(w http.ResponseWriter, r *http.Request) error {
	card, page, v, err := c.cardVerification(w, r)
	if err != nil {
		return err
	}
	if card.PhoneVerificationID == v.ID {
		c.redirect(w, r, "/customers/"+card.ID)
		return nil
	}
	return c.showCodePage(w, r, http.StatusOK, page, v, nil)
}

func (c *Console) postCardCode(w http.ResponseWriter, r *http.Request) error {
	card, page, v, err := c.cardVerification(w, r)
	if err != nil {
		return err
	}
	switch r.PostFormValue("do") {
	case "resend":
		return c.resend(w, r, page, v)
	case "new":
		c.redirect(w, r, "/customers/"+card.ID+"/verify")
		return nil
	case "cancel":
		if _, err := c.Verifications.Cancel(r.Context(), v.CompanyID, v.ID, ""); err != nil {
			return err
		}
		c.redirect(w, r, "/customers/"+card.ID)
		return nil
	}
	v, shown, err := c.tryCode(w, r, page, v)
	if shown || err != nil {
		return err
	}
	if card.PhoneVerificationID != v.ID {
		if _, err := c.Customers.VerifyPhone(r.Context(), v.CompanyID, card.ID, v.ID); err != nil {
			return err
		}
		c.flash(r, string(ui.Good), say(r, "cust.proven"))
	}
	c.redirect(w, r, "/customers/"+card.ID)
	return nil
}

func (c *Console) liveCard(w http.ResponseWriter, r *http.Request) error {
	_, page, v, err := c.cardVerification(w, r)
	if err != nil {
		return err
	}
	return c.follow(w, r, page, v)
}
