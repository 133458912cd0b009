package sandbox

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
)

//go:embed assets
var assets embed.FS

// contentPolicy allows a page nothing that does not come from this server.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
	"img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (w *World) routes() http.Handler {
	person := http.NewServeMux()
	person.HandleFunc("GET /{$}", w.showIndex)
	person.HandleFunc("GET /phones", w.showPhones)
	person.HandleFunc("GET /phones/{phone}", w.showPhone)
	person.HandleFunc("GET /phones/{phone}/messages", w.getMessages)
	person.HandleFunc("POST /phones/{phone}/reply", w.postReply)
	person.HandleFunc("GET /phones/{phone}/events", w.streamPhone)
	person.HandleFunc("GET /controls", w.showControls)
	person.HandleFunc("POST /controls/faults", w.postFault)
	person.HandleFunc("POST /controls/faults/clear", w.postClearFaults)
	person.HandleFunc("POST /controls/clock", w.postClock)
	person.HandleFunc("GET /faults", w.getFaults)
	person.HandleFunc("PUT /faults", w.putFault)
	person.HandleFunc("DELETE /faults", w.deleteFaults)
	person.HandleFunc("GET /clock", w.getClock)
	person.HandleFunc("PUT /clock", w.putClock)
	person.HandleFunc("GET /accounts/netgsm", w.showAccounts)
	person.HandleFunc("GET /accounts/netgsm.json", w.getAccounts)
	person.HandleFunc("GET /accounts/netgsm/{usercode}", w.getAccount)
	person.HandleFunc("PUT /accounts/netgsm/{usercode}", w.putAccount)
	person.HandleFunc("POST /accounts/netgsm/{usercode}", w.postAccount)
	person.HandleFunc("GET /banks", w.showBanks)
	person.HandleFunc("GET /banks/accounts.json", w.getBankAccounts)
	person.HandleFunc("GET /banks/{system}/statement.json", w.getBankStatement)
	person.HandleFunc("POST /banks/close-day", w.postCloseDay)
	person.HandleFunc("GET /banks/{bank}/transactions", w.getBankTransactions)
	person.HandleFunc("GET /banks/{bank}/statement", w.getStatement)
	person.HandleFunc("GET /cards", w.getCards)
	person.HandleFunc("GET /ip", w.getIP)
	person.HandleFunc("PUT /ip", w.putIP)
	person.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) {
		writeJSON(rw, http.StatusOK, map[string]string{"status": "ok"})
	})
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	person.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServerFS(files)))

	guarded := http.NewCrossOriginProtection().Handler(person)
	root := http.NewServeMux()
	// The outside systems are called by programs and, like the real ones, know
	// nothing of browsers' origins.
	w.openBanks(root)
	root.Handle("/netgsm/", http.StripPrefix("/netgsm", w.netgsm.Handler()))
	w.mountHouses(root)
	root.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", contentPolicy)
		rw.Header().Set("X-Content-Type-Options", "nosniff")
		rw.Header().Set("Referrer-Policy", "same-origin")
		guarded.ServeHTTP(rw, r)
	})
	return root
}

// controlLimit bounds the body of a control call.
const controlLimit = 1 << 20

func readJSON(rw http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, controlLimit)).Decode(into)
	if err != nil {
		problem(rw, http.StatusBadRequest, "body_invalid", "the body is no JSON of the expected shape: "+err.Error())
	}
	return err == nil
}

func writeJSON(rw http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(rw, "answer could not be written", http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = rw.Write(append(b, '\n'))
}

// problem answers in the form of RFC 9457, as Onay's own API does.
func problem(rw http.ResponseWriter, status int, code, detail string) {
	b, err := json.Marshal(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "detail": detail,
	})
	if err != nil {
		http.Error(rw, detail, status)
		return
	}
	rw.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = rw.Write(b)
}

// isForm says whether a person's page sent this, or a program.
func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data")
}
