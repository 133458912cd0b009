package payment

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// Address is the address from which this installation reaches the banks: they admit those that they know.
type Address struct {
	IP     string
	Since  time.Time
	Before string // the one before; empty: there was none
	ToldBy string // who has told the banks; empty: nobody yet
}

// New reports whether the banks have to be told: the address changed, and nobody has said that he told them.
func (a Address) New() bool { return a.Before != "" && a.ToldBy == "" }

// LookAtAddress asks an outside service which address it sees, and writes down a change.
func (s *Service) LookAtAddress(ctx context.Context, echo string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, echo, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 200))
	if err != nil {
		return err
	}
	ip, err := netip.ParseAddr(strings.TrimSpace(string(b)))
	if res.StatusCode != http.StatusOK || err != nil {
		return fmt.Errorf("the service at %s (HTTP %d) answers no address", echo, res.StatusCode)
	}
	now, err := s.Outgoing(ctx)
	if err != nil || now.IP == ip.String() {
		return err
	}
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("outgoing_address"); err != nil {
			return err
		}
		if now, err := outgoing(tx); err != nil || now.IP == ip.String() {
			return err
		}
		_, err := tx.Exec("INSERT INTO outgoing_address (address, since, told_by) VALUES ($1, $2, '')", ip.String(), db.Micros(s.clock.Now()))
		return err
	})
}

func outgoing(tx db.Tx) (a Address, err error) {
	rows, err := db.All(tx, func(r db.Row) (x Address, err error) {
		var since int64
		err = r.Scan(&x.IP, &since, &x.ToldBy)
		x.Since = db.Time(since)
		return x, err
	}, "SELECT address, since, told_by FROM outgoing_address ORDER BY since DESC LIMIT 2")
	if len(rows) > 0 {
		a = rows[0]
	}
	if len(rows) > 1 {
		a.Before = rows[1].IP
	}
	return a, err
}

// Outgoing returns the address that was seen last; the zero Address where none is watched.
func (s *Service) Outgoing(ctx context.Context) (a Address, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) (err error) { a, err = outgoing(tx); return err })
	return a, err
}

// AddressTold writes down that the banks were told of the present address.
func (s *Service) AddressTold(ctx context.Context, companyID, ip string) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("outgoing_address"); err != nil {
			return err
		}
		a, err := outgoing(tx)
		if err != nil {
			return err
		}
		if a.IP == "" || a.IP != ip {
			return fault.New(fault.Conflict, "address_changed", "Adres bu arada değişti; sayfayı yenileyin.", "The address has changed meanwhile; reload the page.")
		}
		n, err := tx.Exec("UPDATE outgoing_address SET told_by = $1 WHERE since = $2 AND told_by = ''", audit.Actor(ctx), db.Micros(a.Since))
		if err != nil || n == 0 {
			return err
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: "payment_rules:" + companyID, Kind: "payment_rules.address_told", Data: audit.Data(map[string]any{"address": a.IP, "before": a.Before})})
	})
}
