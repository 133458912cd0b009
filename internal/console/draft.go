package console

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/onay/onay/internal/customer"
)

// draft is one filling-in of the customer's form that waits for the answer to a question or for a code. It lives in the login's
// encrypted store, so that every page of the way has an address of its own and neither back nor reload repeats an act.
type draft struct {
	ID      string
	Card    string `json:",omitempty"` // the card that is edited; empty: a new one
	Version int64  `json:",omitempty"` // of that card, as it was read
	In      customer.Input
	Before  string `json:",omitempty"` // the phone on the card that is edited
	Running string `json:",omitempty"` // the verification under way
	Proven  string `json:",omitempty"` // the phone that In.VerificationID proves
	Saved   string `json:",omitempty"` // the card that came of it
}

// maxDrafts bounds how many forms one login fills in side by side.
const maxDrafts = 6

const draftsKey = "drafts"

func (c *Console) drafts(r *http.Request) (out []draft) {
	if s := c.sessions.GetString(r.Context(), draftsKey); s != "" {
		if err := json.Unmarshal([]byte(s), &out); err != nil {
			c.Logger.WarnContext(r.Context(), "drafts of a login cannot be read", "error", err)
		}
	}
	return out
}

// draft returns one of this login's drafts. Drafts of another company are not found.
func (c *Console) draft(r *http.Request, id string) (draft, bool) {
	company := viewerOf(r).Company.ID
	for _, d := range c.drafts(r) {
		if d.ID == company+"/"+id {
			d.ID = id
			return d, true
		}
	}
	return draft{}, false
}

// keepDraft remembers a draft; the oldest ones are forgotten.
func (c *Console) keepDraft(r *http.Request, d draft) {
	d.ID = viewerOf(r).Company.ID + "/" + d.ID
	all := slices.DeleteFunc(c.drafts(r), func(o draft) bool { return o.ID == d.ID })
	all = append(all, d)
	all = all[max(len(all)-maxDrafts, 0):]
	b, err := json.Marshal(all)
	if err != nil {
		panic(err) // a struct of texts and numbers always encodes
	}
	c.sessions.Put(r.Context(), draftsKey, string(b))
}
