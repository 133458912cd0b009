package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		for _, p := range formPlaces {
			c.handle("GET "+p.path, company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.newForm(w, r, p) })
			c.handle("POST "+p.path, company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.postForm(w, r, p) })
			c.handle("GET "+p.path+"/ask/{draft}", company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.ask(w, r, p) })
			c.handle("POST "+p.path+"/ask/{draft}", company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.answer(w, r, p) })
			c.handle("GET "+p.path+"/code/{draft}", company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.draftCode(w, r, p) })
			c.handle("POST "+p.path+"/code/{draft}", company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.postDraftCode(w, r, p) })
			c.handle("GET "+p.path+"/code/{draft}/live", company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.liveDraft(w, r, p) })
		}
	})
}

// newForm shows the form: empty, as the card is, or as it was left.
func (c *Console) newForm(w http.ResponseWriter, r *http.Request, p place) error {
	if d, ok := c.draft(r, r.FormValue("draft")); ok && d.Saved == "" && d.Card == r.PathValue("id") {
		return c.showForm(w, r, p, d, http.StatusOK, nil)
	}
	d := draft{ID: db.NewID("drf"), In: customer.Input{Kind: customer.Person, EntryPoint: p.entry, Phone: r.FormValue("phone"), Name: r.FormValue("name")}}
	if p.edits() {
		card, err := c.Customers.Get(r.Context(), viewerOf(r).Company.ID, r.PathValue("id"))
		if err != nil {
			return err
		}
		d.Card, d.Version, d.Before, d.In = card.ID, card.Version, card.Phone, inputOf(card)
	}
	return c.showForm(w, r, p, d, http.StatusOK, nil)
}

func inputOf(c customer.Customer) customer.Input {
	return customer.Input{Code: c.Code, Kind: c.Kind, Name: c.Name, Surname: c.Surname, Phone: c.Phone, Email: c.Email, TaxNumber: c.TaxNumber,
		TaxOffice: c.TaxOffice, EntryPoint: c.EntryPoint, Addresses: c.Addresses}
}

// showForm shows a draft with what is wrong with it beside the fields.
func (c *Console) showForm(w http.ResponseWriter, r *http.Request, p place, d draft, status int, wrong *fault.Error) error {
	f := custscreens.FormProps{Title: say(r, p.title), Action: p.base(r), Back: p.home(r), Quick: p.quick, Edit: p.edits(), Draft: d.ID, Version: d.Version,
		In: d.In, Verified: d.Proven != "" && d.Proven == d.In.Phone, AskBefore: p.mode(r, d) != company.Off}
	if wrong != nil {
		said := wrong.Text(string(text.From(r.Context())))
		f.Errors = map[string]string{wrong.Field: said}
		if !formHas(wrong.Field) {
			f.Error = said
		}
	}
	c.render(w, r, status, custscreens.Form(c.page(r, p.title, "customers"), f))
	return nil
}

func formHas(field string) bool {
	return strings.HasPrefix(field, "addresses") || strings.Contains(" kind code name surname phone email tax_number tax_office ", " "+field+" ") && field != ""
}

// postForm takes the form: it adds or removes a row, or goes on to the question or to the saved card.
func (c *Console) postForm(w http.ResponseWriter, r *http.Request, p place) error {
	d, err := c.typedDraft(r, p)
	if err != nil {
		return err
	}
	if d.Saved != "" {
		c.redirect(w, r, p.done(d.Saved))
		return nil
	}
	do := r.PostFormValue("do")
	switch {
	case do == customer.Person || do == customer.Organization:
		d.In.Kind = do
		return c.showForm(w, r, p, d, http.StatusOK, nil)
	case do == "address":
		d.In.Addresses = append(d.In.Addresses, customer.Address{})
		return c.showForm(w, r, p, d, http.StatusOK, nil)
	case strings.HasPrefix(do, "remove:"):
		if i, err := strconv.Atoi(do[len("remove:"):]); err == nil && i >= 0 && i < len(d.In.Addresses) {
			d.In.Addresses = append(d.In.Addresses[:i], d.In.Addresses[i+1:]...)
		}
		return c.showForm(w, r, p, d, http.StatusOK, nil)
	case do == "send" && strings.TrimSpace(d.In.Phone) == "":
		return c.showForm(w, r, p, d, http.StatusUnprocessableEntity, fault.Field("phone", "required", text.TR.T("cust.mobile.needed"), text.EN.T("cust.mobile.needed")))
	}
	d.In.Addresses = dropBlank(d.In.Addresses)
	if err := d.In.Check(); err != nil {
		if f := words(err); f != nil {
			return c.showForm(w, r, p, d, http.StatusUnprocessableEntity, f)
		}
		return err
	}
	if !p.asks(r, d) {
		return c.saveDraft(w, r, p, d)
	}
	c.keepDraft(r, d)
	c.redirect(w, r, p.base(r)+"/ask/"+d.ID)
	return nil
}

// typedDraft is what was typed, with what is known of this filling-in of the form.
func (c *Console) typedDraft(r *http.Request, p place) (draft, error) {
	d, known := c.draft(r, r.PostFormValue("draft"))
	if !known {
		d = draft{ID: r.PostFormValue("draft")}
		if len(d.ID) < 8 || len(d.ID) > 60 || strings.ContainsAny(d.ID, "/?#%") {
			d.ID = db.NewID("drf")
		}
	}
	d.In = readInput(r)
	d.In.EntryPoint = p.entry
	if p.edits() {
		card, err := c.Customers.Get(r.Context(), viewerOf(r).Company.ID, r.PathValue("id"))
		if err != nil {
			return d, err
		}
		d.Card, d.Before, d.In.EntryPoint, d.Version = card.ID, card.Phone, card.EntryPoint, card.Version
		if n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64); err == nil {
			d.Version = n
		}
	}
	if d.Proven != "" && d.Proven == d.In.Phone {
		d.In.VerificationID = d.Running
	} else {
		d.Proven = ""
	}
	return d, nil
}

// saveDraft makes or changes the card and shows it. What is refused goes back to the form with everything that was typed.
func (c *Console) saveDraft(w http.ResponseWriter, r *http.Request, p place, d draft) error {
	card, err := c.store(r, d)
	if fault.Code(err) == "idempotency_in_progress" { // the same form a second time: the first one made the card
		c.redirect(w, r, p.home(r)+"?q="+strings.TrimPrefix(d.In.Phone, "+"))
		return nil
	}
	if f := words(err); f != nil {
		if f.Field == "verification_id" {
			d.In.VerificationID, d.Proven = "", ""
		}
		c.keepDraft(r, d)
		return c.showForm(w, r, p, d, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	c.keepDraft(r, draft{ID: d.ID, Card: d.Card, Saved: card.ID})
	if d.In.VerificationID != "" {
		c.flash(r, string(ui.Good), say(r, "cust.saved.verified"))
	} else {
		c.flash(r, string(ui.Good), say(r, "saved"))
	}
	c.redirect(w, r, p.done(card.ID))
	return nil
}

func (c *Console) store(r *http.Request, d draft) (customer.Customer, error) {
	co := viewerOf(r).Company.ID
	if d.Card == "" {
		return c.Customers.Create(c.onlyOnce(r, "card:"+d.ID), co, d.In)
	}
	return c.Customers.Update(r.Context(), co, d.Card, func(k *customer.Customer) error {
		k.Version = d.Version
		k.Code, k.Kind, k.Name, k.Surname, k.Phone, k.Email = d.In.Code, d.In.Kind, d.In.Name, d.In.Surname, d.In.Phone, d.In.Email
		k.TaxNumber, k.TaxOffice, k.Addresses, k.Answer, k.UnverifiedReason = d.In.TaxNumber, d.In.TaxOffice, d.In.Addresses, d.In.Answer, d.In.Reason
		if d.In.VerificationID != "" {
			k.PhoneVerificationID = d.In.VerificationID
		}
		return nil
	})
}
