package mutlucell

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

// The bare numbers.
const (
	badXML     = "20"
	badSender  = "21"
	noCredit   = "22"
	wrongLogin = "23"
	inactive   = "30"
)

// Server is one simulated Mutlucell.
type Server struct {
	carrier *carrier.Carrier
	handler http.Handler

	mu    sync.Mutex
	asked map[string]time.Time // the last question about a package
}

// New opens a house in the given world.
func New(core *outside.Core, cfg Config) (*Server, error) {
	if cfg.Accounts == nil {
		cfg.Accounts = DefaultAccounts()
	}
	s := &Server{asked: map[string]time.Time{}, carrier: carrier.New(core, carrier.Config{
		System: System, ReportDelay: cfg.ReportDelay, FirstID: 88_096_495,
	})}
	for _, a := range cfg.Accounts {
		if err := s.SetAccount(a); err != nil {
			return nil, err
		}
	}
	s.handler = core.Guard(System, http.HandlerFunc(s.serve))
	return s, nil
}

// Handler answers as smsgw.mutlucell.com would.
func (s *Server) Handler() http.Handler { return s.handler }

// Accounts lists the customers with their credit as it stands.
func (s *Server) Accounts() []Account { return s.carrier.Accounts.All() }

// SetAccount changes a customer or adds a new one; it counts at once.
func (s *Server) SetAccount(a Account) error { return s.carrier.Accounts.Put(a) }

// Receive takes a text that a customer (E.164) wrote to one of the subscriber
// numbers and keeps it for polling. False: the number is not ours.
func (s *Server) Receive(from, to, body string) bool {
	h, _ := s.carrier.Receive(from, to, body)
	return h != nil
}

type document struct {
	XMLName  xml.Name
	Login    string `xml:"ka,attr"`
	Password string `xml:"pwd,attr"`
	Org      string `xml:"org,attr"`
	Charset  string `xml:"charset,attr"`
	Tarih    string `xml:"tarih,attr"`
	Bitis    string `xml:"bitis,attr"`
	ID       string `xml:"id,attr"`
	Aboneno  string `xml:"aboneno,attr"`
	Start    string `xml:"startdate,attr"`
	End      string `xml:"enddate,attr"`
	Mesaj    []struct {
		Metin string `xml:"metin"`
		Nums  string `xml:"nums"`
	} `xml:"mesaj"`
}

// bodyLimit is above any real package.
const bodyLimit = 8 << 20

func text(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, body)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	call, ok := map[string]struct {
		root string
		f    func(http.ResponseWriter, *carrier.Holder, document)
	}{
		"sndblkex":    {"smspack", s.send},
		"gtblkrprtex": {"smsrapor", s.report},
		"cnclblkex":   {"smsiptal", s.cancel},
		"gtcrdtex":    {"smskredi", s.credit},
		"gtorgex":     {"smsorig", s.senders},
		"gtincmngapi": {"increport", s.incoming},
	}[strings.TrimPrefix(r.URL.Path, "/smsgw-ws/")]
	if !ok || r.Method != http.MethodPost {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<html><body><h1>404</h1></body></html>")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	var in document
	if err != nil || xml.Unmarshal(body, &in) != nil || in.XMLName.Local != call.root {
		text(w, badXML)
		return
	}
	h := s.carrier.Accounts.Login(in.Login, in.Password)
	if call.root == "increport" { // known by its number alone
		if h = s.carrier.Accounts.Subscriber(in.Aboneno); h != nil {
			h = s.carrier.Accounts.Login(h.Settings().Username, in.Password)
		}
	}
	switch {
	case h == nil:
		text(w, wrongLogin)
	case h.Settings().Disabled:
		text(w, inactive)
	default:
		call.f(w, h, in)
	}
}

func (s *Server) credit(w http.ResponseWriter, h *carrier.Holder, _ document) {
	text(w, fmt.Sprintf("$%d.0", h.View().Credit))
}

func (s *Server) senders(w http.ResponseWriter, h *carrier.Holder, _ document) {
	text(w, strings.Join(h.View().Headers, "\t"))
}

func (s *Server) cancel(w http.ResponseWriter, h *carrier.Holder, in document) {
	if b := s.carrier.Find(in.ID); b == nil || b.Owner != h || !b.Cancel() {
		text(w, badXML)
		return
	}
	text(w, "$"+in.ID)
}

const minute = "2006-01-02 15:04"

func (s *Server) incoming(w http.ResponseWriter, h *carrier.Holder, in document) {
	from, err1 := time.ParseInLocation(minute, in.Start, outside.Istanbul)
	to, err2 := time.ParseInLocation(minute, in.End, outside.Istanbul)
	if in.Start != "" && err1 != nil || in.End != "" && err2 != nil {
		text(w, badXML)
		return
	}
	var out strings.Builder
	for _, m := range h.Inbox(func(m carrier.Inbound) bool {
		return (in.Start == "" || !m.At.Before(from)) && (in.End == "" || m.At.Before(to.Add(time.Minute)))
	}) {
		fmt.Fprintf(&out, "%s\t%s\t%s\n", m.At.Format("2006-01-02 15:04:05"), strings.TrimPrefix(m.From, "+"), m.Text)
	}
	text(w, out.String())
}
