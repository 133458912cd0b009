// Package mail sends e-mails to the people of a company. A mail is a row before it is a mail: what a mail server does not take is tried again for
// a day. A mail whose answer got lost may arrive twice, with the same Message-ID.
package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// Server is where mails go.
type Server struct {
	Host, User, Password, From string
	Port                       int
	TLS                        bool // from the first byte on; otherwise STARTTLS where the server has it, and always before a password
}

// ParseServer reads smtp://user:password@host:587?from=onay@example.com or smtps://…:465. Empty: there is no server.
func ParseServer(s string) (Server, error) {
	if s == "" {
		return Server{}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return Server{}, errors.New("a mail server is written smtp://user:password@host:587?from=onay@example.com") // the address may hold a password: it is not repeated
	}
	out := Server{Host: u.Hostname(), User: u.User.Username(), From: u.Query().Get("from"), Port: 587, TLS: u.Scheme == "smtps"}
	out.Password, _ = u.User.Password()
	if out.TLS {
		out.Port = 465
	}
	if p := u.Port(); p != "" {
		out.Port, _ = strconv.Atoi(p)
	}
	if _, err := netmail.ParseAddress(out.From); err != nil {
		return Server{}, errors.New("the mail server's address needs ?from= with the sender's address")
	}
	return out, nil
}

// Service writes and sends mails.
type Service struct {
	db     db.DB
	log    *audit.Log
	clock  clock.Clock
	lg     *slog.Logger
	server Server
}

// New returns the service.
func New(d db.DB, l *audit.Log, c clock.Clock, lg *slog.Logger, server Server) *Service {
	return &Service{d, l, c, lg, server}
}

// On reports whether there is a server.
func (s *Service) On() bool { return s != nil && s.server.Host != "" }

// Mail is a plain text to some people.
type Mail struct {
	CompanyID string
	To        []string
	Subject   string
	Body      string
}

// Addresses checks addresses as they are typed, one in a line or divided by commas.
func Addresses(field, typed string) (out []string, err error) {
	for a := range strings.FieldsFuncSeq(typed, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' || r == ' ' }) {
		p, err := netmail.ParseAddress(a)
		if err != nil || p.Address != a || len(a) > 254 {
			return nil, fault.Field(field, "invalid_email", "“"+a+"” bir e-posta adresi değil.", "“"+a+"” is no e-mail address.")
		}
		out = append(out, a)
	}
	if len(out) > 20 {
		return nil, fault.Field(field, "too_many", "En çok 20 adres yazılır.", "At most 20 addresses.")
	}
	return out, nil
}

// Queue writes a mail within a transaction; it leaves after the commit.
func (s *Service) Queue(tx db.Tx, m Mail) error {
	_, err := tx.Exec("INSERT INTO mail (id, company_id, recipients, subject, body, status, tries, next_at, error, created_at, ended_at) VALUES ($1, $2, $3, $4, $5, 'pending', 0, 0, '', $6, 0)",
		db.NewID("mai"), m.CompanyID, audit.Data(m.To), m.Subject, m.Body, db.Micros(s.clock.Now()))
	return err
}

const (
	claimFor = 2 * time.Minute
	giveUp   = 24 * time.Hour
)

type row struct {
	id, company, recipients, subject, body string
	tries                                  int64
	created                                time.Time
}

// Deliver sends what is due. Several nodes may call it: each mail is claimed.
func (s *Service) Deliver(ctx context.Context) error {
	if !s.On() {
		return nil
	}
	for {
		now := s.clock.Now()
		var due []row
		err := s.db.Write(ctx, func(tx db.Tx) (err error) {
			due, err = db.All(tx, func(r db.Row) (x row, err error) {
				var created int64
				err = r.Scan(&x.id, &x.company, &x.recipients, &x.subject, &x.body, &x.tries, &created)
				x.created = db.Time(created)
				return x, err
			}, "UPDATE mail SET tries = tries + 1, next_at = $1 WHERE id IN (SELECT id FROM mail WHERE status = 'pending' AND next_at <= $2 ORDER BY next_at LIMIT 5) AND status = 'pending' AND next_at <= $2 RETURNING id, company_id, recipients, subject, body, tries, created_at",
				db.Micros(now.Add(claimFor)), db.Micros(now))
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for _, x := range due {
			if err := s.end(ctx, x, s.send(ctx, x)); err != nil {
				return err
			}
		}
	}
}

func (s *Service) send(ctx context.Context, x row) error {
	var to []string
	if err := json.Unmarshal([]byte(x.recipients), &to); err != nil {
		return err
	}
	m := gomail.NewMsg()
	if err := m.From(s.server.From); err != nil {
		return err
	}
	if err := m.To(to...); err != nil {
		return err
	}
	m.Subject(x.subject)
	m.SetMessageIDWithValue(x.id + "@" + s.server.Host)
	m.SetDateWithValue(x.created)
	m.SetBodyString(gomail.TypeTextPlain, x.body)
	opts := []gomail.Option{gomail.WithPort(s.server.Port), gomail.WithTimeout(30 * time.Second)}
	switch {
	case s.server.TLS:
		opts = append(opts, gomail.WithSSL())
	case s.server.User != "":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if s.server.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.server.User), gomail.WithPassword(s.server.Password))
	}
	c, err := gomail.NewClient(s.server.Host, opts...)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, claimFor/2)
	defer stop()
	return c.DialAndSendWithContext(ctx, m)
}

// wait grows from a minute to an hour.
func wait(tries int64) time.Duration {
	return min(time.Minute<<min(max(tries-1, 0), 6), time.Hour)
}

// end writes what became of a try.
func (s *Service) end(ctx context.Context, x row, failed error) error {
	now := s.clock.Now()
	status, next, ended, said := "sent", int64(0), db.Micros(now), ""
	if failed != nil {
		said = clip(failed)
		if status, next, ended = "pending", db.Micros(now.Add(wait(x.tries))), 0; now.Sub(x.created) > giveUp {
			status, ended = "failed", db.Micros(now)
		}
		s.lg.Warn("a mail was not taken", "mail", x.id, "try", x.tries, "error", said)
	}
	return s.db.Write(context.WithoutCancel(ctx), func(tx db.Tx) error {
		if _, err := tx.Exec("UPDATE mail SET status = $1, next_at = $2, error = $3, ended_at = $4 WHERE id = $5 AND status = 'pending'", status, next, said, ended, x.id); err != nil {
			return err
		}
		if status == "pending" {
			return nil
		}
		return s.log.AppendNext(ctx, tx, audit.Event{CompanyID: x.company, ObjectID: x.id, Kind: "mail." + status, Reason: said, Data: audit.Data(map[string]any{"subject": x.subject, "to": json.RawMessage(x.recipients), "tries": x.tries})})
	})
}

// clip is an error without addresses of the network.
func clip(err error) string {
	var n *net.OpError
	if errors.As(err, &n) {
		return fmt.Sprintf("%s: %v", n.Op, n.Err)
	}
	r := []rune(strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "?"))
	return string(r[:min(len(r), 200)])
}

// Clean deletes mails that ended a month ago.
func (s *Service) Clean(ctx context.Context) error {
	return s.db.Write(ctx, func(tx db.Tx) error {
		_, err := tx.Exec("DELETE FROM mail WHERE status <> 'pending' AND ended_at < $1", db.Micros(s.clock.Now().AddDate(0, -1, 0)))
		return err
	})
}
