package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/message"
)

// Message is an SMS as the API shows it. A code in its text is masked.
type Message struct {
	ID          string     `json:"id"`
	OwnerID     string     `json:"owner_id,omitempty" doc:"The verification that it belongs to."`
	To          string     `json:"to" doc:"E.164."`
	Route       string     `json:"route" enum:"otp,bulk"`
	Sender      string     `json:"sender,omitempty" doc:"Sender header it left under."`
	Body        string     `json:"body" doc:"Text; the digits of a code are masked."`
	Encoding    string     `json:"encoding"`
	Segments    int        `json:"segments"`
	Status      string     `json:"status" enum:"queued,sending,sent,delivered,undelivered,expired,failed,canceled"`
	AccountID   string     `json:"provider_account_id,omitempty"`
	ProviderID  string     `json:"provider_message_id,omitempty"`
	ErrorCode   string     `json:"error_code,omitempty"`
	Error       string     `json:"error,omitempty" doc:"What the provider's code means, in Turkish."`
	Tries       int        `json:"tries"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   time.Time  `json:"expires_at" doc:"It is never sent later than this."`
	SentAt      *time.Time `json:"sent_at,omitempty"`
	DeliveredAt *time.Time `json:"delivered_at,omitempty"`
}

func viewMessage(m message.Message) Message {
	return Message{ID: m.ID, OwnerID: m.OwnerID, To: m.Recipient, Route: m.Route, Sender: m.Sender, Body: m.Body, Encoding: m.Encoding, Segments: m.Segments,
		Status: string(m.Status), AccountID: m.ProviderAccountID, ProviderID: m.ProviderMessageID, ErrorCode: m.ErrorCode, Error: m.ErrorText, Tries: m.Tries,
		CreatedAt: m.CreatedAt, ExpiresAt: m.ExpiresAt, SentAt: when(m.SentAt), DeliveredAt: when(m.DeliveredAt)}
}

var exampleMessage = Message{ID: "msg_01936c2e-7f7a-7c2b-9d56-1d0f6b0a7e21", OwnerID: "ver_01936c2e-7f7a-7c2b-9d56-0f5a2f1f0c11", To: "+905551112233", Route: "otp",
	Sender: "MAGAZA", Body: "Magaza kodunuz: ••••••. Yalniz telefonunuzu dogrular, 3 dk gecerli. Kimseyle paylasmayin.", Encoding: "plain", Segments: 1,
	Status: "delivered", AccountID: "acc_01936c2e-0000-7c2b-9d56-1d0f6b0a7e21", ProviderID: "17377215342605050417149344", Tries: 1, CreatedAt: exampleTime,
	ExpiresAt: exampleTime.Add(3 * time.Minute), SentAt: &exampleTime, DeliveredAt: ptr(exampleTime.Add(4 * time.Second))}

func (d *door) messages() {
	scope, tag := "messages", "Messages"
	handle(d, route{method: "GET", path: "/v1/messages", id: "listMessages", scope: scope, tag: tag, summary: "List messages", doc: "Newest first.",
		codes: phoneCodes, answer: list[Message]{Data: []Message{exampleMessage}}},
		func(ctx context.Context, c *caller, in *struct {
			Page
			Phone string `query:"phone" maxLength:"40" doc:"Only to this phone."`
		}) (*answer[list[Message]], error) {
			number, err := optionalPhone(in.Phone)
			if err != nil {
				return nil, err
			}
			rows, err := d.Messages.List(ctx, c.company, number, in.Cursor, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(m message.Message) string { return m.ID }, viewMessage), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/messages/{id}", id: "getMessage", scope: scope, tag: tag, summary: "Read a message",
		doc: "The texts of codes are never shown.", codes: []code{missing}, answer: exampleMessage},
		func(ctx context.Context, c *caller, in *IDInput) (*answer[Message], error) {
			m, err := d.Messages.Get(ctx, c.company, in.ID)
			if err != nil {
				return nil, err
			}
			return reply(viewMessage(m)), nil
		}, nil)
}
