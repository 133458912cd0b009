package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/sandbox/outside"
)

// replyLimit is what a handset joins into one message, generously.
const replyLimit = 1000

// phoneOf reads the phone of the path; it has answered when it gives false.
func phoneOf(rw http.ResponseWriter, r *http.Request) (string, bool) {
	e164, err := outside.NormalizePhone(r.PathValue("phone"))
	if err != nil {
		problem(rw, http.StatusBadRequest, "phone_invalid", "the path does not name a phone number")
		return "", false
	}
	return e164, true
}

func (w *World) getMessages(rw http.ResponseWriter, r *http.Request) {
	if phone, ok := phoneOf(rw, r); ok {
		writeJSON(rw, http.StatusOK, w.core.Phones.Received(phone))
	}
}

// postReply is for programs (JSON) and for the reply box of the page (form).
func (w *World) postReply(rw http.ResponseWriter, r *http.Request) {
	phone, ok := phoneOf(rw, r)
	if !ok {
		return
	}
	var in struct {
		To   string `json:"to"`
		Body string `json:"body"`
	}
	form := isForm(r)
	if form {
		r.Body = http.MaxBytesReader(rw, r.Body, controlLimit)
		in.To, in.Body = r.FormValue("to"), r.FormValue("body")
	} else if !readJSON(rw, r, &in) {
		return
	}
	code := ""
	if n := utf8.RuneCountInString(in.Body); strings.TrimSpace(in.Body) == "" || n > replyLimit {
		code = "body_invalid"
	} else if err := w.Reply(phone, in.To, in.Body); errors.Is(err, ErrNobody) {
		code = "to_unknown"
	} else if err != nil {
		code = "phone_invalid"
	}
	switch {
	case form && code != "":
		http.Redirect(rw, r, "/phones/"+phone+"?error="+code, http.StatusSeeOther)
	case form:
		http.Redirect(rw, r, "/phones/"+phone+"#end", http.StatusSeeOther)
	case code != "":
		problem(rw, http.StatusUnprocessableEntity, code, map[string]string{
			"body_invalid":  "body must have 1 to 1000 characters",
			"to_unknown":    "no simulated system has the number in to; try 8500000000",
			"phone_invalid": "the path does not name a phone number",
		}[code])
	default:
		writeJSON(rw, http.StatusAccepted, map[string]string{"from": phone, "to": in.To, "body": in.Body})
	}
}

// heartbeat keeps proxies from cutting a quiet stream.
const heartbeat = 20 * time.Second

// streamPhone sends each new message as a ready piece of the page. It begins
// after the id the page (or the browser, on reconnecting) has seen last, so
// nothing falls between the drawing of the page and the opening of the stream.
func (w *World) streamPhone(rw http.ResponseWriter, r *http.Request) {
	phone, ok := phoneOf(rw, r)
	if !ok {
		return
	}
	seen, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	if id, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		seen = id
	}
	rc := http.NewResponseController(rw)
	// The server's write time-out is meant for answers that end.
	_ = rc.SetWriteDeadline(time.Time{})
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("X-Accel-Buffering", "no")

	news, stop := w.core.Phones.Listen(phone)
	defer stop()
	lang := language(rw, r)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		for _, m := range w.core.Phones.Since(phone, seen) {
			if err := w.writeEvent(rw, lang, m); err != nil {
				return
			}
			seen = m.ID
		}
		if rc.Flush() != nil {
			return
		}
		select {
		case <-news:
		case <-beat.C:
			if _, err := fmt.Fprint(rw, ": still here\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-w.core.Done():
			return
		}
	}
}

func (w *World) writeEvent(rw http.ResponseWriter, lang string, m outside.Message) error {
	var b bytes.Buffer
	if err := w.views.fragment(&b, lang, "message", showMessage(m)); err != nil {
		return err
	}
	text := strings.ReplaceAll(b.String(), "\r", "&#13;") // a bare CR would end the line
	_, err := fmt.Fprintf(rw, "id: %d\nevent: message\ndata: %s\n\n", m.ID, strings.ReplaceAll(text, "\n", "\ndata: "))
	return err
}
