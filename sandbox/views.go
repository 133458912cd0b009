package sandbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/netgsm"
	"github.com/onay/onay/sandbox/outside"
)

//go:embed pages/*.html
var pages embed.FS

// views are the pages, parsed once for each language.
type views struct {
	byLang map[string]map[string]*template.Template
}

func loadViews() (*views, error) {
	v := &views{byLang: map[string]map[string]*template.Template{}}
	for lang, texts := range catalogue {
		funcs := template.FuncMap{
			"t":       func(key string) string { return texts[key] },
			"lang":    func() string { return lang },
			"join":    strings.Join,
			"when":    func(t time.Time) string { return t.In(outside.Istanbul).Format("02.01.2006 15:04:05") },
			"clock":   func(t time.Time) string { return t.In(outside.Istanbul).Format("15:04") },
			"phone":   showNumber,
			"percent": func(rate float64) string { return showPercent(lang, rate) },
			"span":    func(d time.Duration) string { return showSpan(texts, d) },
			"lines":   bankLines,
			"lira":    func(minor int64) string { return showLira(lang, minor) },
			"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		}
		v.byLang[lang] = map[string]*template.Template{}
		for _, name := range []string{"index", "phones", "phone", "controls", "accounts", "banks"} {
			t, err := template.New(name).Funcs(funcs).ParseFS(pages, "pages/layout.html", "pages/message.html", "pages/"+name+".html")
			if err != nil {
				return nil, err
			}
			v.byLang[lang][name] = t
		}
	}
	return v, nil
}

// fragment draws one named piece of the phone page.
func (v *views) fragment(w io.Writer, lang, name string, data any) error {
	return v.byLang[lang]["phone"].ExecuteTemplate(w, name, data)
}

// page is what every page knows.
type page struct {
	Title string
	Place string // which entry of the menu is marked
	Other string // this address in the other language
	Error string
	Now   time.Time
	Data  any
}

func (w *World) show(rw http.ResponseWriter, r *http.Request, name string, data any) {
	lang := language(rw, r)
	texts := catalogue[lang]
	p := page{Title: texts["title."+name], Place: name, Now: w.Now(), Data: data}
	if code := r.URL.Query().Get("error"); code != "" {
		p.Error = texts["error."+code]
	}
	q := url.Values{"lang": {"en"}}
	if lang == "en" {
		q.Set("lang", "tr")
	}
	p.Other = "?" + q.Encode()
	var b bytes.Buffer
	if err := w.views.byLang[lang][name].ExecuteTemplate(&b, "layout", p); err != nil {
		http.Error(rw, "page could not be drawn", http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	_, _ = rw.Write(b.Bytes())
}

// language is Turkish unless the person chose otherwise; the choice is kept.
func language(rw http.ResponseWriter, r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); catalogue[lang] != nil {
		http.SetCookie(rw, &http.Cookie{Name: "lang", Value: lang, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return lang
	}
	if c, err := r.Cookie("lang"); err == nil && catalogue[c.Value] != nil {
		return c.Value
	}
	return "tr"
}

// showNumber writes a number as people here do: 0555 111 22 33.
func showNumber(e164 string) string {
	if len(e164) != 13 || !strings.HasPrefix(e164, "+90") {
		return e164
	}
	n := e164[3:]
	return "0" + n[:3] + " " + n[3:6] + " " + n[6:8] + " " + n[8:]
}

// bubble is one message as the page draws it.
type bubble struct {
	outside.Message
	Code string // what the copy button copies; empty: no button
}

// numberLike is a number with whatever makes it an amount, a date or a phone.
var numberLike = regexp.MustCompile(`[+\d][\d.,/+-]*`)

// boundCode is the last line that phones fill in by themselves: @host #code.
var boundCode = regexp.MustCompile(`(?m)^@\S+ #(\w+)`)

func showMessage(m outside.Message) bubble {
	if m.Reply {
		return bubble{Message: m}
	}
	return bubble{Message: m, Code: codeIn(m.Body)}
}

// codeIn guesses the code of a text: the bound last line, else a plain number
// of six digits, else the first plain one of four to eight.
func codeIn(body string) string {
	if hit := boundCode.FindStringSubmatch(body); hit != nil {
		return hit[1]
	}
	found := ""
	for _, n := range numberLike.FindAllString(body, -1) {
		n = strings.TrimRight(n, ".,-/")
		if len(n) < 4 || len(n) > 8 || strings.Trim(n, "0123456789") != "" {
			continue
		}
		if len(n) == 6 {
			return n
		}
		if found == "" {
			found = n
		}
	}
	return found
}

func (w *World) showIndex(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, "index", w.core.Phones.List(5))
}

// listLimit bounds the list of phones; a load test makes very many.
const listLimit = 200

// showPhones lists the phones, or opens the one that was typed.
func (w *World) showPhones(rw http.ResponseWriter, r *http.Request) {
	if typed := r.URL.Query().Get("phone"); typed != "" {
		if e164, err := outside.NormalizePhone(typed); err == nil {
			http.Redirect(rw, r, "/phones/"+e164, http.StatusSeeOther)
			return
		}
		http.Redirect(rw, r, "/phones?error=phone_invalid", http.StatusSeeOther)
		return
	}
	w.show(rw, r, "phones", w.core.Phones.List(listLimit))
}

func (w *World) showPhone(rw http.ResponseWriter, r *http.Request) {
	phone, err := outside.NormalizePhone(r.PathValue("phone"))
	if err != nil {
		http.Redirect(rw, r, "/phones?error=phone_invalid", http.StatusSeeOther)
		return
	}
	data := struct {
		Phone    string
		Messages []bubble
		Last     uint64
		Numbers  []string
	}{Phone: phone, Numbers: replyNumbers(w.netgsm)}
	for _, m := range w.core.Phones.Since(phone, 0) {
		data.Messages = append(data.Messages, showMessage(m))
		data.Last = m.ID
	}
	w.show(rw, r, "phone", data)
}

func (w *World) showControls(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, "controls", struct {
		Faults  []outside.Fault
		Kinds   []outside.Kind
		Systems []string
		Offset  time.Duration
	}{w.core.Faults.List(), outside.Kinds, w.systems(), w.core.Clock.Offset().Truncate(time.Second)})
}

func (w *World) showAccounts(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, "accounts", struct {
		Accounts     []netgsm.Account
		Forms, Modes []string
		Saved        string
	}{w.netgsm.Accounts(), inboundForms, inboundModes, r.URL.Query().Get("saved")})
}

// systems are all simulated systems, as faults call them.
func (w *World) systems() []string {
	out := []string{netgsm.System, "bank"}
	for _, b := range w.banks {
		out = append(out, b.system)
	}
	return append(out, "*")
}

// showLira writes ₺1.234,56 in Turkish and ₺1,234.56 in English.
func showLira(lang string, minor int64) string {
	whole, frac := strconv.FormatInt(minor/100, 10), fmt.Sprintf("%02d", minor%100)
	dot, comma := ".", ","
	if lang == "en" {
		dot, comma = ",", "."
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + dot + whole[i:]
	}
	return "₺" + whole + comma + frac
}

// showPercent writes %12,5 in Turkish and 12.5% in English.
func showPercent(lang string, rate float64) string {
	n := strconv.FormatFloat(math.Round(rate*10000)/100, 'f', -1, 64)
	if lang == "en" {
		return n + "%"
	}
	return "%" + strings.Replace(n, ".", ",", 1)
}

// showSpan writes how far the clock was moved: +3 gün 01:00:00.
func showSpan(texts map[string]string, d time.Duration) string {
	if d == 0 {
		return texts["span.none"]
	}
	sign := "+"
	if d < 0 {
		sign, d = "−", -d
	}
	s := int64(d / time.Second)
	out := fmt.Sprintf("%02d:%02d:%02d", s/3600%24, s/60%60, s%60)
	if days := s / 86400; days > 0 {
		out = fmt.Sprintf("%d %s %s", days, texts["span.days"], out)
	}
	return sign + out
}
