package customer

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/phone"
)

// maxAddresses bounds the addresses of one card.
const maxAddresses = 20

// normalize brings a card into the form in which it is kept and returns the first field at fault.
func (c *Customer) normalize() error {
	if c.EntryPoint == "" {
		c.EntryPoint = company.CustomerCard
	}
	for _, f := range []struct {
		name string
		v    *string
		max  int
	}{{"code", &c.Code, 60}, {"name", &c.Name, 200}, {"surname", &c.Surname, 100}, {"email", &c.Email, 254}, {"tax_number", &c.TaxNumber, 20},
		{"tax_office", &c.TaxOffice, 100}, {"reason", &c.UnverifiedReason, 500}} {
		if err := clean(f.name, f.v, f.max); err != nil {
			return err
		}
	}
	switch {
	case c.Kind != Person && c.Kind != Organization:
		return fault.Field("kind", "invalid_kind", "Tür person ya da organization olmalı.", "The kind is person or organization.")
	case c.Name == "" && c.Kind == Person:
		return fault.Field("name", "required", "Adı yazın.", "Give the name.")
	case c.Name == "":
		return fault.Field("name", "required", "Unvanı yazın.", "Give the organization's name.")
	case c.Surname == "" && c.Kind == Person:
		return fault.Field("surname", "required", "Soyadı yazın.", "Give the surname.")
	case c.Surname != "" && c.Kind == Organization:
		return fault.Field("surname", "not_allowed", "Kurumun soyadı olmaz; unvanı ad alanına yazın.", "An organization has no surname; write its whole name as name.")
	case !slices.Contains(company.EntryPoints, c.EntryPoint):
		return fault.Field("entry_point", "unknown_entry_point", "Bilinmeyen giriş noktası.", "Unknown entry point.")
	}
	if strings.TrimSpace(c.Phone) == "" {
		c.Phone = ""
	} else {
		e164, _, err := phone.Parse(c.Phone)
		if err != nil {
			return err
		}
		c.Phone = e164
	}
	if c.Email != "" && !validEmail(c.Email) {
		return fault.Field("email", "invalid_email", "E-posta adresi geçersiz.", "The e-mail address is not valid.")
	}
	c.TaxNumber = strings.ReplaceAll(c.TaxNumber, " ", "")
	if c.TaxNumber != "" && !validTaxNumber(c.TaxNumber) {
		return fault.Field("tax_number", "invalid_tax_number", "Vergi numarası (10 hane) ya da T.C. kimlik numarası (11 hane) hatalı.", "The tax number (10 digits) or identity number (11 digits) is wrong.")
	}
	if len(c.Addresses) > maxAddresses {
		return fault.Field("addresses", "too_many", "Bir kartta en çok 20 adres olabilir.", "A card has at most 20 addresses.")
	}
	c.Addresses = slices.Clone(c.Addresses)
	for i := range c.Addresses {
		if err := c.Addresses[i].normalize(fmt.Sprintf("addresses[%d].", i)); err != nil {
			return err
		}
	}
	return nil
}

func (a *Address) normalize(field string) error {
	for _, f := range []struct {
		name string
		v    *string
		max  int
	}{{"title", &a.Title, 60}, {"line", &a.Line, 500}, {"district", &a.District, 100}, {"city", &a.City, 100}, {"postal_code", &a.PostalCode, 20},
		{"country", &a.Country, 2}, {"phone", &a.Phone, 40}} {
		if err := clean(field+f.name, f.v, f.max); err != nil {
			return err
		}
	}
	if a.Line == "" && a.City == "" {
		return fault.Field(field+"line", "required", "Adres satırını ya da ili yazın.", "Give the address line or the city.")
	}
	if a.Country = strings.ToUpper(a.Country); a.Country == "" {
		a.Country = "TR"
	}
	if r, err := language.ParseRegion(a.Country); err != nil || !r.IsCountry() || r.String() != a.Country {
		return fault.Field(field+"country", "invalid_country", "Ülke iki harfli ISO kodudur (örnek: TR).", "The country is a two-letter ISO code (for example TR).")
	}
	if a.Phone != "" {
		e164, ok := anyPhone(a.Phone)
		if !ok {
			return fault.Field(field+"phone", "invalid_phone", "Adresin telefon numarası geçersiz.", "The phone number of the address is not valid.")
		}
		a.Phone = e164
	}
	return nil
}

// clean trims a text, makes one space of several, and refuses what no person types.
func clean(field string, v *string, max int) error {
	if len(*v) > 8*max || !utf8.ValidString(*v) {
		return tooLong(field, max)
	}
	*v = strings.Join(strings.Fields(*v), " ")
	if utf8.RuneCountInString(*v) > max || strings.ContainsFunc(*v, unicode.IsControl) {
		return tooLong(field, max)
	}
	return nil
}

func tooLong(field string, max int) error {
	return fault.Field(field, "invalid_text", fmt.Sprintf("Bu alan en çok %d karakterlik düz metindir.", max), fmt.Sprintf("This field is plain text of at most %d characters.", max))
}

func validEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s { // a name beside the address is not wanted
		return false
	}
	_, host, _ := strings.Cut(s[strings.LastIndexByte(s, '@'):], "@")
	return strings.Contains(host, ".") && !strings.HasPrefix(host, "[")
}

// anyPhone reads a mobile number or a landline. Landlines without a country are Turkish.
func anyPhone(s string) (string, bool) {
	if e164, _, err := phone.Parse(s); err == nil {
		return e164, true
	}
	if strings.Trim(s, "+0123456789 -()./") != "" || strings.ContainsFunc(s, unicode.IsLetter) {
		return "", false
	}
	n, err := phonenumbers.Parse(s, "TR")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// validTaxNumber checks the digits that a VKN or a TCKN carries to show typing errors.
func validTaxNumber(s string) bool {
	var d [11]int
	if len(s) != 10 && len(s) != 11 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		d[i] = int(s[i] - '0')
	}
	if len(s) == 10 {
		return d[9] == vknDigit(d[:9])
	}
	odd, even := d[0]+d[2]+d[4]+d[6]+d[8], d[1]+d[3]+d[5]+d[7]
	tenth := ((odd*7-even)%10 + 10) % 10
	return d[0] != 0 && d[9] == tenth && d[10] == (odd+even+tenth)%10
}

// vknDigit is the tenth digit of a VKN: each digit is moved by its place and weighed with a power of two, modulo 9.
func vknDigit(d []int) int {
	sum := 0
	for i, v := range d {
		v = (v + 9 - i) % 10
		w := v << (9 - i) % 9
		if v != 0 && w == 0 {
			w = 9
		}
		sum += w
	}
	return (10 - sum%10) % 10
}
