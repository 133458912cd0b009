package customer

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/sms/encoding"
)

const columns = `id, company_id, code, kind, name, surname, phone, email, tax_number, tax_office, entry_point, phone_verified_at, phone_verification_id,
	unverified_reason, created_by, version, created_at, updated_at`

func scan(r db.Row) (c Customer, err error) {
	var verified, created, updated int64
	err = r.Scan(&c.ID, &c.CompanyID, &c.Code, &c.Kind, &c.Name, &c.Surname, &c.Phone, &c.Email, &c.TaxNumber, &c.TaxOffice, &c.EntryPoint, &verified,
		&c.PhoneVerificationID, &c.UnverifiedReason, &c.CreatedBy, &c.Version, &created, &updated)
	c.PhoneVerifiedAt, c.CreatedAt, c.UpdatedAt = db.Time(verified), db.Time(created), db.Time(updated)
	return c, err
}

// storable reports whether a text can be an argument of a query: PostgreSQL refuses zero bytes and broken UTF-8.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func get(tx db.Tx, companyID, id string) (Customer, error) {
	if !storable(id) {
		return Customer{}, fault.Missing(id)
	}
	c, err := scan(tx.QueryRow("SELECT "+columns+" FROM customer WHERE id = $1 AND company_id = $2", id, companyID))
	if errors.Is(err, db.ErrNoRows) {
		return c, fault.Missing(id)
	}
	if err != nil {
		return c, err
	}
	one := []Customer{c}
	err = addresses(tx, one)
	return one[0], err
}

// addresses fills in the addresses of several cards with one query.
func addresses(tx db.Tx, cs []Customer) error {
	if len(cs) == 0 {
		return nil
	}
	at := map[string]int{}
	args := make([]any, len(cs))
	marks := make([]string, len(cs))
	for i, c := range cs {
		at[c.ID], args[i], marks[i] = i, c.ID, "$"+strconv.Itoa(i+1)
	}
	_, err := db.All(tx, func(r db.Row) (_ struct{}, err error) {
		var id string
		var a Address
		if err = r.Scan(&id, &a.Title, &a.Line, &a.District, &a.City, &a.PostalCode, &a.Country, &a.Phone); err == nil {
			c := &cs[at[id]]
			c.Addresses = append(c.Addresses, a)
		}
		return struct{}{}, err
	}, "SELECT customer_id, title, line, district, city, postal_code, country, phone FROM customer_address WHERE customer_id IN ("+
		strings.Join(marks, ", ")+") ORDER BY customer_id, position", args...)
	return err
}

func insert(tx db.Tx, c Customer) error {
	_, err := tx.Exec(`INSERT INTO customer (id, company_id, code, kind, name, surname, search, phone, email, tax_number, tax_office, entry_point,
		phone_verified_at, phone_verification_id, unverified_reason, created_by, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		c.ID, c.CompanyID, c.Code, c.Kind, c.Name, c.Surname, fold(c.DisplayName()), c.Phone, c.Email, c.TaxNumber, c.TaxOffice, c.EntryPoint,
		db.Micros(c.PhoneVerifiedAt), c.PhoneVerificationID, c.UnverifiedReason, c.CreatedBy, c.Version, db.Micros(c.CreatedAt), db.Micros(c.UpdatedAt))
	if err != nil {
		return taken(err)
	}
	return insertAddresses(tx, c)
}

func insertAddresses(tx db.Tx, c Customer) error {
	for i, a := range c.Addresses {
		if _, err := tx.Exec(`INSERT INTO customer_address (id, customer_id, position, title, line, district, city, postal_code, country, phone)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, db.NewID("adr"), c.ID, i, a.Title, a.Line, a.District, a.City, a.PostalCode, a.Country, a.Phone); err != nil {
			return err
		}
	}
	return nil
}

func update(tx db.Tx, before, c Customer) error {
	if _, err := tx.Exec(`UPDATE customer SET code = $1, kind = $2, name = $3, surname = $4, search = $5, phone = $6, email = $7, tax_number = $8, tax_office = $9,
		entry_point = $10, phone_verified_at = $11, phone_verification_id = $12, unverified_reason = $13, version = $14, updated_at = $15 WHERE id = $16`,
		c.Code, c.Kind, c.Name, c.Surname, fold(c.DisplayName()), c.Phone, c.Email, c.TaxNumber, c.TaxOffice, c.EntryPoint, db.Micros(c.PhoneVerifiedAt),
		c.PhoneVerificationID, c.UnverifiedReason, c.Version, db.Micros(c.UpdatedAt), c.ID); err != nil {
		return taken(err)
	}
	if slices.Equal(before.Addresses, c.Addresses) {
		return nil
	}
	if _, err := tx.Exec("DELETE FROM customer_address WHERE customer_id = $1", c.ID); err != nil {
		return err
	}
	return insertAddresses(tx, c)
}

func taken(err error) error {
	if !db.IsUnique(err) {
		return err
	}
	e := fault.New(fault.Conflict, "code_taken", "Bu kod başka bir müşteride kullanılıyor.", "Another customer has this code.")
	e.Field = "code"
	return e
}

// fold makes names that a person takes for the same the same: "Işık", "ISIK" and "işik" are all "isik".
func fold(s string) string { return strings.ToLower(encoding.Transliterate(s, encoding.Full)) }

// Filter chooses cards of one company.
type Filter struct {
	Query    string // words of the name in any spelling, the beginning of a code or e-mail, or digits of the phone
	Verified *bool  // nil: all
	Before   string // newest first, below this id; empty: from the newest
	Limit    int    // 1 to 200; 0: 50
}

// List returns cards, newest first.
func (s *Service) List(ctx context.Context, companyID string, f Filter) (out []Customer, err error) {
	if f.Before == "" || !storable(f.Before) {
		f.Before = "cus_g" // after every id in any collation: they go on with hexadecimal digits
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	q := "SELECT " + columns + " FROM customer WHERE company_id = $1 AND id < $2"
	args := []any{companyID, f.Before}
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.Verified != nil {
		if *f.Verified {
			q += " AND phone_verified_at > 0"
		} else {
			q += " AND phone_verified_at = 0"
		}
	}
	if len(f.Query) > 200 {
		f.Query = f.Query[:200]
	}
	f.Query = strings.ToValidUTF8(strings.ReplaceAll(f.Query, "\x00", ""), "")
	if words := strings.Fields(f.Query); len(words) > 0 {
		name := make([]string, 0, len(words))
		for _, w := range words {
			name = append(name, "search LIKE "+arg("%"+escape(fold(w))+"%")+` ESCAPE '\'`)
		}
		whole := arg(escape(strings.ToLower(strings.Join(words, " "))) + "%")
		q += " AND ((" + strings.Join(name, " AND ") + ") OR LOWER(code) LIKE " + whole + ` ESCAPE '\' OR LOWER(email) LIKE ` + whole + ` ESCAPE '\'`
		if d := phoneDigits(f.Query); len(d) >= 3 {
			q += " OR phone LIKE " + arg("%"+d+"%")
		}
		q += ")"
	}
	q += " ORDER BY id DESC LIMIT " + arg(min(f.Limit, 200))
	err = s.db.Read(ctx, func(tx db.Tx) (err error) {
		if out, err = db.All(tx, scan, q, args...); err != nil {
			return err
		}
		return addresses(tx, out)
	})
	return out, err
}

func escape(s string) string { return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) }

// phoneDigits gives the digits of what may be (a part of) a phone number, without the zeros that E.164 has not; "" if it is none.
func phoneDigits(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.ContainsRune("+-()./ ", r):
			return ""
		}
	}
	return strings.TrimLeft(b.String(), "0")
}

// historyLimit bounds [Service.History].
const historyLimit = 200

// History returns what happened to a card and to the verifications of its customer, newest first, at most 200 events.
func (s *Service) History(ctx context.Context, companyID, id string) (out []audit.Event, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) error {
		if _, err := get(tx, companyID, id); err != nil {
			return err
		}
		out, err = db.All(tx, func(r db.Row) (e audit.Event, err error) {
			var at int64
			err = r.Scan(&e.Seq, &e.CompanyID, &e.ObjectID, &e.ObjectSeq, &e.Kind, &e.Actor, &e.Reason, &e.Data, &at)
			e.At = db.Time(at)
			return e, err
		}, `SELECT seq, company_id, object_id, object_seq, kind, actor, reason, data, at FROM event WHERE company_id = $1 AND
			(object_id = $2 OR object_id IN (SELECT id FROM verification WHERE customer_id = $2 AND company_id = $1)) ORDER BY seq DESC LIMIT $3`, companyID, id, historyLimit)
		return err
	})
	return out, err
}
