package console

import (
	"net/http"
	"strconv"

	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/verification"
)

// codePage is what the page of a code needs beside the verification: for a card being made, or one that is there.
type codePage struct {
	action   string
	name     string
	unproven bool // the card waits for the code and may be saved without it
}

func (c *Console) codeProps(r *http.Request, p codePage, v verification.Verification) (custscreens.CodeProps, error) {
	ms, err := c.Messages.OfOwner(r.Context(), viewerOf(r).Company.ID, v.ID)
	return custscreens.CodeProps{Action: p.action, Live: p.action + "/live", Name: p.name, V: v, Messages: ms, Now: c.Clock.Now(),
		Length: viewerOf(r).Company.Settings.CodeLength, Unproven: p.unproven, Phone: c.phonePage(v.Phone)}, err
}

// phonePage is the address of a customer's phone in the sandbox, "" outside it.
func (c *Console) phonePage(e164 string) string {
	if c.SandboxURL == "" || e164 == "" {
		return ""
	}
	return c.SandboxURL + "/phones/" + e164
}

// showCodePage shows the page of a code; change adds what the last act has to say.
func (c *Console) showCodePage(w http.ResponseWriter, r *http.Request, status int, p codePage, v verification.Verification, change func(*custscreens.CodeProps)) error {
	d, err := c.codeProps(r, p, v)
	if err != nil {
		return err
	}
	if change != nil {
		change(&d)
	}
	c.render(w, r, status, custscreens.Code(c.page(r, "code.title", "customers"), d))
	return nil
}

// tryCode compares what was typed. With shown the page has been answered: the code was not the right one.
func (c *Console) tryCode(w http.ResponseWriter, r *http.Request, p codePage, v verification.Verification) (out verification.Verification, shown bool, err error) {
	if try := r.PostFormValue("try"); v.Status == verification.Approved || try != "" && try != strconv.Itoa(v.Attempts) {
		// The same page sent again, by reload or by a second press: an attempt is not counted twice.
		if v.Status == verification.Approved {
			return v, false, nil
		}
		c.redirect(w, r, p.action)
		return v, true, nil
	}
	out, right, err := c.Verifications.Check(r.Context(), v.CompanyID, v.ID, r.PostFormValue("code"), verification.Binding{})
	if f := words(err); f != nil {
		return v, true, c.showCodePage(w, r, http.StatusUnprocessableEntity, p, v, func(d *custscreens.CodeProps) { d.Error = refusal(r, f) })
	}
	if err != nil || right || out.Status == verification.Approved {
		return out, false, err
	}
	wrong := v.Status == verification.Pending
	return out, true, c.showCodePage(w, r, http.StatusUnprocessableEntity, p, out, func(d *custscreens.CodeProps) { d.Wrong = wrong })
}

// resend sends the same code once more, unless the button's page is older than the last sending.
func (c *Console) resend(w http.ResponseWriter, r *http.Request, p codePage, v verification.Verification) error {
	if sends := r.PostFormValue("sends"); sends == "" || sends == strconv.Itoa(v.Sends) {
		if _, _, err := c.Verifications.Resend(r.Context(), v.CompanyID, v.ID); err != nil {
			f := fault.As(err)
			if f == nil {
				return err
			}
			retryAfter(w, f.RetryAfter)
			return c.showCodePage(w, r, int(f.Kind), p, v, func(d *custscreens.CodeProps) { d.Error = f.Text(string(textLang(r))) })
		}
	}
	c.redirect(w, r, p.action)
	return nil
}

// draftVerification returns the verification under way of a draft; without one the person is sent to the question.
func (c *Console) draftVerification(w http.ResponseWriter, r *http.Request, p place) (draft, codePage, verification.Verification, bool, error) {
	d, ok := c.waiting(w, r, p)
	if !ok {
		return d, codePage{}, verification.Verification{}, false, nil
	}
	if d.Running == "" {
		c.redirect(w, r, p.base(r)+"/ask/"+d.ID)
		return d, codePage{}, verification.Verification{}, false, nil
	}
	v, err := c.Verifications.Get(r.Context(), viewerOf(r).Company.ID, d.Running)
	return d, codePage{action: p.base(r) + "/code/" + d.ID, name: displayName(d.In), unproven: true}, v, err == nil, err
}

// draftCode shows the page of a draft's code. A code that was right while the card could not be saved leads back to the form.
func (c *Console) draftCode(w http.ResponseWriter, r *http.Request, p place) error {
	d, page, v, ok, err := c.draftVerification(w, r, p)
	if !ok {
		return err
	}
	if v.Status == verification.Approved {
		d.Proven, d.In.VerificationID = v.Phone, v.ID
		c.keepDraft(r, d)
		c.redirect(w, r, p.base(r)+"?draft="+d.ID)
		return nil
	}
	return c.showCodePage(w, r, http.StatusOK, page, v, nil)
}

// postDraftCode takes what a person does on the page of a draft's code.
func (c *Console) postDraftCode(w http.ResponseWriter, r *http.Request, p place) error {
	d, page, v, ok, err := c.draftVerification(w, r, p)
	if !ok {
		return err
	}
	switch r.PostFormValue("do") {
	case "resend":
		return c.resend(w, r, page, v)
	case "new":
		if after := r.PostFormValue("after"); after != "" && after != v.ID {
			c.redirect(w, r, page.action)
			return nil
		}
		return c.sendForDraft(w, r, p, d)
	case "cancel":
		if _, err := c.Verifications.Cancel(r.Context(), v.CompanyID, v.ID, ""); err != nil {
			return err
		}
		c.redirect(w, r, p.base(r)+"?draft="+d.ID)
		return nil
	case "without":
		if p.mode(r, d) == company.Required {
			c.redirect(w, r, p.base(r)+"/ask/"+d.ID+"?why=1")
			return nil
		}
		if _, err := c.Verifications.Cancel(r.Context(), v.CompanyID, v.ID, ""); err != nil {
			return err
		}
		d.In.Answer, d.In.VerificationID = "no", ""
		return c.saveDraft(w, r, p, d)
	}
	v, shown, err := c.tryCode(w, r, page, v)
	if shown || err != nil {
		return err
	}
	d.Proven, d.In.VerificationID, d.In.Answer, d.In.Reason = v.Phone, v.ID, "", ""
	return c.saveDraft(w, r, p, d)
}
