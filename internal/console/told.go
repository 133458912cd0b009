package console

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/pos"
)

// tonesTold are the tones of what the timeline tells; the rest is neutral.
var tonesTold = map[string]ui.Tone{
	"customer.phone_verified": ui.Good, "verification.approved": ui.Good, "verification.check_failed": ui.Bad, "verification.denied": ui.Bad,
	"verification.created": ui.Info, "verification.resent": ui.Info, "message.delivered": ui.Good, "message.sent": ui.Info, "message.queued": ui.Wait,
	"payment.captured": ui.Good, "payment.authorized": ui.Good, "payment.declined": ui.Bad, "payment.failed": ui.Bad, "payment.unknown": ui.Wait, "payment.duplicate": ui.Bad, "payment.late_success": ui.Bad,
	"payment.reversed": ui.Info, "payment.reversal_failed": ui.Bad, "payment.callback_rejected": ui.Bad, "payment.needs_person": ui.Bad, "payment.refunded": ui.Info, "payment.partially_refunded": ui.Info, "payment.voided": ui.Info,
	"payment.refund_refused": ui.Bad, "payment.void_refused": ui.Bad, "payment.capture_refused": ui.Bad, "payment.refund_queued": ui.Wait,
	"reconciliation.closed": ui.Good, "reconciliation_difference.closed": ui.Good, "reconciliation.reopened": ui.Wait, "reconciliation_difference.taken_apart": ui.Wait, "payout.short": ui.Bad,
	"message.failed": ui.Bad, "message.undelivered": ui.Bad, "message.expired": ui.Bad,
}

// told turns log rows into a timeline in words, with the names of those who acted.
func (c *Console) told(r *http.Request, rows []audit.Event) ([]ui.Event, error) {
	users, err := c.Companies.Users(r.Context(), viewerOf(r).Company.ID)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, u := range users {
		names[u.ID] = u.Name
	}
	out := make([]ui.Event, 0, len(rows))
	for _, e := range rows {
		out = append(out, ui.Event{At: e.At, Who: c.who(r, names, e.Actor), Title: titleTold(r, e), Detail: detailTold(r, e), Tone: tonesTold[e.Kind]})
	}
	return out, nil
}

func (c *Console) who(r *http.Request, names map[string]string, actor string) string {
	switch name := names[actor]; {
	case name != "":
		return name
	case strings.HasPrefix(actor, "key_"):
		return "API"
	case strings.HasPrefix(actor, "usr_"):
		return say(r, "told.someone")
	}
	return say(r, "word.system")
}

// titleTold is what happened in words. Kinds that came with a newer version are told by their name.
func titleTold(r *http.Request, e audit.Event) string {
	key := "told." + e.Kind
	if e.Kind == "customer.question_answered" {
		key += "." + dataTold(e)["answer"]
	}
	for _, k := range []string{key, "event." + e.Kind} {
		if text.Has(k) {
			return say(r, k)
		}
	}
	return e.Kind
}

func detailTold(r *http.Request, e audit.Event) string {
	data := dataTold(e)
	switch e.Kind {
	case "verification.check_failed", "verification.denied":
		return say(r, "told.left", data["attempts_left"])
	case "customer.changed", "customer.created":
		var words []string
		for f := range strings.SplitSeq(data["fields"], ",") {
			if e.Kind == "customer.changed" && text.Has("told.field."+f) {
				words = append(words, say(r, "told.field."+f))
			}
		}
		return strings.Join(words, ", ")
	case "verification.approved", "customer.phone_verified", "verification.expired":
		return ""
	case "payment.declined", "payment.failed":
		if said := pos.Code(data["decline_code"]).Text(string(textLang(r))); said != "" {
			if code := data["bank_code"]; code != "" {
				said += " (" + code + ")"
			}
			return said
		}
	case "payment.refund_requested", "payment.void_requested", "payment.capture_requested", "payment.partially_refunded", "payment.refund_refused", "payment.refund_queued":
		var raw struct {
			Amount   int64 `json:"operation_amount"`
			Currency string
		}
		if json.Unmarshal([]byte(e.Data), &raw) == nil && raw.Amount > 0 {
			return strings.TrimSuffix(text.MoneyIn(raw.Amount, raw.Currency)+" · "+e.Reason, " · ")
		}
	}
	return e.Reason
}

// dataTold gives an event's data as texts.
func dataTold(e audit.Event) map[string]string {
	var raw map[string]any
	if err := json.Unmarshal([]byte(e.Data), &raw); err != nil {
		return nil
	}
	out := map[string]string{}
	for k, v := range raw {
		switch v := v.(type) {
		case string:
			out[k] = v
		case float64:
			out[k] = text.Count(int64(v))
		case []any:
			var parts []string
			for _, p := range v {
				if s, ok := p.(string); ok {
					parts = append(parts, s)
				}
			}
			out[k] = strings.Join(parts, ",")
		}
	}
	return out
}
