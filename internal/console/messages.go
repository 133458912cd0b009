package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/phone"
	"github.com/onay/onay/internal/verification"
)

func init() {
	registrars = append(registrars, func(c *Console) {
		c.handle("GET /messages", company.MessagesRead, c.messages)
		c.handle("GET /messages/{id}", company.MessagesRead, c.message)
		c.handle("GET /verifications", company.VerificationsRead, c.verifications)
	})
}

// wantedPhone reads the phone of a filter: e164 is what is looked for, wrong what cannot be read.
func wantedPhone(r *http.Request) (typed, e164, wrong string) {
	typed = strings.TrimSpace(r.FormValue("phone"))
	if typed == "" {
		return "", "", ""
	}
	e164, _, err := phone.Parse(typed)
	if f := fault.As(err); f != nil {
		return typed, "", f.Text(string(textLang(r)))
	}
	return e164, e164, ""
}

func (c *Console) providerNames(r *http.Request) (map[string]string, error) {
	accounts, err := c.Messages.Accounts(r.Context(), viewerOf(r).Company.ID)
	names := map[string]string{}
	for _, a := range accounts {
		names[a.ID] = a.Name
	}
	return names, err
}

func (c *Console) messages(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r)
	m := custscreens.MessagesProps{Start: company.Can(v.Role, company.CustomersWrite)}
	var e164 string
	m.Phone, e164, m.Error = wantedPhone(r)
	names, err := c.providerNames(r)
	if err != nil {
		return err
	}
	m.Providers = names
	if m.Error == "" {
		rows, err := c.Messages.List(r.Context(), v.Company.ID, e164, r.FormValue("before"), pageSize+1)
		if err != nil {
			return err
		}
		m.Rows, m.First, m.Next = turn(r.URL, rows, func(m message.Message) string { return m.ID })
	}
	c.render(w, r, http.StatusOK, custscreens.Messages(c.page(r, "nav.messages", "messages"), m))
	return nil
}

func (c *Console) message(w http.ResponseWriter, r *http.Request) error {
	co := viewerOf(r).Company.ID
	m, err := c.Messages.Get(r.Context(), co, r.PathValue("id"))
	if err != nil {
		return err
	}
	rows, err := c.Log.List(r.Context(), audit.Filter{CompanyID: co, ObjectID: m.ID, Limit: 200})
	if err != nil {
		return err
	}
	events, err := c.told(r, rows)
	if err != nil {
		return err
	}
	names, err := c.providerNames(r)
	if err != nil {
		return err
	}
	c.render(w, r, http.StatusOK, custscreens.Message(c.page(r, "msg.one", "messages"), custscreens.MessageProps{M: m, Provider: names[m.ProviderAccountID],
		Events: events, Phone: c.phonePage(m.Recipient)}))
	return nil
}

func (c *Console) verifications(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r)
	l := custscreens.VerificationsProps{Status: r.FormValue("status"), Start: company.Can(v.Role, company.CustomersWrite)}
	if !slices.Contains([]verification.Status{verification.Pending, verification.Approved, verification.Denied, verification.Expired, verification.Canceled}, verification.Status(l.Status)) {
		l.Status = ""
	}
	var e164 string
	l.Phone, e164, l.Error = wantedPhone(r)
	if l.Error == "" {
		rows, err := c.Verifications.List(r.Context(), v.Company.ID, e164, verification.Status(l.Status), r.FormValue("before"), pageSize+1)
		if err != nil {
			return err
		}
		l.Rows, l.First, l.Next = turn(r.URL, rows, func(v verification.Verification) string { return v.ID })
	}
	c.render(w, r, http.StatusOK, custscreens.Verifications(c.page(r, "ver.list", "messages"), l))
	return nil
}
