package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/banks"
)

type posCmd struct {
	Banks   posBanksCmd   `cmd:"" help:"List the banks and the protocols they speak."`
	Show    posShowCmd    `cmd:"" help:"Show what a bank's account wants and can do."`
	Test    posTestCmd    `cmd:"" help:"Ask the bank whether it accepts the account's login; books nothing."`
	Sale    posSaleCmd    `cmd:"" help:"Charge a card without 3-D Secure."`
	Capture posCaptureCmd `cmd:"" help:"Capture a pre-authorization."`
	Void    posVoidCmd    `cmd:"" help:"Void a transaction of the open day."`
	Refund  posRefundCmd  `cmd:"" help:"Refund a transaction, in whole or in part."`
	Inquire posInquireCmd `cmd:"" help:"Ask what became of an order."`
	Bins    posBinsCmd    `cmd:"" help:"Replace the table that tells a card's bank by its first digits."`
	Inspect posInspectCmd `cmd:"" help:"Show field by field what a callback's signature covers."`
}

// posAccount names the account: a file, or a bank of the sandbox.
type posAccount struct {
	Account string `help:"JSON file of the account: {\"bank\", \"credentials\", \"addresses\", \"test\"}." type:"existingfile" xor:"account"`
	Bank    string `help:"Bank of the sandbox." xor:"account"`
	Sandbox string `help:"Address of the sandbox." default:"http://127.0.0.1:8090" env:"ONAY_SANDBOX_URL"`
	Way     string `help:"Way to pay instead of the account's: 3d, 3d_pay, 3d_pay_hosting, 3d_host, pay_hosting, non_secure."`
	Trace   bool   `help:"Print what is sent and answered, card data and secrets masked."`
}

type accountFile struct {
	Bank        string            `json:"bank"`
	Credentials map[string]string `json:"credentials"`
	Addresses   map[string]string `json:"addresses"`
	Test        bool              `json:"test"`
}

func (a posAccount) read(ctx context.Context) (accountFile, error) {
	if a.Account != "" {
		raw, err := os.ReadFile(a.Account)
		if err != nil {
			return accountFile{}, err
		}
		var f accountFile
		if err := json.Unmarshal(raw, &f); err != nil {
			return accountFile{}, fmt.Errorf("%s is no account file: %w", a.Account, err)
		}
		return f, nil
	}
	if a.Bank == "" {
		return accountFile{}, errors.New("name an account file (--account) or a bank of the sandbox (--bank)")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(a.Sandbox, "/")+"/banks/accounts.json", nil)
	if err != nil {
		return accountFile{}, err
	}
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return accountFile{}, fmt.Errorf("the sandbox does not answer (is it running? `onay serve --sandbox` starts it): %w", err)
	}
	defer res.Body.Close()
	var list []accountFile
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&list); err != nil {
		return accountFile{}, fmt.Errorf("the sandbox's list of accounts cannot be read: %w", err)
	}
	for _, f := range list {
		if f.Bank == a.Bank {
			return f, nil
		}
	}
	return accountFile{}, fmt.Errorf("the sandbox has no bank %q", a.Bank)
}

func (a posAccount) open(ctx context.Context) (pos.Gateway, error) {
	f, err := a.read(ctx)
	if err != nil {
		return nil, err
	}
	if a.Way != "" {
		f.Credentials["model"] = a.Way
	}
	o := banks.Options{Test: f.Test, Addresses: f.Addresses}
	if a.Trace {
		o.Transport.Record = func(e pos.Exchange) {
			fmt.Fprintf(os.Stderr, "%s %s (%d, %s)\n> %s\n< %s\n", e.Method, e.URL, e.Status, e.Took.Round(time.Millisecond), e.Request, e.Response)
		}
	}
	return banks.Open(f.Bank, f.Credentials, o)
}

type posBanksCmd struct{}

func (posBanksCmd) Run(context.Context) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tBANK\tEFT\tPROTOCOL\tCARD PROGRAMS\t")
	for _, b := range banks.All() {
		note := ""
		if b.Legacy {
			note = "(legacy)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", b.Key, b.Name, b.EFT, b.Protocol, strings.Join(b.Programs, " "), note)
	}
	return w.Flush()
}

type posShowCmd struct {
	Bank string `arg:"" help:"Key of the bank, as \"onay pos banks\" lists it."`
	Lang string `help:"tr or en." default:"tr" enum:"tr,en"`
}

func (c posShowCmd) Run(context.Context) error {
	b, ok := banks.Get(c.Bank)
	if !ok {
		return fmt.Errorf("there is no bank %q; see onay pos banks", c.Bank)
	}
	fmt.Printf("%s (%s, %s)\n", b.Name, b.EFT, b.Protocol)
	if n := b.Note.In(c.Lang); n != "" {
		fmt.Println(n)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w)
	for _, f := range b.Fields() {
		kind := "optional"
		if f.Required && f.Default == "" {
			kind = "required"
		}
		if f.Secret {
			kind += ", secret"
		}
		if f.Default != "" {
			kind = "default " + f.Default
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Key, f.Label.In(c.Lang), kind, f.Help.In(c.Lang))
	}
	fmt.Fprintln(w)
	for _, name := range b.Addresses() {
		fmt.Fprintf(w, "%s\t%s\n\t%s (test)\n", name, orNone(b.Live[name]), orNone(b.Test[name]))
	}
	return w.Flush()
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type posTestCmd struct{ posAccount }

func (c posTestCmd) Run(ctx context.Context) error {
	g, err := c.open(ctx)
	if err != nil {
		return err
	}
	caps := g.Capabilities()
	fmt.Printf("protocol   %s\nways       %v\nabilities  %v\ncurrencies %v\n", caps.Protocol, caps.Models, caps.Abilities, caps.Currencies)
	r, err := banks.TestLogin(ctx, g)
	if err != nil {
		return err
	}
	if r.Outcome != pos.OK {
		return fmt.Errorf("the bank does not accept the login: %s %s %s", r.Code, r.ResponseCode, r.Message+r.Reason)
	}
	fmt.Println("login      accepted")
	return nil
}

// result prints a result, and makes what is no approval an error.
func result(r pos.Result, err error) error {
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, x := range [][2]string{{"outcome", string(r.Outcome)}, {"code", string(r.Code)}, {"meaning", meaning(r.Code)}, {"order", r.OrderID}, {"reference", r.ReferenceCode}, {"auth code", r.AuthCode}, {"rrn", r.RRN},
		{"bank's code", r.ResponseCode}, {"bank's text", r.Message}, {"card", r.MaskedCard}, {"why", r.Reason}, {"next", r.NextStep}} {
		if x[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", x[0], x[1])
		}
	}
	fmt.Fprintf(w, "safe to retry\t%v\noutcome uncertain\t%v\n", r.SafeToRetry(), r.OutcomeUncertain())
	if err := w.Flush(); err != nil {
		return err
	}
	if r.Outcome != pos.Approved && r.Outcome != pos.OK {
		return fmt.Errorf("%s", r.Outcome)
	}
	return nil
}

func meaning(c pos.Code) string {
	if c == "" {
		return ""
	}
	return c.Text("tr")
}

// lira reads an amount of money typed by a person.
func lira(s string) (pos.Money, error) {
	n, err := pos.ParseDecimal(s)
	if err != nil || n == 0 {
		return pos.Money{}, fmt.Errorf("%q is no amount; write 12.50", s)
	}
	return pos.Money{Minor: n, Currency: pos.TRY}, nil
}

// readCard takes "number MM/YY CVV" from standard input, so that a card is in no list of processes and no shell history.
func readCard() (*pos.Card, error) {
	raw, err := io.ReadAll(io.LimitReader(os.Stdin, 256))
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	f := strings.Fields(string(raw))
	if len(f) < 2 || len(f) > 3 {
		return nil, errors.New("write the card to standard input: number MM/YY CVV")
	}
	mm, yy, _ := strings.Cut(f[1], "/")
	month, err1 := strconv.Atoi(mm)
	year, err2 := strconv.Atoi(yy)
	if err1 != nil || err2 != nil {
		return nil, pos.ErrCardExpiry
	}
	cvv := ""
	if len(f) == 3 {
		cvv = f[2]
	}
	return pos.NewUncheckedCard(f[0], month, year, cvv, "")
}

type posSaleCmd struct {
	posAccount
	Amount       string `required:"" help:"In lira: 12.50."`
	Installments int    `help:"Number of installments." default:"1"`
	Preauth      bool   `help:"Hold the amount; capture it later."`
	Order        string `help:"Order id; made if it is not given."`
	IP           string `help:"The payer's address." default:"127.0.0.1"`
}

func (c posSaleCmd) Run(ctx context.Context) error {
	g, err := c.open(ctx)
	if err != nil {
		return err
	}
	amount, err := lira(c.Amount)
	if err != nil {
		return err
	}
	card, err := readCard()
	if err != nil {
		return err
	}
	defer card.Wipe()
	if c.Order == "" {
		c.Order = pos.NewOrderID()
	}
	return result(g.Sale(ctx, pos.Payment{OrderID: c.Order, Amount: amount, Installments: c.Installments, PreAuth: c.Preauth, Card: card, ClientIP: c.IP}))
}

// posOriginal names a transaction.
type posOriginal struct {
	posAccount
	Order     string    `required:"" help:"Order id."`
	Reference string    `help:"Reference that the bank gave."`
	Original  string    `help:"Amount of the original, in lira."`
	Day       time.Time `help:"Day of the original." format:"2006-01-02"`
	Preauth   bool      `help:"The original is a pre-authorization."`
	Captured  bool      `help:"The original is a capture."`
	Secure    bool      `help:"It was paid with 3-D Secure."`
	IP        string    `help:"The payer's address." default:"127.0.0.1"`
}

func (o posOriginal) ref() (pos.Reference, error) {
	r := pos.Reference{OrderID: o.Order, ReferenceCode: o.Reference, PreAuth: o.Preauth, Capture: o.Captured, Secure3D: o.Secure, ClientIP: o.IP, Time: o.Day}
	if r.Time.IsZero() {
		r.Time = time.Now()
	}
	if o.Original != "" {
		m, err := lira(o.Original)
		if err != nil {
			return r, err
		}
		r.Original = m
	}
	return r, nil
}

// ability finds an optional ability of a gateway.
func ability[T any](ctx context.Context, o posOriginal) (T, pos.Reference, error) {
	var none T
	g, err := o.open(ctx)
	if err != nil {
		return none, pos.Reference{}, err
	}
	x, ok := g.(T)
	if !ok {
		return none, pos.Reference{}, pos.ErrUnsupported
	}
	r, err := o.ref()
	return x, r, err
}

type posVoidCmd struct{ posOriginal }

func (c posVoidCmd) Run(ctx context.Context) error {
	g, r, err := ability[pos.Voider](ctx, c.posOriginal)
	if err != nil {
		return err
	}
	return result(g.Void(ctx, r))
}

type posRefundCmd struct {
	posOriginal
	Amount string `required:"" help:"In lira: 12.50."`
}

func (c posRefundCmd) Run(ctx context.Context) error {
	g, r, err := ability[pos.Refunder](ctx, c.posOriginal)
	if err != nil {
		return err
	}
	amount, err := lira(c.Amount)
	if err != nil {
		return err
	}
	return result(g.Refund(ctx, r, amount))
}

type posCaptureCmd struct {
	posOriginal
	Amount string `required:"" help:"In lira: 12.50."`
}

func (c posCaptureCmd) Run(ctx context.Context) error {
	g, r, err := ability[pos.Capturer](ctx, c.posOriginal)
	if err != nil {
		return err
	}
	amount, err := lira(c.Amount)
	if err != nil {
		return err
	}
	r.PreAuth = true
	return result(g.Capture(ctx, r, amount))
}

type posInquireCmd struct{ posOriginal }

func (c posInquireCmd) Run(ctx context.Context) error {
	g, r, err := ability[pos.Inquirer](ctx, c.posOriginal)
	if err != nil {
		return err
	}
	l, err := g.Inquire(ctx, r)
	if err != nil {
		return err
	}
	if err := result(l.Result, nil); err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nTIME\tKIND\tSTATE\tAMOUNT\tREFERENCE\tAUTH CODE\t")
	for _, x := range l.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", x.Time.Format(time.DateTime), x.TxnCode, x.State, pos.Decimal(x.Amount.Minor), x.ReferenceCode, x.AuthCode)
	}
	return w.Flush()
}

type posInspectCmd struct {
	posAccount
	File string `arg:"" optional:"" help:"File with the posted form (name=value&…); empty: standard input."`
}

func (c posInspectCmd) Run(ctx context.Context) error {
	g, err := c.open(ctx)
	if err != nil {
		return err
	}
	inspector, ok := g.(pos.Inspector)
	if !ok {
		return pos.ErrUnsupported
	}
	in := io.Reader(os.Stdin)
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, 1<<20))
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(strings.TrimSpace(string(raw)))
	if err != nil {
		return fmt.Errorf("this is no posted form: %w", err)
	}
	values, err := pos.ReadValues(form)
	if err != nil {
		return err
	}
	x := inspector.Inspect(values)
	fmt.Printf("algorithm  %s\ngot        %s\nwant       %s\nmatch      %v\n\n", x.Algorithm, x.Got, x.Want, x.Match)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, f := range x.Fields {
		value := f.Value
		if f.Missing {
			value = "(missing)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, value, f.Note)
	}
	for _, n := range x.Notes {
		fmt.Fprintln(w, n)
	}
	return w.Flush()
}
