package console

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/phone"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.handle("GET /customers", company.CustomersRead, c.customers)
		c.handle("GET /customers/{id}", company.CustomersRead, c.card)
		c.handle("GET /search", "", c.search)
		for _, k := range []struct{ key, path string }{{"sale", "/sale"}, {"service", "/service"}} {
			c.handle("GET "+k.path, company.CustomersWrite, func(w http.ResponseWriter, r *http.Request) error { return c.placePage(w, r, k.key, k.path) })
		}
	})
}

// pageSize is how many rows a list shows at once.
const pageSize = 50

// turn cuts a list that was read one row too far and gives the addresses of its first and next page.
func turn[T any](u *url.URL, rows []T, id func(T) string) (shown []T, first, next string) {
	at := func(before string) string {
		q := u.Query()
		q.Del("before")
		if before != "" {
			q.Set("before", before)
		}
		return (&url.URL{Path: u.Path, RawQuery: q.Encode()}).String()
	}
	if u.Query().Get("before") != "" {
		first = at("")
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		next = at(id(rows[pageSize-1]))
	}
	return rows, first, next
}

func (c *Console) customers(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r)
	l := custscreens.ListProps{Query: strings.TrimSpace(r.FormValue("q")), Verified: r.FormValue("verified"), Write: company.Can(v.Role, company.CustomersWrite)}
	f := customer.Filter{Query: l.Query, Before: r.FormValue("before"), Limit: pageSize + 1}
	if yes := l.Verified == "yes"; yes || l.Verified == "no" {
		f.Verified = &yes
	}
	rows, err := c.Customers.List(r.Context(), v.Company.ID, f)
	if err != nil {
		return err
	}
	l.Rows, l.First, l.Next = turn(r.URL, rows, func(c customer.Customer) string { return c.ID })
	c.render(w, r, http.StatusOK, custscreens.List(c.page(r, "nav.customers", "customers"), l))
	return nil
}

func (c *Console) card(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r)
	card, err := c.Customers.Get(r.Context(), v.Company.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	history, err := c.Customers.History(r.Context(), v.Company.ID, card.ID)
	if err != nil {
		return err
	}
	events, err := c.told(r, history)
	if err != nil {
		return err
	}
	c.render(w, r, http.StatusOK, custscreens.Card(c.page(r, card.DisplayName(), "customers"), custscreens.CardProps{C: card, Events: events,
		Send: mayVerify(r, card), Edit: company.Can(v.Role, company.CustomersWrite), API: apiCommand(r, card), Phone: c.phonePage(card.Phone)}))
	return nil
}

// apiCommand is the call that makes the same card.
func apiCommand(r *http.Request, card customer.Customer) string {
	type address struct {
		Title      string `json:"title,omitempty"`
		Line       string `json:"line,omitempty"`
		District   string `json:"district,omitempty"`
		City       string `json:"city,omitempty"`
		PostalCode string `json:"postal_code,omitempty"`
		Country    string `json:"country,omitempty"`
		Phone      string `json:"phone,omitempty"`
	}
	body := struct {
		Kind      string    `json:"kind"`
		Name      string    `json:"name"`
		Surname   string    `json:"surname,omitempty"`
		Phone     string    `json:"phone,omitempty"`
		Email     string    `json:"email,omitempty"`
		Code      string    `json:"code,omitempty"`
		TaxNumber string    `json:"tax_number,omitempty"`
		TaxOffice string    `json:"tax_office,omitempty"`
		Addresses []address `json:"addresses,omitempty"`
		Entry     string    `json:"entry_point"`
		Proof     string    `json:"verification_id,omitempty"`
	}{Kind: card.Kind, Name: card.Name, Surname: card.Surname, Phone: card.Phone, Email: card.Email, Code: card.Code, TaxNumber: card.TaxNumber, TaxOffice: card.TaxOffice,
		Entry: card.EntryPoint, Proof: card.PhoneVerificationID}
	for _, a := range card.Addresses {
		body.Addresses = append(body.Addresses, address(a))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return ""
	}
	scheme := "https://"
	if r.TLS == nil {
		scheme = "http://"
	}
	return "curl " + scheme + r.Host + "/v1/customers \\\n  -H \"Authorization: Bearer $ONAY_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  -d '" +
		strings.ReplaceAll(strings.TrimSpace(b.String()), "'", `\u0027`) + "'"
}

// search finds customers, or goes straight to the one object that was meant.
func (c *Console) search(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r)
	q := strings.TrimSpace(r.FormValue("q"))
	if to, err := c.exact(r, q); err != nil {
		return err
	} else if to != "" {
		c.redirect(w, r, to)
		return nil
	}
	if to, err := c.paymentFound(r, q); err != nil {
		return err
	} else if to != "" {
		c.redirect(w, r, to)
		return nil
	}
	s := custscreens.SearchProps{Query: q}
	if q != "" && company.Can(v.Role, company.CustomersRead) {
		rows, err := c.Customers.List(r.Context(), v.Company.ID, customer.Filter{Query: q, Limit: pageSize})
		if err != nil {
			return err
		}
		e164, _, _ := phone.Parse(q)
		var meant []string
		for _, k := range rows {
			if e164 != "" && k.Phone == e164 || k.Code != "" && strings.EqualFold(k.Code, q) {
				meant = append(meant, k.ID)
			}
		}
		if len(meant) == 1 {
			c.redirect(w, r, "/customers/"+meant[0])
			return nil
		}
		s.Rows = rows
	}
	p := c.page(r, "act.search", "")
	p.Search = q
	c.render(w, r, http.StatusOK, custscreens.Search(p, s))
	return nil
}

// paymentFound is where the payments are that an order, a transaction code, the end of a card or an amount means; "" for none.
func (c *Console) paymentFound(r *http.Request, q string) (string, error) {
	v := viewerOf(r)
	if q == "" || !company.Can(v.Role, company.PaymentsRead) || !strings.ContainsAny(q, "0123456789") {
		return "", nil
	}
	for _, f := range []payment.Filter{{Search: q, Limit: 2}, {Amount: amountIn(q), Limit: 2}} {
		if f.Search == "" && f.Amount == 0 {
			continue
		}
		rows, err := c.Payments.List(r.Context(), v.Company.ID, f)
		if err != nil {
			return "", err
		}
		switch len(rows) {
		case 0:
		case 1:
			return "/payments/" + rows[0].ID, nil
		default:
			return "/payments?q=" + url.QueryEscape(q), nil
		}
	}
	return "", nil
}

// amountIn is an amount that was typed with its kuruş or its currency, so that it is not taken for another number; 0 for none.
func amountIn(q string) int64 {
	if !strings.ContainsAny(q, ",₺") && !strings.HasSuffix(strings.ToUpper(q), "TL") {
		return 0
	}
	n, _ := text.ParseAmount(strings.TrimSuffix(strings.TrimSuffix(q, "tl"), "Tl"))
	return n
}

// exact is the page of the object with an id, "" if q is none that this person may see.
func (c *Console) exact(r *http.Request, q string) (string, error) {
	v := viewerOf(r)
	var err error
	to := ""
	switch {
	case strings.HasPrefix(q, "cus_") && company.Can(v.Role, company.CustomersRead):
		_, err = c.Customers.Get(r.Context(), v.Company.ID, q)
		to = "/customers/" + url.PathEscape(q)
	case strings.HasPrefix(q, "pay_") && company.Can(v.Role, company.PaymentsRead):
		_, err = c.Payments.Get(r.Context(), v.Company.ID, q)
		to = "/payments/" + url.PathEscape(q)
	case strings.HasPrefix(q, "msg_") && company.Can(v.Role, company.MessagesRead):
		_, err = c.Messages.Get(r.Context(), v.Company.ID, q)
		to = "/messages/" + url.PathEscape(q)
	case strings.HasPrefix(q, "ver_") && company.Can(v.Role, company.VerificationsRead):
		ver, e := c.Verifications.Get(r.Context(), v.Company.ID, q)
		err = e
		to = "/verifications?phone=" + url.QueryEscape(ver.Phone)
		if strings.HasPrefix(ver.CustomerID, "cus_") {
			to = "/customers/" + ver.CustomerID
		}
	}
	if f := fault.As(err); f != nil && f.Kind == fault.NotFound {
		return "", nil
	}
	return to, err
}

// placePage is Mağaza Satış or Servis Formu: the chosen customer, or the choice.
func (c *Console) placePage(w http.ResponseWriter, r *http.Request, key, path string) error {
	v := viewerOf(r)
	d := custscreens.PlaceProps{Key: key, Path: path, Query: strings.TrimSpace(r.FormValue("q"))}
	if id := r.FormValue("customer"); id != "" {
		card, err := c.Customers.Get(r.Context(), v.Company.ID, id)
		if err != nil {
			return err
		}
		d.Customer, d.Send = &card, mayVerify(r, card)
	} else if d.Query != "" {
		var err error
		if d.Found, err = c.Customers.List(r.Context(), v.Company.ID, customer.Filter{Query: d.Query, Limit: 20}); err != nil {
			return err
		}
	}
	c.render(w, r, http.StatusOK, custscreens.Place(c.page(r, key+".title", "customers"), d))
	return nil
}
