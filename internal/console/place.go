package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/phone"
)

// place is where a customer is added or changed. All places lead through the same form, question and code.
type place struct {
	entry string // of a new card
	path  string // of the form
	title string // key of the form's title
	quick bool   // only name, surname and phone
}

var formPlaces = []place{
	{company.CustomerCard, "/customers/new", "cust.new", false},
	{company.StoreSale, "/sale/customer", "place.quick", true},
	{company.ServiceForm, "/service/customer", "place.quick", true},
	{"", "/customers/{id}/edit", "cust.edit", false},
}

func (p place) edits() bool { return p.entry == "" }

// base is the address of the form, under which its question and its code live.
func (p place) base(r *http.Request) string {
	return strings.Replace(p.path, "{id}", r.PathValue("id"), 1)
}

// home is where leaving the form goes.
func (p place) home(r *http.Request) string {
	return p.base(r)[:strings.LastIndexByte(p.base(r), '/')]
}

// done is where a saved card is shown: on the sale and service screens the customer is chosen.
func (p place) done(id string) string {
	if p.quick {
		return p.path[:strings.LastIndexByte(p.path, '/')] + "?customer=" + id
	}
	return "/customers/" + id
}

// mode is what the place asks when a mobile number is entered.
func (p place) mode(r *http.Request, d draft) company.Question {
	return viewerOf(r).Company.Settings.Ask(d.In.EntryPoint)
}

// asks tells whether the question comes before the card is saved: the number is new on it and not proven by this draft.
func (p place) asks(r *http.Request, d draft) bool {
	return d.In.Phone != "" && d.In.Phone != d.Before && p.mode(r, d) != company.Off && d.In.VerificationID == ""
}

// readInput reads the form as it was typed.
func readInput(r *http.Request) customer.Input {
	in := customer.Input{Kind: r.PostFormValue("kind"), Code: r.PostFormValue("code"), Name: r.PostFormValue("name"), Surname: r.PostFormValue("surname"),
		Phone: r.PostFormValue("phone"), Email: r.PostFormValue("email"), TaxNumber: r.PostFormValue("tax_number"), TaxOffice: r.PostFormValue("tax_office")}
	if in.Kind == "" {
		in.Kind = customer.Person
	}
	if in.Kind == customer.Organization {
		in.Surname = ""
	}
	if e164, _, err := phone.Parse(in.Phone); err == nil {
		in.Phone = e164
	}
	for i := range 25 {
		field := func(name string) string { return r.PostFormValue("addresses[" + strconv.Itoa(i) + "]." + name) }
		if _, there := r.PostForm["addresses["+strconv.Itoa(i)+"].line"]; !there {
			break
		}
		in.Addresses = append(in.Addresses, customer.Address{Title: field("title"), Line: field("line"), District: field("district"), City: field("city"),
			PostalCode: field("postal_code"), Country: field("country"), Phone: field("phone")})
	}
	return in
}

// dropBlank leaves out address rows in which nothing was written.
func dropBlank(in []customer.Address) (out []customer.Address) {
	for _, a := range in {
		if strings.TrimSpace(a.Title+a.Line+a.District+a.City+a.PostalCode+a.Phone) != "" {
			out = append(out, a)
		}
	}
	return out
}

func displayName(in customer.Input) string {
	return customer.Customer{Name: in.Name, Surname: in.Surname}.DisplayName()
}

func say(r *http.Request, key string, args ...any) string { return text.T(r.Context(), key, args...) }
