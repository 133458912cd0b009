package sandbox

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/onay/onay/sandbox/netgsm"
)

func (w *World) getAccounts(rw http.ResponseWriter, _ *http.Request) {
	writeJSON(rw, http.StatusOK, w.netgsm.Accounts())
}

func (w *World) getAccount(rw http.ResponseWriter, r *http.Request) {
	a, ok := w.netgsm.Account(r.PathValue("usercode"))
	if !ok {
		problem(rw, http.StatusNotFound, "account_unknown", "there is no such subscriber")
		return
	}
	writeJSON(rw, http.StatusOK, a)
}

// putAccount changes the members that the body names and leaves the others; an
// unknown usercode becomes a new subscriber.
func (w *World) putAccount(rw http.ResponseWriter, r *http.Request) {
	a, _ := w.netgsm.Account(r.PathValue("usercode"))
	if !readJSON(rw, r, &a) {
		return
	}
	a.Usercode = r.PathValue("usercode")
	if err := w.netgsm.SetAccount(a); err != nil {
		problem(rw, http.StatusUnprocessableEntity, "account_invalid", err.Error())
		return
	}
	w.getAccount(rw, r)
}

// postAccount is the form of the page.
func (w *World) postAccount(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, controlLimit)
	a, ok := w.netgsm.Account(r.PathValue("usercode"))
	if !ok {
		problem(rw, http.StatusNotFound, "account_unknown", "there is no such subscriber")
		return
	}
	credit, err := strconv.ParseInt(r.FormValue("credit"), 10, 64)
	otpCredit, err2 := strconv.ParseInt(r.FormValue("otp_credit"), 10, 64)
	a.Password = r.FormValue("password")
	a.Headers = lines(r.FormValue("headers"))
	a.AllowedIPs = lines(r.FormValue("allowed_ips"))
	a.OTPPackage = r.FormValue("otp_package") != ""
	a.IYSAllowed = r.FormValue("iys_allowed") != ""
	a.IYSBrand = strings.TrimSpace(r.FormValue("iys_brand"))
	a.Unlimited = r.FormValue("unlimited") != ""
	a.Balance = strings.TrimSpace(r.FormValue("balance"))
	a.Credit, a.OTPCredit = credit, otpCredit
	a.InboundURL = strings.TrimSpace(r.FormValue("inbound_url"))
	a.InboundForm = r.FormValue("inbound_form")
	a.InboundMode = r.FormValue("inbound_mode")
	a.InboundKey = r.FormValue("inbound_key")
	if err == nil {
		err = err2
	}
	if err == nil {
		err = w.netgsm.SetAccount(a)
	}
	if err != nil {
		http.Redirect(rw, r, "/accounts/netgsm?error=account_invalid", http.StatusSeeOther)
		return
	}
	http.Redirect(rw, r, "/accounts/netgsm?saved="+a.Usercode, http.StatusSeeOther)
}

// lines reads one entry a line; a header may hold blanks but not end in one.
func lines(s string) []string {
	out := []string{}
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// inboundForms and inboundModes are the choices of the page.
var (
	inboundForms = []string{"form", "json", "b"}
	inboundModes = []string{"", "never", "twice", "reversed"}
)

// replyNumbers are the numbers a customer can write to.
func replyNumbers(n *netgsm.Server) []string {
	var out []string
	for _, a := range n.Accounts() {
		out = append(out, a.Usercode)
	}
	return out
}
