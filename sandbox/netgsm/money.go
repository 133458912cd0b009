package netgsm

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

type packageLine struct {
	Amount int64  `json:"amount"`
	Name   string `json:"balance_name"`
}

// packages are what the account has bought; the OTP package stands among them,
// which is how a client can warn that it is missing.
func packages(a Account) []packageLine {
	out := []packageLine{{a.Credit, "Adet SMS"}}
	if a.OTPPackage {
		out = append(out, packageLine{a.OTPCredit, "Adet OTP SMS"})
	}
	return out
}

// jsonBalance is POST /balance. It is not bound to the address list, as one
// implementer found with the real one.
func (s *Server) jsonBalance(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Usercode string      `json:"usercode"`
		Username string      `json:"username"`
		Password string      `json:"password"`
		Stip     json.Number `json:"stip"`
	}
	if !readJSON(w, r, &in) {
		refuse(w, "70", describe["70"])
		return
	}
	if in.Usercode == "" {
		in.Usercode = in.Username
	}
	a := s.login(r, in.Usercode, in.Password, false)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	v := a.view()
	switch in.Stip {
	case "1":
		writeJSON(w, http.StatusOK, map[string]any{"balance": packages(v)})
	case "2":
		writeJSON(w, http.StatusOK, map[string]any{"code": "00", "balance": v.Balance})
	case "3":
		var lira, kurus int64
		// The list has whole amounts; what does not parse counts as nothing.
		_, _ = fmt.Sscanf(strings.Replace(v.Balance, ",", " ", 1), "%d %d", &lira, &kurus)
		writeJSON(w, http.StatusOK, map[string]any{"balance": append(packages(v), packageLine{lira, "TL"})})
	default:
		refuse(w, "70", describe["70"])
	}
}

func (s *Server) xmlBalance(w http.ResponseWriter, r *http.Request) {
	var in xmlRequest
	if !readXML(w, r, &in) {
		writeText(w, "70")
		return
	}
	s.legacyBalance(w, s.login(r, in.Header.Usercode, in.Header.Password, true), in.Header.Stip == "1")
}

func (s *Server) getBalance(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.legacyBalance(w, s.login(r, q.Get("usercode"), q.Get("password"), true), q.Get("tip") == "1")
}

func (s *Server) legacyBalance(w http.ResponseWriter, a *account, list bool) {
	switch {
	case a == nil:
		writeText(w, "30")
	case !a.allow(&a.balanceRate, s.now()):
		writeText(w, "100")
	case list:
		var b strings.Builder
		for _, p := range packages(a.view()) {
			unit, name, _ := strings.Cut(p.Name, " ")
			fmt.Fprintf(&b, "%d | %s | %s<BR>", p.Amount, unit, name)
		}
		writeText(w, b.String())
	default:
		writeText(w, "00 "+a.view().Balance)
	}
}
