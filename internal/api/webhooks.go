package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/webhook"
)

// WebhookEndpoint is where the company wants to be told.
type WebhookEndpoint struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Kinds     []string  `json:"kinds" nullable:"false" doc:"verification.approved or verification.*; empty: all."`
	Enabled   bool      `json:"enabled"`
	CreatedBy string    `json:"created_by"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
}

// MadeWebhookEndpoint is a new endpoint with its secret, which is shown this once.
type MadeWebhookEndpoint struct {
	WebhookEndpoint
	Secret string `json:"secret" doc:"Signs the deliveries (Standard Webhooks). Shown this once; empty in the answer to a repeated request."`
}

// WebhookSecret is a new secret, which is shown this once.
type WebhookSecret struct {
	Secret string `json:"secret" doc:"Shown this once, and empty in the answer to a repeated request; the old one has ended."`
}

// NewWebhookEndpoint describes an endpoint to add.
type NewWebhookEndpoint struct {
	URL   string   `json:"url" maxLength:"500" doc:"https, on the public internet."`
	Kinds []string `json:"kinds,omitempty" maxItems:"100" doc:"verification, message, customer, prefix, with .* or a verb; empty: all."`
}

// WebhookEndpointChange holds the fields to change; those left out stay as they are.
type WebhookEndpointChange struct {
	URL     *string   `json:"url,omitempty" maxLength:"500"`
	Kinds   *[]string `json:"kinds,omitempty" maxItems:"100"`
	Enabled *bool     `json:"enabled,omitempty" doc:"false ends all waiting deliveries."`
	Version *int64    `json:"version,omitempty" doc:"The version that was read; another one is a conflict."`
}

// WebhookDelivery is one event on its way to one endpoint.
type WebhookDelivery struct {
	ID         string     `json:"id"`
	EndpointID string     `json:"endpoint_id"`
	EventSeq   int64      `json:"event_seq"`
	Kind       string     `json:"kind"`
	Status     string     `json:"status" enum:"pending,delivered,failed"`
	Tries      int        `json:"tries"`
	HTTPStatus int        `json:"http_status" doc:"Of the last try; 0: no answer."`
	Answer     string     `json:"answer,omitempty" doc:"Beginning of the last answer, or why there was none."`
	NextAt     *time.Time `json:"next_at,omitempty" doc:"When it is tried again, where it is pending."`
	CreatedAt  time.Time  `json:"created_at"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
}

func viewEndpoint(e webhook.Endpoint) WebhookEndpoint {
	return WebhookEndpoint{ID: e.ID, URL: e.URL, Kinds: append([]string{}, e.Kinds...), Enabled: e.Enabled, CreatedBy: e.CreatedBy, Version: e.Version, CreatedAt: e.CreatedAt}
}

func viewDelivery(w webhook.Delivery) WebhookDelivery {
	out := WebhookDelivery{ID: w.ID, EndpointID: w.EndpointID, EventSeq: w.EventSeq, Kind: w.Kind, Status: w.Status, Tries: w.Tries, HTTPStatus: w.HTTPStatus, Answer: w.Answer,
		CreatedAt: w.CreatedAt, EndedAt: when(w.EndedAt)}
	if w.Status == webhook.Pending {
		out.NextAt = when(w.NextAt)
	}
	return out
}

func (ch WebhookEndpointChange) apply(e *webhook.Endpoint) error {
	set(&e.URL, ch.URL)
	set(&e.Kinds, ch.Kinds)
	set(&e.Enabled, ch.Enabled)
	set(&e.Version, ch.Version)
	return nil
}

var (
	exampleEndpoint = WebhookEndpoint{ID: "whe_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", URL: "https://erp.ornek.com.tr/onay", Kinds: []string{"verification.*"}, Enabled: true,
		CreatedBy: exampleKey.ID, Version: 1, CreatedAt: exampleTime}
	exampleDelivery = WebhookDelivery{ID: "whd_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", EndpointID: exampleEndpoint.ID, EventSeq: 1042, Kind: "verification.approved", Status: "delivered",
		Tries: 1, HTTPStatus: 204, CreatedAt: exampleTime, EndedAt: &exampleTime}
	endpointCodes = []code{{"invalid_url", 422}, {"invalid_kind", 422}, {"too_many", 422}}
	exampleSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

type changeEndpointInput struct {
	IDInput
	Body WebhookEndpointChange
}

type deliveryInput struct {
	IDInput
	DeliveryID string `path:"delivery_id" maxLength:"80"`
}

func (d *door) webhooks() {
	scope, tag := "webhooks", "Webhooks"
	handle(d, route{method: "GET", path: "/v1/webhook-endpoints", id: "listWebhookEndpoints", scope: scope, tag: tag, summary: "List webhook endpoints", doc: "Newest first, disabled ones too.",
		answer: list[WebhookEndpoint]{Data: []WebhookEndpoint{exampleEndpoint}}},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[list[WebhookEndpoint]], error) {
			rows, err := d.Webhooks.List(ctx, c.company)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewEndpoint), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/webhook-endpoints", id: "createWebhookEndpoint", scope: scope, tag: tag, status: 201, secret: true, summary: "Add a webhook endpoint",
		doc: "The secret is in this answer and cannot be had again.", codes: append([]code{{"too_many_endpoints", 409}}, endpointCodes...),
		body: NewWebhookEndpoint{exampleEndpoint.URL, exampleEndpoint.Kinds}, answer: MadeWebhookEndpoint{exampleEndpoint, exampleSecret}},
		func(ctx context.Context, c *caller, in *struct{ Body NewWebhookEndpoint }) (*answer[MadeWebhookEndpoint], error) {
			e, secret, err := d.Webhooks.Create(ctx, c.company, in.Body.URL, in.Body.Kinds)
			return viewed(e, err, func(e webhook.Endpoint) MadeWebhookEndpoint { return MadeWebhookEndpoint{viewEndpoint(e), secret} })
		},
		func(ctx context.Context, c *caller, _ *struct{ Body NewWebhookEndpoint }, id string) (*answer[MadeWebhookEndpoint], error) {
			e, err := d.Webhooks.Get(ctx, c.company, id)
			return viewed(e, err, func(e webhook.Endpoint) MadeWebhookEndpoint { return MadeWebhookEndpoint{viewEndpoint(e), ""} })
		})
	handle(d, route{method: "GET", path: "/v1/webhook-endpoints/{id}", id: "getWebhookEndpoint", scope: scope, tag: tag, summary: "Read a webhook endpoint", doc: "Without its secret.",
		codes: []code{missing}, answer: exampleEndpoint},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[WebhookEndpoint], error) {
			e, err := d.Webhooks.Get(ctx, c.company, in.ID)
			return viewed(e, err, viewEndpoint)
		}, nil)
	handle(d, route{method: "PATCH", path: "/v1/webhook-endpoints/{id}", id: "updateWebhookEndpoint", scope: scope, tag: tag, summary: "Change a webhook endpoint",
		doc: "Fields that are left out stay as they are.", codes: append([]code{missing, {"version_conflict", 409}}, endpointCodes...), body: WebhookEndpointChange{Enabled: ptr(false)}, answer: exampleEndpoint},
		func(ctx context.Context, c *caller, in *changeEndpointInput) (*answer[WebhookEndpoint], error) {
			e, err := d.Webhooks.Update(ctx, c.company, in.ID, in.Body.apply)
			return viewed(e, err, viewEndpoint)
		}, nil)
	handle(d, route{method: "DELETE", path: "/v1/webhook-endpoints/{id}", id: "deleteWebhookEndpoint", scope: scope, tag: tag, status: 204, summary: "Disable a webhook endpoint",
		doc: "Its deliveries stay readable; doing it again changes nothing.", codes: []code{missing}},
		func(ctx context.Context, c *caller, in *IDInput) (*none, error) {
			return done(d.Webhooks.Delete(ctx, c.company, in.ID))
		}, nil)
	handle(d, route{method: "POST", path: "/v1/webhook-endpoints/{id}/rotate-secret", id: "rotateWebhookSecret", scope: scope, tag: tag, secret: true, summary: "Replace the secret",
		doc: "At once: deliveries from now on are signed with the new secret.", codes: []code{missing}, answer: WebhookSecret{exampleSecret}},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[WebhookSecret], error) {
			s, err := d.Webhooks.RotateSecret(ctx, c.company, in.ID)
			return viewed(s, err, func(s string) WebhookSecret { return WebhookSecret{s} })
		},
		func(context.Context, *caller, *IDInput, string) (*answer[WebhookSecret], error) {
			return reply(WebhookSecret{}), nil
		})
	handle(d, route{method: "POST", path: "/v1/webhook-endpoints/{id}/test", id: "testWebhookEndpoint", scope: scope, tag: tag, summary: "Send a test event",
		doc: "Posts a `webhook.test` event now, once, and tells how it went.", codes: []code{missing, {"endpoint_disabled", 409}}, answer: exampleDelivery},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[WebhookDelivery], error) {
			w, err := d.Webhooks.Test(ctx, c.company, in.ID)
			return viewed(w, err, viewDelivery)
		}, nil)
	handle(d, route{method: "GET", path: "/v1/webhook-endpoints/{id}/deliveries", id: "listWebhookDeliveries", scope: scope, tag: tag, summary: "List deliveries", doc: "Newest first; ended ones for 30 days.",
		codes: []code{missing}, answer: list[WebhookDelivery]{Data: []WebhookDelivery{exampleDelivery}}},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Page
		}) (*answer[list[WebhookDelivery]], error) {
			if _, err := d.Webhooks.Get(ctx, c.company, in.ID); err != nil {
				return nil, err
			}
			rows, err := d.Webhooks.Deliveries(ctx, c.company, in.ID, in.Cursor, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(w webhook.Delivery) string { return w.ID }, viewDelivery), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/webhook-endpoints/{id}/deliveries/{delivery_id}/replay", id: "replayWebhookDelivery", scope: scope, tag: tag, status: 202, summary: "Send a delivery again",
		doc: "From its first try, whatever became of it.", codes: []code{missing, {"endpoint_disabled", 409}},
		answer: func() WebhookDelivery {
			w := exampleDelivery
			w.Status, w.Tries, w.HTTPStatus, w.EndedAt = "pending", 0, 0, nil
			return w
		}()},
		func(ctx context.Context, c *caller, in *deliveryInput) (*answer[WebhookDelivery], error) {
			// The newest delivery of the endpoint up to the id is the one itself, if it belongs to the endpoint.
			rows, err := d.Webhooks.Deliveries(ctx, c.company, in.ID, in.DeliveryID+"~", 1)
			if err != nil {
				return nil, err
			}
			if len(rows) == 0 || rows[0].ID != in.DeliveryID {
				return nil, fault.Missing(in.DeliveryID)
			}
			w, err := d.Webhooks.Replay(ctx, c.company, in.DeliveryID)
			return viewed(w, err, viewDelivery)
		}, nil)
}
