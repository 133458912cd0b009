package iys

import (
	"fmt"
	"html/template"
	"net/http"
	"sort"
	"strings"
)

// Decision is what a citizen does at İYS, without the merchant.
type Decision struct {
	Brand         int64
	Recipient     string
	Type          string // ARAMA, MESAJ, EPOSTA
	RecipientType string // BIREYSEL when empty
	Status        string // ONAY, RET
	Source        string // IYS_WEB when empty; IYS_MOBIL, IYS_KISAMESAJ, IYS_CM, IYS_EPOSTA…
	Name          string // only for a record that the citizen makes himself
}

// Decide stores a citizen's decision and pushes it. An unknown record is made
// by ONAY alone, with the source IYS_WEB_YENI. A record that was stored with
// +9005… is never found.
func (s *Server) Decide(d Decision) error {
	d.Recipient = strings.ToLower(strings.TrimSpace(d.Recipient))
	if d.RecipientType == "" {
		d.RecipientType = "BIREYSEL"
	}
	if d.Source == "" {
		d.Source = "IYS_WEB"
	}
	m := s.owner(d.Brand)
	switch {
	case m == nil:
		return fmt.Errorf("brand %d is not known", d.Brand)
	case !validType(d.Type), d.Status != "ONAY" && d.Status != "RET", d.RecipientType != "BIREYSEL" && d.RecipientType != "TACIR":
		return fmt.Errorf("type, status or recipient type is not known")
	case badTurkish.MatchString(d.Recipient) || len(s.addressFaults(d.Type, d.Recipient)) > 0:
		return fmt.Errorf("the address is not valid")
	}
	s.mu.Lock()
	s.settle()
	rec := s.records[key{d.Brand, d.Recipient, d.Type, d.RecipientType}]
	switch {
	case rec == nil && d.Status == "RET":
		s.mu.Unlock()
		return fmt.Errorf("there is no record to refuse")
	case rec == nil:
		d.Source = "IYS_WEB_YENI"
	case rec.last.Status == d.Status:
		s.mu.Unlock()
		return nil
	default:
		d.Name = ""
	}
	move := s.store(d.Brand, entry{
		Recipient: d.Recipient, Type: d.Type, RecipientType: d.RecipientType, Status: d.Status, Source: d.Source, Date: s.now(),
	}, d.Name)
	s.mu.Unlock()
	s.push.send(m.IYSCode, d.Brand, move)
	return nil
}

// CloseLine is the carrier's report that a line was closed: every ONAY for the
// number becomes RET, with the old consent's date, or none if it had none.
func (s *Server) CloseLine(phone string) {
	type out struct {
		code, brand int64
		m           movement
	}
	var list []out
	s.mu.Lock()
	s.settle()
	for k, rec := range s.records {
		if k.recipient != phone || k.typ == "EPOSTA" || rec.last.Status != "ONAY" {
			continue
		}
		e := rec.last.entry
		e.Status, e.Source = "RET", "IYS_AHS_HAT_KAPATMA"
		m := s.store(k.brand, e, "")
		if o := s.owner(k.brand); o != nil {
			list = append(list, out{o.IYSCode, k.brand, m})
		}
	}
	s.mu.Unlock()
	for _, o := range list {
		s.push.send(o.code, o.brand, o.m)
	}
}

func (s *Server) owner(brand int64) *Merchant {
	for i := range s.cfg.Merchants {
		if m := &s.cfg.Merchants[i]; m.brand(itoa(brand)) != 0 {
			return m
		}
	}
	return nil
}

// row is one line of the citizen's list.
type row struct {
	Brand                                                       int64
	BrandName, Type, TypeName, RecipientType, Status, Date, Via string
}

type view struct {
	Recipient, Name, Message string
	Asked                    bool
	Rows                     []row
	Brands                   []Brand
	Types                    []string
}

// citizenPage routes the page: GET / shows the consents of an address, POST
// /decide gives or takes one back, /ret/{token} is an opt-out link.
func (s *Server) citizenPage() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		s.show(w, 200, r.FormValue("recipient"), "")
	})
	mux.HandleFunc("POST /decide", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		var brand int64
		_, _ = fmt.Sscan(r.FormValue("brand"), &brand)
		err := s.Decide(Decision{
			Brand: brand, Recipient: r.FormValue("recipient"), Type: r.FormValue("type"), RecipientType: r.FormValue("recipientType"),
			Status: r.FormValue("status"), Source: "IYS_WEB", Name: r.FormValue("name"),
		})
		if err != nil {
			s.show(w, 422, r.FormValue("recipient"), "Kaydedilemedi: "+err.Error())
			return
		}
		s.show(w, 200, r.FormValue("recipient"), "Tercihiniz kaydedildi.")
	})
	mux.HandleFunc("GET /ret/{token}", func(w http.ResponseWriter, r *http.Request) { s.optOut(w, r, false) })
	mux.HandleFunc("POST /ret/{token}", func(w http.ResponseWriter, r *http.Request) { s.optOut(w, r, true) })
	return http.NewCrossOriginProtection().Handler(mux)
}

// optOut asks first: mail scanners follow links.
func (s *Server) optOut(w http.ResponseWriter, r *http.Request, sure bool) {
	s.mu.Lock()
	l, ok := s.links[r.PathValue("token")]
	now := s.now()
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if !ok || now.After(l.until) {
		w.WriteHeader(404)
		_ = outPage.Execute(w, "Bağlantı geçersiz ya da süresi dolmuş.")
		return
	}
	if !sure {
		_ = outPage.Execute(w, "")
		return
	}
	err := s.Decide(Decision{Brand: l.key.brand, Recipient: l.key.recipient, Type: "EPOSTA", RecipientType: l.key.recipTyp, Status: "RET", Source: "IYS_EPOSTA"})
	if err != nil {
		w.WriteHeader(422)
		_ = outPage.Execute(w, "Kaydedilemedi.")
		return
	}
	_ = outPage.Execute(w, "Reddiniz kaydedildi.")
}

var typeNames = map[string]string{"ARAMA": "Arama", "MESAJ": "Mesaj", "EPOSTA": "E-posta"}

func (s *Server) show(w http.ResponseWriter, status int, recipient, message string) {
	v := view{Recipient: strings.ToLower(strings.TrimSpace(recipient)), Message: message}
	v.Asked = v.Recipient != ""
	v.Types = []string{"MESAJ", "ARAMA"}
	if strings.Contains(v.Recipient, "@") {
		v.Types = []string{"EPOSTA"}
	}
	s.mu.Lock()
	s.settle()
	names := map[int64]string{}
	for _, m := range s.cfg.Merchants {
		for _, b := range m.Brands {
			names[b.Code] = b.Name
			v.Brands = append(v.Brands, b)
		}
	}
	for k, rec := range s.records {
		if k.recipient == v.Recipient && !badTurkish.MatchString(k.recipient) {
			v.Rows = append(v.Rows, row{
				k.brand, names[k.brand], k.typ, typeNames[k.typ], k.recipTyp, rec.last.Status, rec.last.created.Format("02.01.2006 15:04"), rec.last.Source,
			})
		}
	}
	s.mu.Unlock()
	sort.Slice(v.Rows, func(i, j int) bool {
		a, b := v.Rows[i], v.Rows[j]
		return fmt.Sprint(a.Brand, a.Type, a.RecipientType) < fmt.Sprint(b.Brand, b.Type, b.RecipientType)
	})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = listPage.Execute(w, v)
}

// Movements gives how many movements a brand has, for tests and the overview.
func (s *Server) Movements(brand int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return len(s.moves[brand])
}

const pageHead = `<!doctype html><html lang="tr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>İYS vatandaş (deneme)</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}
table{border-collapse:collapse;width:100%}td,th{padding:.5rem;border-bottom:1px solid #d5dbe3;text-align:left}
input,select,button{font:inherit;padding:.4rem .7rem}form{display:inline}.note{padding:.5rem .8rem;background:#eef4ff}
</style></head><body><p class="note">Bu sayfa bir benzetimdir; gerçek İYS değildir.</p>`

var outPage = template.Must(template.New("out").Parse(pageHead + `<h1>Ret</h1>
{{if .}}<p role="status">{{.}}</p>{{else}}<p>Bu gönderenden ticari ileti almak istemiyor musunuz?</p><form method="post"><button>Reddet</button></form>{{end}}</body></html>`))

var listPage = template.Must(template.New("list").Parse(pageHead + `<h1>İzinlerim</h1>
<form method="get" action="./"><label>Telefon (+905…) ya da e-posta <input name="recipient" value="{{.Recipient}}" required></label> <button>Göster</button></form>
{{with .Message}}<p role="status" class="note">{{.}}</p>{{end}}
{{if .Asked}}{{$r := .Recipient}}<table><thead><tr><th>Marka</th><th>Kanal</th><th>Kişi</th><th>Durum</th><th>Tarih</th><th></th></tr></thead><tbody>
{{range .Rows}}<tr><td>{{.BrandName}}</td><td>{{.TypeName}}</td><td>{{.RecipientType}}</td><td>{{.Status}}</td><td>{{.Date}}</td><td>
<form method="post" action="./decide"><input type="hidden" name="recipient" value="{{$r}}"><input type="hidden" name="brand" value="{{.Brand}}">
<input type="hidden" name="type" value="{{.Type}}"><input type="hidden" name="recipientType" value="{{.RecipientType}}">
{{if eq .Status "ONAY"}}<input type="hidden" name="status" value="RET"><button>Reddet</button>{{else}}<input type="hidden" name="status" value="ONAY"><button>Onayla</button>{{end}}</form></td></tr>
{{else}}<tr><td colspan="6">Kayıt yok.</td></tr>{{end}}</tbody></table>
<h2>Yeni onay ver</h2><form method="post" action="./decide"><input type="hidden" name="recipient" value="{{.Recipient}}"><input type="hidden" name="status" value="ONAY">
<select name="brand" aria-label="Marka">{{range .Brands}}<option value="{{.Code}}">{{.Name}}</option>{{end}}</select>
<select name="type" aria-label="Kanal">{{range .Types}}<option>{{.}}</option>{{end}}</select>
<input name="name" placeholder="Ad soyad" aria-label="Ad soyad"> <button>Onayla</button></form>{{end}}</body></html>`))
