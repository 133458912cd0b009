// Package paypage is what a payer sees: the page of a payment, the way to the bank and back, and the end. Every page is one answer that is
// complete without scripts and loads nothing else.
package paypage

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/payment"
	"github.com/onay/onay/pos"
)

//go:embed page.css
var style string

// styleHash lets the one style sheet, and no other, into the page.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// Deps are what the pages show and change.
type Deps struct {
	Payments  *payment.Service
	Companies *company.Service
	Logger    *slog.Logger
	// ClientIP tells the payer's address, which several banks demand.
	ClientIP func(*http.Request) string
	// TestCard is shown where nothing is real; empty elsewhere.
	TestCard string
}

type door struct{ Deps }

// maxBody bounds what a form or a bank may send.
const maxBody = 128 << 10

// New returns the handler of /pay/. It knows no session and no cookie: who has a page's address may pay, and what a bank sends is
// believed by its signature. Posts come from the banks' pages, so there is no cross-origin check here.
func New(d Deps) http.Handler {
	h := &door{d}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pay/{token}", h.show)
	mux.HandleFunc("POST /pay/{token}", h.pay)
	mux.HandleFunc("GET /pay/receipt/{token}", h.receipt)
	mux.HandleFunc("GET /pay/link/{token}", h.link)
	mux.HandleFunc("POST /pay/link/{token}", h.payLink)
	mux.HandleFunc("GET /pay/return/{token}", h.back)
	mux.HandleFunc("POST /pay/return/{token}", h.back)
	mux.HandleFunc("/pay/", func(w http.ResponseWriter, r *http.Request) { h.fail(w, r, nil, missing()) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "strict-origin")
		head.Set("Cache-Control", "no-store")
		head.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
		head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		head.Set("X-Robots-Tag", "noindex")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux.ServeHTTP(w, r)
	})
}

func missing() error {
	return fault.New(fault.NotFound, "not_found", "Böyle bir ödeme sayfası yok. Adresi kontrol edin ya da satıcıdan yeni bir bağlantı isteyin.", "There is no such pay page. Check the address, or ask the merchant for a new link.")
}

// view is what a page shows.
type view struct {
	Merchant string
	P        payment.Payment
	Lang     text.Lang
	Card     bool // the card is typed here
	Try      string
	Holder   string
	Expiry   string
	Error    string
	Offers   []payment.Offer
	Chosen   int // installments
	Field    string
	TestCard string
	Refresh  int    // seconds
	Next     string // where Refresh leads
}

func (v view) t(key string, args ...any) string { return v.Lang.T(key, args...) }

func (v view) amount() string { return text.MoneyIn(v.P.Amount.Minor, string(v.P.Amount.Currency)) }

// total is what the payer paid, or is asked for.
func (v view) total() string {
	n := v.P.Amount.Minor
	if !v.P.PaidAt.IsZero() {
		n = v.P.Charged()
	}
	return v.money(n)
}

func (v view) money(n int64) string { return text.MoneyIn(n, string(v.P.Amount.Currency)) }

// offer says what an offer costs.
func (v view) offer(o payment.Offer) string {
	if o.Installments == 1 {
		return v.t("pay.single", v.money(o.Total))
	}
	return v.t("pay.offer", o.Installments, v.money(o.Monthly), v.money(o.Total))
}

// limits says within what a payer may choose.
func (v view) limits(l payment.Link) string {
	money := func(n int64) string { return text.MoneyIn(n, string(l.Currency)) }
	switch {
	case l.Most == 0:
		return v.t("pay.link.least", money(l.Least))
	case l.Least == 0:
		return v.t("pay.link.most", money(l.Most))
	}
	return v.t("pay.link.between", money(l.Least), money(l.Most))
}

// card writes the masked number in groups.
func (v view) card() string {
	m := v.P.CardMasked
	if len(m) < 12 {
		return ""
	}
	return text.Card(m[:6], m[len(m)-4:])
}

func (d *door) find(w http.ResponseWriter, r *http.Request) (view, bool) {
	v := view{Lang: text.Accept(r.Header.Get("Accept-Language")), TestCard: d.TestCard}
	p, err := d.Payments.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		if fault.Code(err) == "not_found" {
			err = missing()
		}
		d.fail(w, r, nil, err)
		return v, false
	}
	return d.fill(w, r, p)
}

func (d *door) fill(w http.ResponseWriter, r *http.Request, p payment.Payment) (view, bool) {
	v := view{P: p, Lang: text.Parse(p.Lang), TestCard: d.TestCard}
	if l := r.URL.Query().Get("lang"); l != "" {
		v.Lang = text.Parse(l)
	}
	c, err := d.Companies.Get(r.Context(), p.CompanyID)
	if err != nil {
		d.fail(w, r, &v, err)
		return v, false
	}
	v.Merchant = c.Name
	return v, true
}

// show is the page of a payment in whatever state it is.
func (d *door) show(w http.ResponseWriter, r *http.Request) {
	v, ok := d.find(w, r)
	if !ok {
		return
	}
	d.state(w, r, http.StatusOK, v)
}

func (d *door) state(w http.ResponseWriter, r *http.Request, status int, v view) {
	p := v.P
	switch {
	case p.Status == payment.Authorizing || p.Status == payment.Unknown:
		v.Refresh, v.Next = 2, "/pay/"+p.Token
		d.render(w, r, status, v, waitPage(v))
		return
	case p.Status == payment.AwaitingBank && !p.Hosted:
		if f, err := d.Payments.Form(r.Context(), p); err == nil && f != nil {
			d.toBank(w, r, v, *f)
			return
		}
		v.Refresh, v.Next = 5, "/pay/"+p.Token
		d.render(w, r, status, v, waitPage(v))
		return
	case p.Hosted && (p.Status == payment.Created || p.Status == payment.Declined || p.Status == payment.Failed || p.Status == payment.AwaitingBank):
		var err error
		if v.Card, v.Offers, err = d.Payments.Offers(r.Context(), p); err != nil {
			d.fail(w, r, &v, err)
			return
		}
		v.Try = strings.ToLower(rand.Text())
		d.render(w, r, status, v, payForm(v))
		return
	}
	if p.ReturnURL != "" {
		v.Next = backToShop(p)
		if p.Status.Paid() {
			v.Refresh = 4
		}
	}
	d.render(w, r, status, v, endPage(v))
}

// backToShop is the shop's address with what became of the payment; the shop asks the API before it believes it.
func backToShop(p payment.Payment) string {
	u, err := url.Parse(p.ReturnURL)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("payment_id", p.ID)
	q.Set("status", string(p.Status))
	u.RawQuery = q.Encode()
	return u.String()
}

// link is the page of a link: what is paid for, and the amount, which the payer may have to type.
func (d *door) link(w http.ResponseWriter, r *http.Request) { d.linkPage(w, r, http.StatusOK, nil) }

func (d *door) linkPage(w http.ResponseWriter, r *http.Request, status int, wrong *fault.Error) {
	v := view{Lang: text.Accept(r.Header.Get("Accept-Language")), TestCard: d.TestCard}
	if l := r.URL.Query().Get("lang"); l != "" {
		v.Lang = text.Parse(l)
	}
	l, err := d.Payments.LinkByToken(r.Context(), r.PathValue("token"))
	if err == nil {
		var c company.Company
		if c, err = d.Companies.Open(r.Context(), l.CompanyID); err == nil {
			v.Merchant = c.Name
			err = d.Payments.Open(l)
		}
	}
	if err != nil {
		if fault.Code(err) == "not_found" {
			err = missing()
		}
		d.fail(w, r, &v, err)
		return
	}
	v.P.Amount = pos.Money{Minor: l.Amount, Currency: l.Currency}
	if wrong != nil {
		v.Error, v.Field = wrong.Text(string(v.Lang)), wrong.Field
	}
	d.render(w, r, status, v, linkForm(v, l, clip(r.PostForm.Get("amount"), 20), clip(r.PostForm.Get("name"), 100), clip(r.PostForm.Get("phone"), 40)))
}

// payLink begins a payment and goes to its page.
func (d *door) payLink(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		d.fail(w, r, nil, missing())
		return
	}
	amount, _ := text.ParseAmount(r.PostForm.Get("amount"))
	if l, err := d.Payments.LinkByToken(r.Context(), r.PathValue("token")); err == nil {
		if _, err := d.Companies.Open(r.Context(), l.CompanyID); err != nil {
			d.fail(w, r, nil, err)
			return
		}
	}
	p, err := d.Payments.PayLink(r.Context(), r.PathValue("token"), amount, clip(r.PostForm.Get("name"), 100), clip(r.PostForm.Get("phone"), 40), r.URL.Query().Get("lang"))
	switch f := fault.As(err); {
	case f != nil && f.Kind == fault.Invalid:
		d.linkPage(w, r, http.StatusUnprocessableEntity, f)
	case err != nil:
		if fault.Code(err) == "not_found" {
			err = missing()
		}
		d.fail(w, r, nil, err)
	default:
		http.Redirect(w, r, "/pay/"+p.Token, http.StatusSeeOther)
	}
}

// receipt is the receipt of a paid payment, to keep.
func (d *door) receipt(w http.ResponseWriter, r *http.Request) {
	v, ok := d.find(w, r)
	if !ok {
		return
	}
	if v.P.PaidAt.IsZero() {
		d.fail(w, r, &v, missing())
		return
	}
	var b bytes.Buffer
	if err := Receipt(&b, v.Merchant, v.P, v.Lang); err != nil {
		d.fail(w, r, &v, err)
		return
	}
	SendPDF(w, "makbuz-"+v.P.BankOrderID+".pdf", b.Bytes())
}

// SendPDF answers with a PDF to keep.
func SendPDF(w http.ResponseWriter, name string, b []byte) {
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b)
}

// pay takes the form.
func (d *door) pay(w http.ResponseWriter, r *http.Request) {
	v, ok := d.find(w, r)
	if !ok {
		return
	}
	if err := r.ParseForm(); err != nil {
		d.fail(w, r, &v, fault.New(fault.Invalid, "unreadable", "Form okunamadı; sayfayı yenileyip tekrar deneyin.", "The form could not be read; reload the page and try again."))
		return
	}
	if _, err := d.Companies.Open(r.Context(), v.P.CompanyID); err != nil {
		d.fail(w, r, &v, err)
		return
	}
	in := payment.Input{TryKey: r.PostForm.Get("try"), ClientIP: d.ClientIP(r)}
	takes, offers, err := d.Payments.Offers(r.Context(), v.P)
	if n, e := strconv.Atoi(r.PostForm.Get("installments")); e == nil && v.P.Installments <= 1 && slices.ContainsFunc(offers, func(o payment.Offer) bool { return o.Installments == n }) {
		in.Installments, v.Chosen = n, n
	}
	if err == nil && takes {
		in.Card, err = ReadCard(r.PostForm, false)
	}
	r.PostForm.Del("number")
	r.PostForm.Del("cvv")
	var p payment.Payment
	var form *pos.Form
	if err == nil {
		p, form, err = d.Payments.Pay(r.Context(), v.P.Token, in)
	}
	switch f := fault.As(err); {
	case f != nil && f.Kind == fault.Conflict:
		if now, e := d.Payments.ByToken(r.Context(), v.P.Token); e == nil && (now.Status.Paid() || now.Status.Moving()) { // its own page says it better
			http.Redirect(w, r, "/pay/"+v.P.Token, http.StatusSeeOther)
			return
		}
		d.fail(w, r, &v, err)
	case f != nil && f.Field != "":
		v.Offers = offers
		v.Card, v.Try, v.Holder, v.Expiry, v.Error, v.Field = takes, strings.ToLower(rand.Text()), clip(r.PostForm.Get("holder"), 60), clip(r.PostForm.Get("expiry"), 9), f.Text(string(v.Lang)), f.Field
		v.P.DeclineCode = ""
		d.render(w, r, http.StatusUnprocessableEntity, v, payForm(v))
	case err != nil:
		d.fail(w, r, &v, err)
	case form != nil:
		v.P = p
		d.toBank(w, r, v, *form)
	default:
		http.Redirect(w, r, "/pay/"+p.Token, http.StatusSeeOther)
	}
}

func clip(s string, n int) string {
	if r := []rune(strings.ToValidUTF8(s, "")); len(r) > n {
		return string(r[:n])
	}
	return strings.ToValidUTF8(s, "")
}

// ReadCard reads the card of a form (number, expiry, cvv, holder); no error repeats what was typed. phone tells that it was said on the
// telephone: then there may be no security code.
func ReadCard(form url.Values, phone bool) (*pos.Card, error) {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, form.Get("expiry"))
	month, year := 0, 0
	switch len(digits) {
	case 3: // 1/30
		digits = "0" + digits
		fallthrough
	case 4, 6: // 01/30, 01/2030
		month, _ = strconv.Atoi(digits[:2])
		year, _ = strconv.Atoi(digits[2:])
	}
	cvv := strings.TrimSpace(form.Get("cvv"))
	c, err := pos.NewCard(strings.TrimSpace(form.Get("number")), month, year, cvv, clip(form.Get("holder"), 60))
	switch {
	case errors.Is(err, pos.ErrCardNumber):
		return nil, fault.Field("number", "card_invalid", "Kart numarası geçersiz; rakamları kontrol edin.", "The card number is not valid; check its digits.")
	case errors.Is(err, pos.ErrCardExpiry):
		return nil, fault.Field("expiry", "card_invalid", "Son kullanma tarihi ay/yıl olmalı, örneğin 09/28.", "The expiry date is month/year, for example 09/28.")
	case errors.Is(err, pos.ErrCardCVV) || err == nil && cvv == "" && !phone:
		return nil, fault.Field("cvv", "card_invalid", "Güvenlik kodu kartın arkasındaki 3 rakamdır.", "The security code is the 3 digits on the back of the card.")
	}
	return c, err
}

// toBank is the page that sends the payer's browser to the bank. Its policy lets forms go there and nowhere else.
func (d *door) toBank(w http.ResponseWriter, r *http.Request, v view, f pos.Form) {
	u, err := url.Parse(f.Action)
	if err != nil || u.Host == "" {
		d.Logger.Error("the bank's form has no address", "payment", v.P.ID, "form", f.String())
		d.fail(w, r, &v, fault.New(fault.Unavailable, "bank_form", "Bankanın sayfası açılamadı. Birazdan yeniden deneyin.", "The bank's page could not be opened. Try again in a moment."))
		return
	}
	nonce := rand.Text()
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src "+styleHash+"; script-src 'nonce-"+nonce+"'; form-action "+u.Scheme+"://"+u.Host+"; frame-ancestors 'none'; base-uri 'none'")
	d.write(w, r, http.StatusOK, v, bankForm(v, f, nonce))
}

// back takes what the bank sent with the payer's browser.
func (d *door) back(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		d.fail(w, r, nil, missing())
		return
	}
	form := r.Form
	if r.Method == http.MethodPost && len(r.PostForm) > 0 {
		form = r.PostForm
	}
	values, err := pos.ReadValues(form)
	if err != nil {
		values = pos.Values{} // two values of one field: nothing of it is believed
	}
	p, err := d.Payments.Return(r.Context(), r.PathValue("token"), values)
	if err != nil {
		if fault.Code(err) == "not_found" {
			err = missing()
		}
		d.fail(w, r, nil, err)
		return
	}
	http.Redirect(w, r, "/pay/"+p.Token, http.StatusSeeOther)
}

// fail says what went wrong and what to do.
func (d *door) fail(w http.ResponseWriter, r *http.Request, v *view, err error) {
	if v == nil {
		v = &view{Lang: text.Accept(r.Header.Get("Accept-Language"))}
	}
	f := fault.As(err)
	if f == nil {
		d.Logger.Error("pay page failed", "payment", v.P.ID, "error", err)
		f = fault.New(500, "internal", "Sayfa şu anda açılamıyor. Birazdan yeniden deneyin; kartınızdan iki kez çekim yapılmaz.", "The page cannot be opened now. Try again in a moment; your card is not charged twice.")
	}
	v.Error = f.Text(string(v.Lang))
	d.render(w, r, int(f.Kind), *v, failPage(*v))
}

// render writes a page that posts to itself.
func (d *door) render(w http.ResponseWriter, r *http.Request, status int, v view, body templ.Component) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src "+styleHash+"; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	d.write(w, r, status, v, body)
}

func (d *door) write(w http.ResponseWriter, r *http.Request, status int, v view, body templ.Component) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.Lang))
	h.Add("Vary", "Accept-Encoding, Accept-Language")
	var out io.Writer = w
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		out = z
	}
	w.WriteHeader(status)
	if err := body.Render(text.WithLang(r.Context(), v.Lang), out); err != nil {
		d.Logger.Debug("page not written", "payment", v.P.ID, "error", err)
	}
}
