package ideasoft

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/onay/onay/shop"
)

// SignatureHeader carries the signature of a webhook.
const SignatureHeader = "X-Ideashop-Hmac-Sha256"

// Topics are those an order needs. Use one address for each: the body does not
// say which it is.
var Topics = []string{"order/create", "order/update", "order/delete"}

// Sign gives base64(HMAC-SHA256(key = client secret, message = body)) over the
// bytes as they are.
func Sign(secret string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// Verify checks a signature, in constant time, before the body is parsed. A
// webhook only says "look at this order": read it before anything is decided.
// Answer 200 within 10 s once it is stored, 503 if it could not be, 401 if the
// signature is wrong.
func Verify(secret string, body []byte, signature string) bool {
	return secret != "" && hmac.Equal([]byte(Sign(secret, body)), []byte(signature))
}

type wireHook struct {
	ID      text `json:"id"`
	Topic   text `json:"topic"`
	Address text `json:"address"`
	Status  text `json:"status"`
}

func (w wireHook) hook() shop.Hook {
	return shop.Hook{ID: string(w.ID), Topic: string(w.Topic), Address: string(w.Address), Active: w.Status == "1" || w.Status == "true"}
}

// Hooks lists the subscriptions. The store deletes one by itself after failed
// deliveries: look every 15 minutes and add what is missing.
func (c *Client) Hooks(ctx context.Context) (out []shop.Hook, err error) {
	for page := 1; ; page++ {
		rows, err := c.list(ctx, "/admin-api/client_webhooks", query(shop.Query{Page: page}))
		if err != nil {
			return nil, err
		}
		for _, b := range rows {
			var w wireHook
			if json.Unmarshal(b, &w) == nil {
				out = append(out, w.hook())
			}
		}
		if len(rows) < 100 {
			return out, nil
		}
	}
}

// AddHook subscribes an https address of at most 255 characters to a topic.
func (c *Client) AddHook(ctx context.Context, topic, address string) (shop.Hook, error) {
	var w wireHook
	err := c.call(ctx, http.MethodPost, "/admin-api/client_webhooks", nil, map[string]any{"topic": topic, "address": address, "status": 1}, &w)
	return w.hook(), err
}

// DeleteHook ends a subscription; one that is not there is no error.
func (c *Client) DeleteHook(ctx context.Context, id string) error {
	err := c.call(ctx, http.MethodDelete, "/admin-api/client_webhooks/"+url.PathEscape(id), nil, nil, nil)
	if shop.KindOf(err) == shop.KindGone {
		return nil
	}
	return err
}
