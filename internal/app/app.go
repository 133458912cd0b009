// Package app builds the program: the one place that knows every room.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/mail"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/internal/reconciliation"
	"github.com/onay/onay/internal/vault"
	"github.com/onay/onay/internal/verification"
	"github.com/onay/onay/internal/webhook"
)

// Config is what the flags say.
type Config struct {
	Listen         string
	Data           string
	DatabaseURL    string
	Keys           string // base64 of the key file; empty: the file in Data
	Sandbox        bool
	SandboxListen  string
	TLSCert        string
	TLSKey         string
	ACMEHost       string
	TrustedProxies []string
	PublicURL      string
	SMTP           string // mail server, smtp://user:password@host:587?from=…; empty: none
	IPEcho         string // address that answers with the caller's IP address; empty: it is not watched
	Version        string
	Logger         *slog.Logger
}

// App is the program with its database open.
type App struct {
	Config
	DB            db.DB
	Vault         *vault.Vault
	Clock         *clock.System
	Log           *audit.Log
	Companies     *company.Service
	Messages      *message.Service
	Verifications *verification.Service
	Customers     *customer.Service
	Payments      *payment.Service
	Mail          *mail.Service
	DayEnd        *reconciliation.Service
	Webhooks      *webhook.Service
	proxies       []netip.Prefix
}

// KeysPath is the key file.
func (c Config) KeysPath() string { return filepath.Join(c.Data, "onay.keys") }

// DBConfig says which database the flags mean.
func (c Config) DBConfig() db.Config {
	return db.Config{Path: filepath.Join(c.Data, "onay.db"), URL: c.DatabaseURL}
}

// Open reads the keys, opens the database and builds the domains.
func Open(ctx context.Context, c Config) (*App, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &App{Config: c, Clock: &clock.System{}}
	for _, p := range c.TrustedProxies {
		n, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q is not a network (for example 10.0.0.0/8)", p)
		}
		a.proxies = append(a.proxies, n)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	var err error
	if a.Vault, err = vault.Open(c.KeysPath(), c.Keys); err != nil {
		return nil, err
	}
	if a.DB, err = db.Open(ctx, c.DBConfig()); err != nil {
		return nil, err
	}
	a.Log = audit.New(a.DB, a.Vault, a.Clock, filepath.Join(c.Data, "audit-head"))
	a.Companies = company.New(a.DB, a.Log, a.Vault, a.Clock)
	a.Messages = message.New(a.DB, a.Log, a.Vault, a.Clock, c.Logger)
	a.Verifications = verification.New(a.DB, a.Log, a.Vault, a.Clock, c.Logger, a.Companies, a.Messages)
	a.Customers = customer.New(a.DB, a.Log, a.Clock, a.Companies, a.Verifications)
	a.Payments = payment.New(a.DB, a.Log, a.Vault, a.Clock, c.Logger)
	server, err := mail.ParseServer(c.SMTP)
	if err != nil {
		return nil, err
	}
	a.Mail = mail.New(a.DB, a.Log, a.Clock, c.Logger, server)
	a.DayEnd = reconciliation.New(a.DB, a.Log, a.Clock, c.Logger, a.Payments, clock.Turkey{}, a.Mail)
	a.Webhooks = webhook.New(a.DB, a.Log, a.Vault, a.Clock, c.Logger, webhook.Options{AllowPrivate: c.Sandbox})
	return a, nil
}
