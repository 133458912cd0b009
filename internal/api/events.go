package api

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/phone"
	"github.com/onay/onay/internal/verification"
)

// Event is one thing that happened to one object.
type Event struct {
	Seq       int64           `json:"seq" doc:"Position in the log of the installation; grows, with gaps."`
	Kind      string          `json:"kind" doc:"object.verb"`
	ObjectID  string          `json:"object_id"`
	ObjectSeq int64           `json:"object_seq" doc:"1, 2, 3… for each object: no gap means that nothing was missed."`
	Actor     string          `json:"actor" doc:"key_…, usr_… or system"`
	Reason    string          `json:"reason,omitempty" doc:"Why, in words for a person."`
	Data      json.RawMessage `json:"data"`
	At        time.Time       `json:"at"`
}

func viewEvent(e audit.Event) Event {
	return Event{Seq: e.Seq, Kind: e.Kind, ObjectID: e.ObjectID, ObjectSeq: e.ObjectSeq, Actor: e.Actor, Reason: e.Reason, Data: json.RawMessage(e.Data), At: e.At}
}

// feed is a page of the feed: unlike other lists it always has a next cursor, since more is to come.
type feed struct {
	Data       []Event `json:"data" nullable:"false"`
	NextCursor string  `json:"next_cursor" doc:"Give it as after the next time; also when data is empty."`
}

// PhoneState tells whether a phone was verified.
type PhoneState struct {
	Phone          string     `json:"phone"`
	Verified       bool       `json:"verified"`
	VerifiedAt     *time.Time `json:"verified_at"`
	Purpose        string     `json:"purpose,omitempty" doc:"verify_phone: the phone is theirs. It says nothing about consent to messages."`
	VerificationID string     `json:"verification_id,omitempty"`
	CustomerID     string     `json:"customer_id,omitempty"`
}

var (
	exampleEvent = Event{Seq: 1042, Kind: "verification.approved", ObjectID: exampleVerification.ID, ObjectSeq: 2, Actor: "key_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21",
		Reason: "İYS Doğrulaması Başarılı", Data: json.RawMessage(`{"phone":"+905551112233","attempts":1,"attempts_left":2,"purpose":"verify_phone"}`), At: exampleTime}
	badCursor = code{"invalid_cursor", 422}
)

// position reads a cursor of the log.
func position(field, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.Field(field, "invalid_cursor", "İmleç geçersiz.", "The cursor is not valid.")
	}
	return n, nil
}

func (d *door) events() {
	handle(d, route{method: "GET", path: "/v1/events", id: "listEvents", scope: "events", tag: "Events", summary: "Catch up with what happened",
		doc:   "Everything that happened to the company's objects, oldest first, from `after` on. An event shows within about a second; nothing can appear later before one that was shown. Keep `next_cursor` and ask again.",
		codes: []code{badCursor}, answer: feed{Data: []Event{exampleEvent}, NextCursor: "1042"}},
		func(ctx context.Context, c *caller, in *struct {
			After string `query:"after" maxLength:"20" doc:"next_cursor of the answer before; empty: from the beginning."`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		}) (*answer[feed], error) {
			after, err := position("after", in.After)
			if err != nil {
				return nil, err
			}
			rows, err := d.Log.Feed(ctx, c.company, after, in.Limit)
			if err != nil {
				return nil, err
			}
			out := feed{Data: make([]Event, 0, len(rows))}
			for _, e := range rows {
				after = e.Seq
				out.Data = append(out.Data, viewEvent(e))
			}
			out.NextCursor = strconv.FormatInt(after, 10)
			return reply(out), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/audit-events", id: "listAuditEvents", scope: "events", tag: "Events", summary: "Search the audit log", doc: "Newest first.",
		codes: []code{badCursor}, answer: list[Event]{Data: []Event{exampleEvent}}},
		func(ctx context.Context, c *caller, in *struct {
			Page
			ObjectID string `query:"object_id" maxLength:"80" doc:"Only of this object."`
			Kind     string `query:"kind" maxLength:"80" doc:"A whole kind, or its beginning with a dot: verification."`
			Actor    string `query:"actor" maxLength:"80" doc:"Only by this key or user."`
		}) (*answer[list[Event]], error) {
			before, err := position("cursor", in.Cursor)
			if err != nil {
				return nil, err
			}
			rows, err := d.Log.List(ctx, audit.Filter{CompanyID: c.company, ObjectID: in.ObjectID, Kind: in.Kind, Actor: in.Actor, Before: before, Limit: in.Limit + 1})
			if err != nil {
				return nil, err
			}
			return paged(rows, in.Limit, func(e audit.Event) string { return strconv.FormatInt(e.Seq, 10) }, viewEvent), nil
		}, nil)
	handle(d, route{method: "GET", path: "/v1/phones/{phone}", id: "getPhone", scope: "verifications", tag: "Verifications", summary: "Is a phone verified?",
		doc: "Tells the newest approved verification of purpose verify_phone, whoever's it was.", codes: phoneCodes,
		answer: PhoneState{Phone: "+905551112233", Verified: true, VerifiedAt: &exampleTime, Purpose: "verify_phone", VerificationID: exampleVerification.ID}},
		func(ctx context.Context, c *caller, in *struct {
			Phone string `path:"phone" maxLength:"40"`
		}) (*answer[PhoneState], error) {
			number, _, err := phone.Parse(in.Phone)
			if err != nil {
				return nil, err
			}
			out := PhoneState{Phone: number}
			rows, err := d.Verifications.List(ctx, c.company, number, verification.Approved, "", 200)
			if err != nil {
				return nil, err
			}
			for _, v := range rows {
				if v.Purpose == verification.VerifyPhone && (out.VerifiedAt == nil || v.EndedAt.After(*out.VerifiedAt)) {
					out = PhoneState{Phone: number, Verified: true, VerifiedAt: when(v.EndedAt), Purpose: string(v.Purpose), VerificationID: v.ID, CustomerID: v.CustomerID}
				}
			}
			return reply(out), nil
		}, nil)
}
