package iys

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Brand is one brand of the merchant.
type Brand struct {
	Code                      int64
	Name                      string
	Master                    bool // its code is the iysCode
	Approved, Rejected, Total int  // consents
	Retailers                 int
}

// Brands lists the merchant's brands; it is the check of credentials at set-up.
func (c *Client) Brands(ctx context.Context) ([]Brand, error) {
	op := call{name: "brands"}
	r, err := c.do(ctx, op, http.MethodGet, c.spsPath()+"/brands", nil, 200)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		BrandCode number
		Name      string
		Master    bool
		Stats     struct {
			Consents  struct{ Approval, Rejection, Total number }
			Retailers struct{ Total number }
		}
	}
	if err := op.decode(r, &rows); err != nil {
		return nil, err
	}
	out := make([]Brand, len(rows))
	for i, w := range rows {
		n := w.Stats.Consents
		out[i] = Brand{int64(w.BrandCode), w.Name, w.Master, int(n.Approval), int(n.Rejection), int(n.Total), int(w.Stats.Retailers.Total)}
	}
	return out, nil
}

// Subscription is the merchant's package.
type Subscription struct {
	Package        string
	Status         string // ACTIVE, PAUSED, EXPIRED or CLOSED
	Start, Expires time.Time
	Limit, Used    int64 // addresses; 0 where a partner asks
	MayExceed      bool  // else adds fail with H525 at the limit
}

// Subscription asks for the package. Ask daily and warn at 90 % of Limit.
func (c *Client) Subscription(ctx context.Context) (Subscription, error) {
	op := call{name: "subscription"}
	r, err := c.do(ctx, op, http.MethodGet, c.spsPath()+"/subscription", nil, 200)
	if err != nil {
		return Subscription{}, err
	}
	var w struct {
		SubscriptionPackageName, Status string
		StartDate, ExpirationDate       moment
		ConsentLimit                    number
		UsedConsentLimit                number
		ConsentLimitExceed              bool
	}
	if err := op.decode(r, &w); err != nil {
		return Subscription{}, err
	}
	return Subscription{
		w.SubscriptionPackageName, w.Status, w.StartDate.Time, w.ExpirationDate.Time,
		int64(w.ConsentLimit), int64(w.UsedConsentLimit), w.ConsentLimitExceed,
	}, nil
}

// Link is an address's own way out: whoever follows it turns ONAY into RET.
type Link struct {
	Recipient string
	URL       string // lives 90 days; empty with a Code
	Code      string // H568 for an address that is not in ONAY
}

// EmailRetLinks makes opt-out links for 1 to 100 e-mail addresses in ONAY.
func (c *Client) EmailRetLinks(ctx context.Context, brand int64, rt RecipientType, emails []string) ([]Link, error) {
	if rt == "" {
		rt = Bireysel
	}
	if err := validRecipients(Eposta, rt, emails); err != nil {
		return nil, err
	}
	if len(emails) > MaxLinks {
		return nil, Faults{fault("H127", strconv.Itoa(len(emails)), "recipients")}
	}
	type who struct {
		Recipient     string        `json:"recipient"`
		RecipientType RecipientType `json:"recipientType"`
	}
	var list []who
	for _, e := range emails {
		list = append(list, who{e, rt})
	}
	op := call{name: "links"}
	r, err := c.do(ctx, op, http.MethodPost, c.brandPath(brand)+"/via-hash-links", map[string][]who{"recipients": list}, 200)
	if err != nil {
		return nil, err
	}
	var out []Link
	if err := op.decode(r, &out); err != nil {
		return nil, err
	}
	return out, nil
}
