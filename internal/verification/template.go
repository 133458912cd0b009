package verification

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/sms/encoding"
)

// Template is one revision of a text. Saving makes a new one; a verification keeps the id of the one it used.
// Placeholders: {code}, {payee}, {amount}, {minutes}.
type Template struct {
	ID        string
	CompanyID string
	Purpose   Purpose
	Locale    string
	Revision  int // 0: built in
	Body      string
	CreatedBy string
	CreatedAt time.Time
}

// maxText is what the OTP routes carry in one part, with the operator's code still to be added.
const maxText = 150

// maxAppHashText is the most that Android's SMS Retriever reads (140 bytes).
const maxAppHashText = 140

// doNotShare is the fixed last sentence: no template can leave it out.
var doNotShare = map[string]string{"tr": "Kimseyle paylaşmayın.", "en": "Do not share it."}

// Defaults are the built-in texts: each says who asks, what the code is for and how long it lasts.
var Defaults = map[Purpose]map[string]string{
	VerifyPhone: {"tr": "{payee} kodunuz: {code}. Yalnız telefonunuzu doğrular, {minutes} dk geçerli.", "en": "{payee} code: {code}. It only verifies your phone, valid {minutes} min."},
	Login:       {"tr": "{payee} giriş kodunuz: {code}. {minutes} dk geçerli.", "en": "{payee} login code: {code}. Valid {minutes} min."},
	Payment:     {"tr": "{payee} ödeme kodunuz: {code}. Tutar {amount} TL, {minutes} dk geçerli.", "en": "{payee} payment code: {code}. Amount {amount} TL, valid {minutes} min."},
	Order:       {"tr": "{payee} sipariş onay kodunuz: {code}. Tutar {amount} TL, {minutes} dk geçerli.", "en": "{payee} order code: {code}. Amount {amount} TL, valid {minutes} min."},
}

var (
	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	link        = regexp.MustCompile(`(?i)(https?:|www\.|[a-z0-9-]+\.(com|net|org|tr|co|io|info|biz|link)\b)`)
	digits      = regexp.MustCompile(`[0-9]{4,}`)
)

// commercial words make a text an advertisement, which the OTP route must not carry. Folded, without Turkish letters.
var commercial = []string{"indirim", "kampanya", "firsat", "hediye", "kupon", "cekilis", "bedava", "ucretsiz kargo", "kazan", "ozel teklif", "sezon", "yeni urun", "%",
	"discount", "sale ", "gift", "coupon", "free shipping", "win "}

func fold(s string) string { return strings.ToLower(encoding.Transliterate(s, encoding.Full)) }

// Lint returns why a text may not become a template of the purpose.
func Lint(p Purpose, locale, body string) error {
	bad := func(code, tr, en string) error { return fault.Field("body", code, tr, en) }
	if strings.Count(body, "{code}") != 1 {
		return bad("code_placeholder", "Metinde {code} tam bir kez geçmeli.", "The text needs {code} exactly once.")
	}
	for _, ph := range placeholder.FindAllString(body, -1) {
		switch ph {
		case "{code}", "{payee}", "{minutes}":
		case "{amount}":
			if !p.bound() {
				return bad("amount_not_allowed", "{amount} yalnızca ödeme ve sipariş metninde kullanılır.", "{amount} is for payment and order texts only.")
			}
		default:
			return bad("unknown_placeholder", "Bilinmeyen alan: "+ph, "Unknown placeholder: "+ph)
		}
	}
	if p.bound() && (!strings.Contains(body, "{amount}") || !strings.Contains(body, "{payee}")) {
		return bad("binding_required", "Ödeme ve sipariş metni {amount} ve {payee} içermeli.", "A payment or order text must have {amount} and {payee}.")
	}
	if strings.ContainsAny(body, "\r\n") {
		return bad("one_line", "Metin tek satır olmalı.", "The text must be one line.")
	}
	if link.MatchString(body) {
		return bad("link", "Kod mesajında bağlantı olamaz.", "A code message may not have a link.")
	}
	if digits.MatchString(body) {
		return bad("other_digits", "Kod dışında 4 ya da daha çok haneli sayı olamaz; telefonlar kodu şaşırır.", "No other number of 4 or more digits may be in the text; phones would take it for the code.")
	}
	folded := fold(body)
	for _, w := range commercial {
		if strings.Contains(folded, w) {
			return bad("commercial", "Kod mesajı tanıtım içeremez: “"+strings.TrimSpace(w)+"”.", "A code message may not advertise: “"+strings.TrimSpace(w)+"”.")
		}
	}
	longest := render(Template{Body: body}, map[string]string{"code": strings.Repeat("0", 6), "payee": strings.Repeat("M", 30), "amount": "123.456,78", "minutes": "10"})
	if n := len(encoding.Transliterate(longest+" (3) "+doNotShare[locale], encoding.Full)); n > maxText {
		return bad("too_long", fmt.Sprintf("En uzun hâliyle %d karakter; en çok %d olabilir.", n, maxText), fmt.Sprintf("%d characters at its longest; at most %d are possible.", n, maxText))
	}
	return nil
}

func render(t Template, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(t.Body, func(ph string) string { return values[ph[1:len(ph)-1]] })
}

// compose writes the text of a send. Every send of one verification differs: providers drop equal texts.
func (s *Service) compose(v Verification, c company.Company, t Template, code string) (message.Outgoing, error) {
	payee := v.Payee
	if payee == "" {
		payee = c.Settings.Payee
	}
	text := render(t, map[string]string{"code": code, "payee": payee, "amount": amount(v.Amount), "minutes": strconv.Itoa(max(1, c.Settings.ValidSeconds/60))})
	if v.Sends > 1 {
		text += " (" + strconv.Itoa(v.Sends) + ")"
	}
	text = encoding.Transliterate(text+" "+doNotShare[v.Locale], encoding.Full)
	limit := maxText
	// Phones that fill the code in read the last line. It is left out where it would not fit into one part.
	last := ""
	switch {
	case v.AppHash != "":
		last, limit = "\n"+v.AppHash, maxAppHashText
	case c.Settings.WebOTPHost != "":
		last = "\n\n@" + c.Settings.WebOTPHost + " #" + code
	}
	if len(text)+len(last) <= limit {
		text += last
	} else if v.AppHash != "" {
		return message.Outgoing{}, fault.Field("app_hash", "too_long", "Metin, uygulama imzasıyla 140 karakteri aşıyor.", "With the app hash the text is longer than 140 characters.")
	}
	if len(text) > maxText {
		return message.Outgoing{}, fault.Field("payee", "too_long", "Mesaj tek SMS'e sığmıyor.", "The message does not fit one SMS.")
	}
	return message.Outgoing{CompanyID: v.CompanyID, OwnerID: v.ID, Route: "otp", Purpose: "OTP", Recipient: v.Phone, Text: text,
		Masked: strings.ReplaceAll(text, code, strings.Repeat("•", len(code))), Encoding: "plain", Segments: 1, ExpiresAt: v.ExpiresAt}, nil
}

// amount writes kuruş as people here write money, without the currency.
func amount(kurus int64) string {
	lira := strconv.FormatInt(kurus/100, 10)
	for i := len(lira) - 3; i > 0; i -= 3 {
		lira = lira[:i] + "." + lira[i:]
	}
	return fmt.Sprintf("%s,%02d", lira, kurus%100)
}

type templateCache struct {
	mu sync.Mutex
	m  map[string]cachedTemplate
}

type cachedTemplate struct {
	t     Template
	until time.Time
}

func newTemplateCache() *templateCache { return &templateCache{m: map[string]cachedTemplate{}} }

const templateColumns = "id, company_id, purpose, locale, revision, body, created_by, created_at"

func scanTemplate(r db.Row) (t Template, err error) {
	var purpose string
	var at int64
	err = r.Scan(&t.ID, &t.CompanyID, &purpose, &t.Locale, &t.Revision, &t.Body, &t.CreatedBy, &at)
	t.Purpose, t.CreatedAt = Purpose(purpose), db.Time(at)
	return t, err
}

func builtIn(companyID string, p Purpose, locale string) Template {
	return Template{ID: "builtin:" + string(p) + ":" + locale, CompanyID: companyID, Purpose: p, Locale: locale, Body: Defaults[p][locale]}
}

func newest(tx db.Tx, companyID string, p Purpose, locale string) (Template, error) {
	t, err := scanTemplate(tx.QueryRow("SELECT "+templateColumns+" FROM template WHERE company_id = $1 AND purpose = $2 AND locale = $3 ORDER BY revision DESC LIMIT 1",
		companyID, string(p), locale))
	if errors.Is(err, db.ErrNoRows) {
		return builtIn(companyID, p, locale), nil
	}
	return t, err
}

func (s *Service) template(ctx context.Context, companyID string, p Purpose, locale string) (Template, error) {
	key := companyID + string(p) + locale
	s.templates.mu.Lock()
	c, ok := s.templates.m[key]
	s.templates.mu.Unlock()
	if ok && time.Now().Before(c.until) {
		return c.t, nil
	}
	err := s.db.Read(ctx, func(tx db.Tx) (err error) { c.t, err = newest(tx, companyID, p, locale); return err })
	if err != nil {
		return Template{}, err
	}
	c.until = time.Now().Add(2 * time.Second)
	s.templates.mu.Lock()
	s.templates.m[key] = c
	s.templates.mu.Unlock()
	return c.t, nil
}

// templateByID returns the text that a verification began with, also when a newer revision exists.
func (s *Service) templateByID(tx db.Tx, companyID string, v Verification) (Template, error) {
	if strings.HasPrefix(v.TemplateID, "builtin:") {
		return builtIn(companyID, v.Purpose, v.Locale), nil
	}
	return scanTemplate(tx.QueryRow("SELECT "+templateColumns+" FROM template WHERE id = $1 AND company_id = $2", v.TemplateID, companyID))
}

// Templates returns the text in force for each purpose and language.
func (s *Service) Templates(ctx context.Context, companyID string) (out []Template, err error) {
	err = s.db.Read(ctx, func(tx db.Tx) error {
		out = nil
		for _, p := range Purposes {
			for _, locale := range []string{"tr", "en"} {
				t, err := newest(tx, companyID, p, locale)
				if err != nil {
					return err
				}
				out = append(out, t)
			}
		}
		return nil
	})
	return out, err
}

// Preview renders a text with example values, as it would leave.
func (s *Service) Preview(ctx context.Context, companyID string, p Purpose, locale, body string) (string, error) {
	c, err := s.companies.Get(ctx, companyID)
	if err != nil {
		return "", err
	}
	if err := Lint(p, locale, body); err != nil {
		return "", err
	}
	v := Verification{CompanyID: companyID, Purpose: p, Locale: locale, Sends: 1}
	if p.bound() {
		v.Amount = 125000
	}
	out, err := s.compose(v, c, Template{Body: body}, strings.Repeat("123456", 2)[:c.Settings.CodeLength])
	return out.Text, err
}

// SaveTemplate makes a new revision.
func (s *Service) SaveTemplate(ctx context.Context, companyID string, p Purpose, locale, body string) (Template, error) {
	body = strings.TrimSpace(body)
	if Defaults[p][locale] == "" {
		return Template{}, fault.Field("purpose", "unknown_purpose", "Bilinmeyen amaç ya da dil.", "Unknown purpose or locale.")
	}
	if len(body) > 500 {
		return Template{}, fault.Field("body", "too_long", "Metin çok uzun.", "The text is too long.")
	}
	if err := Lint(p, locale, body); err != nil {
		return Template{}, err
	}
	t := Template{ID: db.NewID("tpl"), CompanyID: companyID, Purpose: p, Locale: locale, Body: body, CreatedBy: audit.Actor(ctx), CreatedAt: s.clock.Now()}
	err := s.db.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock("template:" + companyID); err != nil {
			return err
		}
		last, err := newest(tx, companyID, p, locale)
		if err != nil {
			return err
		}
		t.Revision = last.Revision + 1
		if err := idempotency.Record(ctx, tx, t.ID); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO template ("+templateColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			t.ID, t.CompanyID, string(t.Purpose), t.Locale, t.Revision, t.Body, t.CreatedBy, db.Micros(t.CreatedAt)); err != nil {
			return err
		}
		return s.log.Append(ctx, tx, audit.Event{CompanyID: companyID, ObjectID: t.ID, ObjectSeq: 1, Kind: "template.saved",
			Data: audit.Data(map[string]any{"purpose": p, "locale": locale, "revision": t.Revision, "body": body, "before": last.Body})})
	})
	s.templates.mu.Lock()
	clear(s.templates.m)
	s.templates.mu.Unlock()
	return t, err
}
