package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/onay/onay/internal/app"
	"github.com/onay/onay/internal/backup"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/sandbox"
)

type sandboxCmd struct {
	Listen string `help:"Address." default:"127.0.0.1:8090" env:"ONAY_SANDBOX_LISTEN"`
}

func (c *sandboxCmd) Run(ctx context.Context) error {
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	world := sandbox.New(sandbox.Config{})
	srv := &http.Server{Handler: world.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { <-ctx.Done(); world.Close(); srv.Close() }()
	fmt.Printf("The outside world is ready: http://%s\n", ln.Addr())
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type auditVerifyCmd struct{ storage }

func (c *auditVerifyCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	r, err := a.Log.Verify(ctx)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	if len(r.Faults) > 0 {
		return fmt.Errorf("the event log is not whole: %d faults", len(r.Faults))
	}
	return nil
}

// passphrase comes from a file or the environment, never from the command line, which other users of the machine can read.
type passphrase struct {
	PassphraseFile string `help:"File with the passphrase (first line); or set ONAY_BACKUP_PASSPHRASE." env:"ONAY_BACKUP_PASSPHRASE_FILE"`
}

func (p passphrase) read() (string, error) {
	if p.PassphraseFile != "" {
		b, err := os.ReadFile(p.PassphraseFile)
		if err != nil {
			return "", err
		}
		line, _, _ := strings.Cut(string(b), "\n")
		return strings.TrimRight(line, "\r"), nil
	}
	if s := os.Getenv("ONAY_BACKUP_PASSPHRASE"); s != "" {
		return s, nil
	}
	return "", errors.New("give a passphrase by --passphrase-file or ONAY_BACKUP_PASSPHRASE")
}

type backupWriteCmd struct {
	storage
	passphrase
	File string `arg:"" help:"File to write."`
}

func (c *backupWriteCmd) Run(ctx context.Context) error {
	pass, err := c.read()
	if err != nil {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	s, err := backup.WriteFile(ctx, a.DB, a.Vault, c.File, pass)
	if err != nil {
		return err
	}
	return printJSON(s)
}

type backupVerifyCmd struct {
	passphrase
	File string `arg:"" help:"Backup to read."`
}

func (c *backupVerifyCmd) Run() error {
	pass, err := c.read()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := backup.Verify(bufio.NewReader(f), pass)
	if err != nil {
		return err
	}
	return printJSON(s)
}

type restoreCmd struct {
	storage
	passphrase
	File string `arg:"" help:"Backup to restore."`
}

func (c *restoreCmd) Run(ctx context.Context) error {
	pass, err := c.read()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	cfg := c.config()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	d, err := db.Open(ctx, cfg.DBConfig())
	if err != nil {
		return err
	}
	defer d.Close()
	s, err := backup.Restore(ctx, d, cfg.KeysPath(), bufio.NewReader(f), pass)
	if err != nil {
		return err
	}
	return printJSON(s)
}

type doctorCmd struct{ storage }

func (c *doctorCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	return a.Doctor(ctx, os.Stdout)
}

type userAddCmd struct {
	storage
	Email   string `arg:"" help:"E-mail address."`
	Name    string `help:"Name." required:""`
	Role    string `help:"administrator, manager, cashier, accountant or support." default:"administrator"`
	Company string `help:"Id or name of the company; made if there is none." required:""`
}

func (c *userAddCmd) Run(ctx context.Context) error {
	a, err := app.Open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.DB.Close()
	pass, err := readPassword()
	if err != nil {
		return err
	}
	companies, err := a.Companies.List(ctx)
	if err != nil {
		return err
	}
	id := ""
	for _, x := range companies {
		if x.ID == c.Company || x.Name == c.Company {
			id = x.ID
		}
	}
	if id == "" {
		x, err := a.Companies.Create(ctx, c.Company)
		if err != nil {
			return err
		}
		id = x.ID
	}
	u, err := a.Companies.CreateUser(ctx, company.NewUser{Email: c.Email, Name: c.Name, Password: pass, Lang: "tr"})
	if err != nil {
		return err
	}
	return a.Companies.SetRole(ctx, id, u.ID, company.Role(c.Role))
}

type userPasswordCmd struct {
	storage
	Email string `arg:"" help:"E-mail address."`
}

func (c *userPasswordCmd) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	pass, err := readPassword()
	if err != nil {
		return err
	}
	u, err := a.Companies.UserByEmail(ctx, c.Email)
	if err != nil {
		return err
	}
	_, err = a.Companies.SetPassword(ctx, u.ID, pass)
	return err
}

// readPassword takes one line of standard input, so that a password never stands in a command line.
func readPassword() (string, error) {
	fmt.Fprint(os.Stderr, "Password: ")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return "", errors.New("no password was given on standard input")
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func printJSON(v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	return nil
}

type posBinsCmd struct {
	storage
	File string `arg:"" help:"CSV with the columns prefix (6 to 8 digits), bank (EFT code), name, program, kind (credit, debit, prepaid)." type:"existingfile"`
}

func (c *posBinsCmd) Run(ctx context.Context) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.DB.Close()
	n, err := a.Payments.ImportBins(ctx, f)
	if err != nil {
		return err
	}
	fmt.Printf("%d prefixes; running programs use them within a second\n", n)
	return nil
}
