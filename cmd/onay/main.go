// Command onay is the one binary of the product. Here are flags and wiring, nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/onay/onay/internal/app"
)

// version is set by the build.
var version = ""

type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the program: console, REST API, background work."`
	Sandbox sandboxCmd `cmd:"" help:"Run only the simulated outside world."`
	Audit   struct {
		Verify auditVerifyCmd `cmd:"" help:"Read the whole event log and find changed, removed or inserted rows."`
	} `cmd:"" help:"The event log."`
	Backup struct {
		Write  backupWriteCmd  `cmd:"" default:"withargs" help:"Write an encrypted backup while the program runs."`
		Verify backupVerifyCmd `cmd:"" help:"Read a backup to its end and check it."`
	} `cmd:"" help:"Backups."`
	Restore   restoreCmd   `cmd:"" help:"Restore a backup into an empty database."`
	Doctor    doctorCmd    `cmd:"" help:"Check configuration, database, event log, clock and provider logins."`
	POS       posCmd       `cmd:"" name:"pos" help:"Virtual POS accounts: banks, login test, sale, void, refund, inquiry, callback inspector."`
	Reconcile reconcileCmd `cmd:"" help:"Compare an account's day with the bank's own list or a statement; ends with 1 where there are differences."`
	User      struct {
		Add      userAddCmd      `cmd:"" help:"Add a user, with a role in a company."`
		Password userPasswordCmd `cmd:"" help:"Set a user's password."`
	} `cmd:"" help:"Users of the console."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// storage are the flags of every command that opens the database.
type storage struct {
	Data        string `help:"Folder of the data." default:"./onay-data" env:"ONAY_DATA"`
	DatabaseURL string `help:"PostgreSQL connection string; empty: SQLite in the data folder." env:"ONAY_DATABASE_URL"`
	Keys        string `help:"Keys as base64; empty: the file onay.keys in the data folder." env:"ONAY_KEYS"`
}

func (s storage) config() app.Config {
	return app.Config{Data: s.Data, DatabaseURL: s.DatabaseURL, Keys: s.Keys, Version: versionText(), Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
}

// open opens the program for one command.
func (s storage) open(ctx context.Context) (*app.App, error) {
	if s.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(s.Data, "onay.db")); err != nil {
			return nil, fmt.Errorf("there is no database in %s", s.Data)
		}
	}
	return app.Open(ctx, s.config())
}

type serveCmd struct {
	storage
	Listen        string   `help:"Address of console and API." default:"127.0.0.1:8080" env:"ONAY_LISTEN"`
	Sandbox       bool     `help:"Simulate the outside world and make a demo company." env:"ONAY_SANDBOX"`
	SandboxListen string   `help:"Address of the simulated outside world." default:"127.0.0.1:8090" env:"ONAY_SANDBOX_LISTEN"`
	TLSCert       string   `help:"Certificate file (PEM)." env:"ONAY_TLS_CERT"`
	TLSKey        string   `help:"Key file (PEM)." env:"ONAY_TLS_KEY"`
	ACMEHost      string   `help:"Host name to get a certificate for by ACME." env:"ONAY_ACME_HOST"`
	TrustedProxy  []string `help:"Network whose X-Forwarded-For is believed." env:"ONAY_TRUSTED_PROXY"`
	PublicURL     string   `help:"Address under which people reach the console." env:"ONAY_PUBLIC_URL"`
	SMTP          string   `help:"Mail server for summaries: smtp://user:password@host:587?from=onay@example.com, or smtps://." env:"ONAY_SMTP" name:"smtp"`
	IPEcho        string   `help:"Address of a service that answers with the caller's IP address as text: it is asked every ten minutes, and a change is told, for banks admit known addresses only." env:"ONAY_IP_ECHO"`
	LogFormat     string   `help:"text or json." default:"text" enum:"text,json" env:"ONAY_LOG_FORMAT"`
}

func (c *serveCmd) Run(ctx context.Context) error {
	cfg := c.config()
	cfg.Listen, cfg.Sandbox, cfg.SandboxListen = c.Listen, c.Sandbox, c.SandboxListen
	cfg.TLSCert, cfg.TLSKey, cfg.ACMEHost, cfg.TrustedProxies, cfg.PublicURL = c.TLSCert, c.TLSKey, c.ACMEHost, c.TrustedProxy, c.PublicURL
	cfg.IPEcho, cfg.SMTP = c.IPEcho, c.SMTP
	if c.LogFormat == "json" {
		cfg.Logger = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	return a.Serve(ctx, os.Stdout)
}

type versionCmd struct{}

func (versionCmd) Run() error { fmt.Println(versionText()); return nil }

func versionText() string {
	if version != "" {
		return version
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
		return b.Main.Version
	}
	return "dev"
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	k := kong.Parse(&c, kong.Name("onay"), kong.Description("Asks a merchant's customers for their approval, and keeps the proof."), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "onay:", err)
		os.Exit(1)
	}
}
