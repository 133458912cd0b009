package console

import (
	"net/http"
	"time"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/message"
	"github.com/onay/onay/internal/payment"
)

func init() {
	registrars = append(registrars, func(c *Console) { c.handle("GET /{$}", "", c.today) })
}

// today shows what needs a person, and the day's numbers beside yesterday's.
func (c *Console) today(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r)
	now := c.Clock.Now().In(clock.Istanbul)
	d := custscreens.TodayProps{Date: text.Date(now), Start: company.Can(v.Role, company.CustomersWrite)}
	if company.Can(v.Role, company.VerificationsRead) || company.Can(v.Role, company.MessagesRead) {
		if err := c.dayNumbers(r, &d, now); err != nil {
			return err
		}
	}
	var err error
	if d.Concerns, err = c.concerns(r); err != nil {
		return err
	}
	c.render(w, r, http.StatusOK, custscreens.Today(c.page(r, "nav.today", "today"), d))
	return nil
}

// dayNumbers counts today by the hour, and yesterday whole.
func (c *Console) dayNumbers(r *http.Request, d *custscreens.TodayProps, now time.Time) error {
	co := viewerOf(r).Company.ID
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Istanbul)
	codes, err := c.Verifications.Hours(r.Context(), co, midnight.Add(-24*time.Hour), 48)
	if err != nil {
		return err
	}
	sent, err := c.Messages.Hours(r.Context(), co, midnight.Add(-24*time.Hour), 48)
	if err != nil {
		return err
	}
	hours := now.Hour() + 1
	var starts, approvals, share, messages []int64 // of today, by hour
	var today, before [3]int64                     // starts, approvals, messages
	for i := range 48 {
		at := &today
		if i < 24 {
			at = &before
		}
		at[0] += codes[i].Starts
		at[1] += codes[i].Approvals
		at[2] += sent[i].Accepted
		if i >= 24 && i < 24+hours {
			starts, approvals, messages = append(starts, codes[i].Starts), append(approvals, codes[i].Approvals), append(messages, sent[i].Accepted)
			share = append(share, percent(codes[i].Approvals, codes[i].Starts))
		}
	}
	d.Stats = []ui.StatProps{
		{Label: say(r, "today.codes"), Value: text.Count(today[0]), Before: text.Count(before[0]), Trend: starts, Href: "/verifications"},
		{Label: say(r, "today.approved"), Value: text.Count(today[1]), Before: text.Count(before[1]), Trend: approvals, Href: "/verifications?status=approved"},
		{Label: say(r, "today.share"), Value: shareOf(today[1], today[0]), Before: shareOf(before[1], before[0]), Trend: share},
		{Label: say(r, "nav.messages"), Value: text.Count(today[2]), Before: text.Count(before[2]), Trend: messages, Href: "/messages"},
	}
	d.Quiet = today[0]+before[0]+today[2]+before[2] == 0
	return nil
}

func percent(part, whole int64) int64 {
	if whole == 0 {
		return 0
	}
	return part * 100 / whole
}

func shareOf(part, whole int64) string {
	if whole == 0 {
		return "—"
	}
	return text.Percent(percent(part, whole) * 100)
}

// concerns are the matters that wait for a person who can do something about them.
func (c *Console) concerns(r *http.Request) (out []custscreens.Concern, err error) {
	v := viewerOf(r)
	may := func(p company.Permission) bool { return company.Can(v.Role, p) }
	if may(company.SettingsRead) {
		health, err := c.Messages.Health(r.Context(), v.Company.ID)
		if err != nil {
			return nil, err
		}
		on := 0
		for _, h := range health {
			if h.Status == "on" {
				on++
			}
			if h.Breaker != "closed" {
				out = append(out, custscreens.Concern{Title: say(r, "today.resting", h.Name), Text: say(r, "today.resting.text"), Link: ui.Link{Label: say(r, "act.details"), Href: "/settings/providers"}})
			}
		}
		if on == 0 {
			out = append(out, custscreens.Concern{Title: say(r, "today.provider"), Text: say(r, "today.provider.text"), Link: ui.Link{Label: say(r, "nav.settings"), Href: "/settings/providers"}})
		}
	}
	if may(company.ProvidersWrite) {
		ip, err := c.Payments.Outgoing(r.Context())
		if err != nil {
			return nil, err
		}
		if ip.New() {
			out = append(out, custscreens.Concern{Title: say(r, "ip.changed", ip.Before, ip.IP), Text: say(r, "ip.changed.text"), Link: ui.Link{Label: say(r, "act.details"), Href: "/settings/pos"}})
		}
		refused, err := c.Payments.Refusals(r.Context(), v.Company.ID)
		if err != nil {
			return nil, err
		}
		accounts, err := c.Payments.Accounts(r.Context(), v.Company.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			if code := refused[a.ID]; code != "" && a.Status == "on" {
				out = append(out, custscreens.Concern{Title: say(r, "today.bank", a.Name), Text: code.Text(string(textLang(r))) + ". " + say(r, "today.bank.text"), Link: ui.Link{Label: say(r, "act.details"), Href: "/settings/pos/" + a.ID}})
			}
		}
	}
	if may(company.PaymentsRead) {
		unknown, err := c.Payments.List(r.Context(), v.Company.ID, payment.Filter{Status: payment.Unknown, Limit: 20})
		if err != nil {
			return nil, err
		}
		waiting, err := c.Payments.Waiting(r.Context(), v.Company.ID)
		if err != nil {
			return nil, err
		}
		if may(company.PaymentsRefund) {
			for _, o := range waiting[:min(len(waiting), 5)] {
				out = append(out, custscreens.Concern{Title: say(r, "today.refund", text.Money(o.Amount)), Text: o.Reason, Link: ui.Link{Label: say(r, "act.details"), Href: "/payments/" + o.PaymentID}})
			}
		}
		if n := len(unknown); n > 0 {
			to := "/payments?status=unknown"
			if n == 1 {
				to = "/payments/" + unknown[0].ID
			}
			out = append(out, custscreens.Concern{Title: say(r, "today.unknown", text.N(r.Context(), "count.payment", int64(n))), Text: say(r, "today.unknown.text"), Link: ui.Link{Label: say(r, "act.details"), Href: to}})
		}
	}
	if may(company.DayEndRead) {
		_, differences, err := c.DayEnd.OpenNow(r.Context(), v.Company.ID)
		if err != nil {
			return nil, err
		}
		if differences > 0 {
			out = append(out, custscreens.Concern{Title: say(r, "today.dayend", text.N(r.Context(), "count.difference", differences)), Text: say(r, "today.dayend.text"), Link: ui.Link{Label: say(r, "act.details"), Href: "/reconciliation"}})
		}
	}
	if may(company.AbuseWrite) {
		blocks, err := c.Verifications.Blocks(r.Context(), v.Company.ID, true)
		if err != nil {
			return nil, err
		}
		for _, b := range blocks[:min(len(blocks), 5)] {
			key := "today.block"
			if b.Shadow {
				key = "today.block.shadow"
			}
			out = append(out, custscreens.Concern{Title: say(r, key, b.Prefix), Text: say(r, "today.block.text", text.Count(int64(b.Starts)), text.Count(int64(b.Approvals)), text.Time(b.ExpiresAt)),
				Link: ui.Link{Label: say(r, "act.details"), Href: "/settings/blocks"}})
		}
	}
	if may(company.MessagesRead) {
		recent, err := c.Messages.List(r.Context(), v.Company.ID, "", "", 100)
		if err != nil {
			return nil, err
		}
		failed, last := int64(0), message.Message{}
		for _, m := range recent {
			if (m.Status == message.Failed || m.Status == message.Undelivered) && c.Clock.Now().Sub(m.CreatedAt) < 24*time.Hour {
				if failed++; failed == 1 {
					last = m
				}
			}
		}
		if failed > 0 {
			said := last.ErrorText
			if said == "" {
				said = say(r, "today.failed.text")
			}
			out = append(out, custscreens.Concern{Title: say(r, "today.failed", text.N(r.Context(), "count.message", failed)), Text: said,
				Link: ui.Link{Label: say(r, "act.details"), Href: "/messages/" + last.ID}})
		}
	}
	return out, nil
}
