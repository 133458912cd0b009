package bank

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Outcome of an authentication.
type Outcome string

// The outcomes, in the letters that the card schemes use, and one for the payer who gave up.
const (
	Authenticated Outcome = "Y"
	Failed        Outcome = "N"
	Attempt       Outcome = "A"
	Unavailable   Outcome = "U"
	Error         Outcome = "E"
	NotEnrolled   Outcome = "-"
	Cancelled     Outcome = "C"
)

// MDStatus is the outcome as most protocols number it.
func (o Outcome) MDStatus() string {
	switch o {
	case Authenticated:
		return "1"
	case NotEnrolled:
		return "2"
	case Attempt:
		return "4"
	case Unavailable:
		return "5"
	case Error:
		return "6"
	}
	return "0"
}

// ECI is the indicator that goes with an outcome: Visa counts 05, 06, 07 and Mastercard 02, 01, 00.
func (o Outcome) ECI(brand string) string {
	i := 2
	switch o {
	case Authenticated:
		i = 0
	case Attempt, NotEnrolled:
		i = 1
	}
	if brand == "MASTERCARD" {
		return []string{"02", "01", "00"}[i]
	}
	return []string{"05", "06", "07"}[i]
}

// Enrolled asks the directory: what becomes of a card before any page is shown. Empty: the page is shown.
func (c Card) Enrolled() Outcome {
	switch c.Magic {
	case "9001":
		return NotEnrolled
	case "9002":
		return Unavailable
	case "9003":
		return Error
	}
	return ""
}

// afterPage is what becomes of a right password.
func (c Card) afterPage() Outcome {
	switch c.Magic {
	case "9011":
		return Attempt
	case "9012":
		return Unavailable
	case "9013":
		return Error
	}
	return Authenticated
}

// Return is where the payer's browser goes from a page of the bank.
type Return struct {
	Method string // POST when empty
	URL    string
	Fields [][2]string
}

// Challenge is a payer in front of the bank's page.
type Challenge struct {
	Shop, Order  string
	Minor        int64
	Currency     string // as the protocol writes it
	Installments int
	Lang         string
	Card         Card // empty: the page asks for it
	Passwords    []string
	// Finish tells the bank the outcome and gives the way back to the shop. It is called once.
	Finish func(o Outcome, card Card) Return

	made  time.Time
	tries int
}

var currencyNames = map[string]string{"949": "TL", "TRY": "TL", "YT": "TL", "840": "USD", "US": "USD", "978": "EUR", "EU": "EUR", "826": "GBP", "GB": "GBP", "392": "JPY", "JP": "JPY", "643": "RUB", "RU": "RUB"}

// Sum is the amount as the payer reads it: 1.249,90 TL, in English 1,249.90 TL.
func (c *Challenge) Sum(tr bool) string {
	name := c.Currency
	if n := currencyNames[name]; n != "" {
		name = n
	}
	group, point := ",", "."
	if tr {
		group, point = point, group
	}
	whole := strconv.FormatInt(c.Minor/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + group + whole[i:]
	}
	return fmt.Sprintf("%s%s%02d %s", whole, point, c.Minor%100, name)
}

// Pages shows the bank's pages. One serves all rooms.
type Pages struct {
	World *outside.Core
	Base  string // path under which Handler is mounted, as the browser sees it
	mu    sync.Mutex
	open  map[string]*Challenge
}

// Open keeps a challenge for half an hour and returns the address of its page.
func (p *Pages) Open(c *Challenge) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[string]*Challenge{}
	}
	now := p.World.Clock.Now()
	for t, x := range p.open {
		if now.Sub(x.made) > 30*time.Minute {
			delete(p.open, t)
		}
	}
	c.made = now
	token := rand.Text()
	p.open[token] = c
	return p.Base + "/acs?t=" + token
}

func (p *Pages) find(token string) *Challenge {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.open[token]
	if c != nil && p.World.Clock.Now().Sub(c.made) > 30*time.Minute {
		delete(p.open, token)
		return nil
	}
	return c
}

// take removes a challenge: it is finished once.
func (p *Pages) take(token string) *Challenge {
	c := p.find(token)
	if c == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[token] == nil {
		return nil
	}
	delete(p.open, token)
	return c
}

// Handler serves /acs.
func (p *Pages) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /acs", p.show)
	mux.HandleFunc("POST /acs", p.answer)
	return mux
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) {
	c := p.find(r.URL.Query().Get("t"))
	if c == nil {
		Say(w, http.StatusGone, "tr", "Bu sayfanın süresi doldu ya da işlem bitti. Mağazaya dönüp yeniden deneyin.", "This page has expired or the payment is over. Go back to the shop and try again.")
		return
	}
	p.render(w, r, c, "")
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, c *Challenge, problem string) {
	lang := "tr"
	if strings.EqualFold(c.Lang, "en") || strings.HasPrefix(strings.ToLower(c.Lang), "en") {
		lang = "en"
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action *; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = acsPage.Execute(w, map[string]any{"Lang": lang, "TR": lang == "tr", "C": c, "Token": r.FormValue("t"), "Problem": problem, "NeedCard": c.Card.First6 == "", "Masked": c.Card.Masked()})
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	token := r.FormValue("t")
	c := p.find(token)
	if c == nil {
		p.show(w, r)
		return
	}
	card := c.Card
	if card.First6 == "" && r.FormValue("do") != "cancel" {
		var ok bool
		if card, ok = ReadCard(r.FormValue("number"), r.FormValue("month"), r.FormValue("year"), r.FormValue("cvv"), r.FormValue("holder")); !ok || !card.Luhn {
			p.render(w, r, c, "card")
			return
		}
	}
	var o Outcome
	switch do := r.FormValue("do"); {
	case do == "cancel":
		o = Cancelled
	case do != "" && do != "ok":
		o = Outcome(do)
	default:
		right := false
		for _, x := range append([]string{"123456"}, c.Passwords...) {
			right = right || x == strings.TrimSpace(r.FormValue("password"))
		}
		switch e := card.Enrolled(); {
		case e != "":
			o = e
		case right:
			o = card.afterPage()
		default:
			p.mu.Lock()
			c.tries++
			last := c.tries >= 3
			p.mu.Unlock()
			if !last {
				p.render(w, r, c, "password")
				return
			}
			o = Failed
		}
	}
	if c = p.take(token); c == nil { // a second click
		p.show(w, r)
		return
	}
	Leave(w, r, p.World, c.Finish(o, card))
}

// Leave sends the payer's browser back to the shop: a form that submits itself, with a button.
func Leave(w http.ResponseWriter, r *http.Request, world *outside.Core, back Return) {
	if _, hit := world.Faults.Hit("bank", outside.LostCallback); hit {
		Say(w, http.StatusOK, "tr", "Bağlantı koptu: mağazaya dönülmedi.", "The connection broke: there is no way back to the shop.")
		return
	}
	if _, hit := world.Faults.Hit("bank", outside.DuplicateCallback); hit && back.Method != "GET" {
		form := url.Values{}
		for _, f := range back.Fields {
			form.Set(f[0], f[1])
		}
		go func() { // the same message, once more and from elsewhere
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, back.URL, strings.NewReader(form.Encode()))
			if err != nil {
				return
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if res, err := http.DefaultClient.Do(req); err == nil {
				res.Body.Close()
			}
		}()
	}
	if u, err := url.Parse(back.URL); back.Method == "GET" && err == nil { // a form would drop the address's own query
		q := u.Query()
		for _, f := range back.Fields {
			q.Set(f[0], f[1])
		}
		u.RawQuery = q.Encode()
		http.Redirect(w, r, u.String(), http.StatusSeeOther)
		return
	}
	WriteForm(w, back)
}

// WriteForm writes a page whose form submits itself.
func WriteForm(w http.ResponseWriter, back Return) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(FormPage(back))
}

// FormPage is the page of [WriteForm].
func FormPage(back Return) []byte {
	if back.Method == "" {
		back.Method = "POST"
	}
	var b bytes.Buffer
	_ = formPage.Execute(&b, back)
	return b.Bytes()
}

// Say writes a plain page of the bank.
func Say(w http.ResponseWriter, status int, _, tr, en string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = sayPage.Execute(w, [2]string{tr, en})
}

const style = `<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#eef1f5;color:#1c2733}main{max-width:24rem;margin:2rem auto;background:#fff;border-radius:12px;
padding:1.5rem;box-shadow:0 1px 4px #0003}h1{font-size:1.15rem;margin:0 0 1rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem;margin:0 0 1rem}dt{color:#5a6875}dd{margin:0;text-align:end;font-weight:600;overflow-wrap:anywhere}
label{display:block;margin:.6rem 0 .2rem}input{width:100%;box-sizing:border-box;font:inherit;padding:.7rem;border:1px solid #9aa7b4;border-radius:8px;background:inherit;color:inherit}
button{font:inherit;padding:.75rem 1rem;border-radius:8px;border:1px solid #1b5fb4;background:#1b5fb4;color:#fff;width:100%;margin-top:.8rem;cursor:pointer}button.quiet{background:transparent;color:inherit;border-color:#9aa7b4}
.two{display:grid;grid-template-columns:1fr 1fr 1fr;gap:.6rem}.problem{color:#a3181f;margin:.5rem 0}.note{color:#5a6875;font-size:.875rem}details{margin-top:1rem}details button{margin-top:.4rem}
@media(prefers-color-scheme:dark){body{background:#10161d;color:#e6ecf2}main{background:#1a232d}dt,.note{color:#a5b2bf}.problem{color:#ff9a9f}}</style>`

var acsPage = template.Must(template.New("acs").Parse(`<!doctype html><html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{if .TR}}Deneme bankası: 3-D Secure{{else}}Sandbox bank: 3-D Secure{{end}}</title>` + style + `<main><h1>{{if .TR}}Deneme bankası: ödemeyi doğrulayın{{else}}Sandbox bank: confirm the payment{{end}}</h1>
<dl><dt>{{if .TR}}Mağaza{{else}}Shop{{end}}</dt><dd>{{.C.Shop}}</dd><dt>{{if .TR}}Tutar{{else}}Amount{{end}}</dt><dd>{{.C.Sum .TR}}{{if gt .C.Installments 1}}, {{.C.Installments}} {{if .TR}}taksit{{else}}installments{{end}}{{end}}</dd>
<dt>{{if .TR}}Sipariş{{else}}Order{{end}}</dt><dd>{{.C.Order}}</dd>{{if not .NeedCard}}<dt>{{if .TR}}Kart{{else}}Card{{end}}</dt><dd>{{.Masked}}</dd>{{end}}</dl>
{{if eq .Problem "password"}}<p class="problem" role="alert">{{if .TR}}Şifre yanlış. Deneme şifresi: 123456{{else}}The password is wrong. The sandbox password is 123456{{end}}</p>{{end}}
{{if eq .Problem "card"}}<p class="problem" role="alert">{{if .TR}}Kart bilgileri hatalı.{{else}}The card details are wrong.{{end}}</p>{{end}}
<form method="post"><input type="hidden" name="t" value="{{.Token}}">
{{if .NeedCard}}<label for="number">{{if .TR}}Kart numarası{{else}}Card number{{end}}</label><input id="number" name="number" inputmode="numeric" autocomplete="cc-number" autofocus>
<label for="holder">{{if .TR}}Kart üzerindeki ad{{else}}Name on the card{{end}}</label><input id="holder" name="holder" autocomplete="cc-name">
<div class="two"><div><label for="month">{{if .TR}}Ay{{else}}Month{{end}}</label><input id="month" name="month" inputmode="numeric"></div><div><label for="year">{{if .TR}}Yıl{{else}}Year{{end}}</label><input id="year" name="year" inputmode="numeric"></div>
<div><label for="cvv">CVV</label><input id="cvv" name="cvv" inputmode="numeric"></div></div>{{end}}
<label for="password">{{if .TR}}SMS ile gelen şifre{{else}}Password from the SMS{{end}}</label><input id="password" name="password" inputmode="numeric" autocomplete="one-time-code"{{if not .NeedCard}} autofocus{{end}}>
<p class="note">{{if .TR}}Deneme şifresi: 123456{{else}}The sandbox password is 123456{{end}}</p>
<button name="do" value="ok">{{if .TR}}Onayla{{else}}Confirm{{end}}</button><button class="quiet" name="do" value="cancel">{{if .TR}}Vazgeç{{else}}Cancel{{end}}</button>
<details><summary>{{if .TR}}Başka sonuçlar{{else}}Other outcomes{{end}}</summary>
<button class="quiet" name="do" value="N">{{if .TR}}Doğrulama başarısız (0){{else}}Authentication failed (0){{end}}</button>
<button class="quiet" name="do" value="-">{{if .TR}}Kart 3-D Secure’a kayıtlı değil (2){{else}}Card not enrolled (2){{end}}</button>
<button class="quiet" name="do" value="A">{{if .TR}}Yarım doğrulama (4){{else}}Attempt (4){{end}}</button>
<button class="quiet" name="do" value="U">{{if .TR}}Doğrulanamıyor (5){{else}}Unavailable (5){{end}}</button>
<button class="quiet" name="do" value="E">{{if .TR}}3-D Secure hatası (6){{else}}3-D Secure error (6){{end}}</button></details></form></main></html>`))

var formPage = template.Must(template.New("form").Parse(`<!doctype html><html lang="tr"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Onay</title>` + style + `
<body onload="document.forms[0].submit()"><main><form method="{{.Method}}" action="{{.URL}}">{{range .Fields}}<input type="hidden" name="{{index . 0}}" value="{{index . 1}}">{{end}}
<p>Mağazaya dönülüyor… / Returning to the shop…</p><button>Devam / Continue</button></form></main></body></html>`))

var sayPage = template.Must(template.New("say").Parse(`<!doctype html><html lang="tr"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Deneme bankası</title>` + style +
	`<main><h1>Deneme bankası</h1><p>{{index . 0}}</p><p class="note" lang="en">{{index . 1}}</p></main></html>`))
