package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/customer"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/verification"
)

// onlyOnce marks an act so that the same button pressed twice does it once.
func (c *Console) onlyOnce(r *http.Request, act string) context.Context {
	v := viewerOf(r)
	return idempotency.With(r.Context(), &idempotency.Claim{CompanyID: v.Company.ID, Key: "console:" + v.User.ID + ":" + act, Fingerprint: []byte(act), At: c.Clock.Now()})
}

// waiting returns the draft of the address. When it is saved or gone, the person is sent on and ok is false.
func (c *Console) waiting(w http.ResponseWriter, r *http.Request, p place) (d draft, ok bool) {
	d, ok = c.draft(r, r.PathValue("draft"))
	if ok && d.Card != r.PathValue("id") {
		ok = false
	}
	switch {
	case !ok:
		c.redirect(w, r, p.base(r))
	case d.Saved != "":
		c.redirect(w, r, p.done(d.Saved))
		ok = false
	}
	return d, ok
}

func (c *Console) showAsk(w http.ResponseWriter, r *http.Request, status int, a custscreens.AskProps) {
	title := "ask.title"
	if a.Why {
		title = "ask.why.title"
	}
	c.render(w, r, status, custscreens.Ask(c.page(r, title, "customers"), a))
}

func (p place) question(r *http.Request, d draft) custscreens.AskProps {
	return custscreens.AskProps{Action: p.base(r) + "/ask/" + d.ID, Back: p.base(r) + "?draft=" + d.ID, Phone: d.In.Phone, Name: displayName(d.In),
		Why: r.FormValue("why") != ""}
}

// ask shows the question "İYS Doğrulama Kodu Gönderilsin mi?", or why not.
func (c *Console) ask(w http.ResponseWriter, r *http.Request, p place) error {
	if d, ok := c.waiting(w, r, p); ok {
		c.showAsk(w, r, http.StatusOK, p.question(r, d))
	}
	return nil
}

// answer takes Evet, which sends the code, or Hayır, which saves the card without it.
func (c *Console) answer(w http.ResponseWriter, r *http.Request, p place) error {
	d, ok := c.waiting(w, r, p)
	if !ok {
		return nil
	}
	// The question page's buttons and the reason page's hidden field share a name: the button pressed comes last.
	said := r.PostForm["answer"]
	if len(said) > 0 && said[len(said)-1] == "yes" {
		return c.sendForDraft(w, r, p, d)
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	_, given := r.PostForm["reason"]
	if p.mode(r, d) == company.Required && !given {
		c.redirect(w, r, p.base(r)+"/ask/"+d.ID+"?why=1")
		return nil
	}
	if p.mode(r, d) == company.Required && len([]rune(reason)) < 3 || len([]rune(reason)) > 500 {
		a := p.question(r, d)
		a.Why, a.Reason, a.Error = true, reason, say(r, "ask.why.short")
		c.showAsk(w, r, http.StatusUnprocessableEntity, a)
		return nil
	}
	d.In.Answer, d.In.Reason, d.In.VerificationID = customer.No, reason, ""
	return c.saveDraft(w, r, p, d)
}

// sendForDraft starts the verification of a draft's phone, once, and goes to the page of the code.
func (c *Console) sendForDraft(w http.ResponseWriter, r *http.Request, p place, d draft) error {
	v, err := c.start(r, "draft:"+d.ID+":"+d.Running, d.In.Phone, d.In.EntryPoint, d.Card, d.ID)
	if f := fault.As(err); f != nil {
		a := p.question(r, d)
		a.Why, a.Error = false, refusal(r, f)
		retryAfter(w, f.RetryAfter)
		c.showAsk(w, r, int(f.Kind), a)
		return nil
	}
	if err != nil {
		return err
	}
	d.Running, d.Proven, d.In.VerificationID = v.ID, "", ""
	c.keepDraft(r, d)
	c.redirect(w, r, p.base(r)+"/code/"+d.ID)
	return nil
}

// start begins a verification. A code that waits already for the same purpose is not sent anew.
func (c *Console) start(r *http.Request, act, phone, entry, card, draftID string) (verification.Verification, error) {
	ctx, co := r.Context(), viewerOf(r).Company.ID
	mine := func() (verification.Verification, bool, error) {
		open, err := c.Verifications.List(ctx, co, phone, verification.Pending, "", 10)
		for _, v := range open {
			if v.Status == verification.Pending && v.Purpose == verification.VerifyPhone && (draftID != "" && v.Metadata["draft"] == draftID || draftID == "" && v.CustomerID == card) {
				return v, true, nil
			}
		}
		return verification.Verification{}, false, err
	}
	if v, found, err := mine(); found || err != nil {
		return v, err
	}
	req := verification.Request{Phone: phone, Purpose: verification.VerifyPhone, CustomerID: card, EntryPoint: entry, Locale: "tr"}
	if draftID != "" {
		req.Metadata = map[string]string{"draft": draftID}
	}
	v, _, err := c.Verifications.Start(c.onlyOnce(r, act), co, req)
	if fault.Code(err) == "idempotency_in_progress" {
		if v, found, again := mine(); found || again != nil {
			return v, again
		}
	}
	return v, err
}

// refusal says why something was refused, and when to come back.
func refusal(r *http.Request, f *fault.Error) string {
	s := f.Text(string(text.From(r.Context())))
	if f.RetryAfter > 0 {
		s += " " + say(r, "error.429.text", text.Span(r.Context(), f.RetryAfter))
	}
	return s
}
