package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// WebhookEvent is the body of a webhook.
type WebhookEvent struct {
	ID        string          `json:"-"`    // of the event: the same if it is delivered again
	Type      string          `json:"type"` // for example verification.approved
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"` // with object_id, sequence, event_seq
}

// ErrWebhook is returned for a webhook that did not come from Onay, or came too late.
var ErrWebhook = errors.New("onay: the webhook's signature is not valid")

// webhookTolerance is how far the time of a webhook may be from ours.
const webhookTolerance = 5 * time.Minute

// ReadWebhook checks the signature (Standard Webhooks) of a request's body and reads it. secret is the whsec_… text of the
// endpoint. Events can come twice and out of order: remember ID.
func ReadWebhook(secret string, h http.Header, body []byte, now time.Time) (WebhookEvent, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return WebhookEvent{}, errors.New("onay: the webhook secret cannot be read")
	}
	id, at := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
	sec, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" || now.Sub(time.Unix(sec, 0)).Abs() > webhookTolerance {
		return WebhookEvent{}, ErrWebhook
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, s := range strings.Fields(h.Get("Webhook-Signature")) {
		got, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "v1,"))
		if err == nil && strings.HasPrefix(s, "v1,") && hmac.Equal(got, want) {
			e := WebhookEvent{ID: id}
			err := json.Unmarshal(body, &e)
			return e, err
		}
	}
	return WebhookEvent{}, ErrWebhook
}
