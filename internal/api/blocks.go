package api

import (
	"context"
	"time"

	"github.com/onay/onay/internal/verification"
)

// NumberBlock is a number block to which no codes go for a while.
type NumberBlock struct {
	ID        string     `json:"id"`
	Prefix    string     `json:"prefix"`
	Reason    string     `json:"reason" doc:"In Turkish, with the figures."`
	Starts    int        `json:"starts"`
	Approvals int        `json:"approvals"`
	Shadow    bool       `json:"shadow" doc:"Told, not enforced."`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	LiftedAt  *time.Time `json:"lifted_at,omitempty"`
	LiftedBy  string     `json:"lifted_by,omitempty"`
}

// SafeEntry is a number, or the beginning of numbers, that limits and blocks leave alone.
type SafeEntry struct {
	Prefix    string    `json:"prefix"`
	Note      string    `json:"note,omitempty"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

// NewSafeEntry is an entry to add.
type NewSafeEntry struct {
	Prefix string `json:"prefix" maxLength:"40" doc:"A number, or the beginning of one with + and at least 5 digits."`
	Note   string `json:"note,omitempty" maxLength:"200"`
}

// Conversion is how many codes of a number block came back within the last hour.
type Conversion struct {
	Prefix    string `json:"prefix"`
	Starts    int    `json:"starts"`
	Approvals int    `json:"approvals"`
	Percent   int    `json:"percent"`
}

func viewBlock(b verification.Block) NumberBlock {
	return NumberBlock{ID: b.ID, Prefix: b.Prefix, Reason: b.Reason, Starts: b.Starts, Approvals: b.Approvals, Shadow: b.Shadow, CreatedAt: b.CreatedAt, ExpiresAt: b.ExpiresAt,
		LiftedAt: when(b.LiftedAt), LiftedBy: b.LiftedBy}
}

func viewSafe(e verification.SafeEntry) SafeEntry {
	return SafeEntry{Prefix: e.Prefix, Note: e.Note, CreatedBy: e.CreatedBy, CreatedAt: e.CreatedAt}
}

func viewConversion(c verification.Conversion) Conversion {
	return Conversion{c.Prefix, c.Starts, c.Approvals, c.Percent()}
}

func (d *door) blocks() {
	scope, tag := "settings", "Abuse"
	handle(d, route{method: "GET", path: "/v1/number-blocks", id: "listNumberBlocks", scope: scope, tag: tag, summary: "List blocked number blocks", doc: "Newest first.",
		answer: list[NumberBlock]{Data: []NumberBlock{{ID: "blk_01936c2e-7f7a-7c2b-9d56-3b0f6b0a7e21", Prefix: "+9055511", Reason: "son bir saatte 40 koddan 2 tanesi girildi (%5).", Starts: 40, Approvals: 2,
			CreatedAt: exampleTime, ExpiresAt: exampleTime.Add(10 * time.Minute)}}}},
		func(ctx context.Context, c *caller, in *struct {
			Active bool `query:"active" default:"true" doc:"Only those that hold now."`
		}) (*answer[list[NumberBlock]], error) {
			rows, err := d.Verifications.Blocks(ctx, c.company, in.Active)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewBlock), nil
		}, nil)
	handle(d, route{method: "DELETE", path: "/v1/number-blocks/{id}", id: "liftNumberBlock", scope: scope, tag: tag, status: 204, summary: "Lift a block",
		doc: "It is not put up again for an hour.", codes: []code{missing}},
		func(ctx context.Context, c *caller, in *struct {
			IDInput
			Reason string `query:"reason" maxLength:"200" doc:"Why, for the log."`
		}) (*none, error) {
			return done(d.Verifications.LiftBlock(ctx, c.company, in.ID, in.Reason))
		}, nil)
	handle(d, route{method: "GET", path: "/v1/safe-list", id: "listSafe", scope: scope, tag: tag, summary: "List the safe list", doc: "Numbers that limits and blocks leave alone; the lockout holds for them too.",
		answer: list[SafeEntry]{Data: []SafeEntry{{Prefix: "+905551112233", Note: "mağaza telefonu", CreatedBy: exampleKey.ID, CreatedAt: exampleTime}}}},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[list[SafeEntry]], error) {
			rows, err := d.Verifications.SafeList(ctx, c.company)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewSafe), nil
		}, nil)
	handle(d, route{method: "POST", path: "/v1/safe-list", id: "addSafe", scope: scope, tag: tag, status: 204, summary: "Put a number on the safe list", doc: "Or the beginning of numbers.",
		codes: []code{{"invalid_prefix", 422}, {"too_long", 422}, {"already_safe", 409}}, body: NewSafeEntry{"+905551112233", "mağaza telefonu"}},
		func(ctx context.Context, c *caller, in *struct{ Body NewSafeEntry }) (*none, error) {
			return done(d.Verifications.AddSafe(ctx, c.company, in.Body.Prefix, in.Body.Note))
		}, nil)
	handle(d, route{method: "DELETE", path: "/v1/safe-list/{prefix}", id: "removeSafe", scope: scope, tag: tag, status: 204, summary: "Take a number off the safe list", doc: "As it stands in the list.", codes: []code{missing}},
		func(ctx context.Context, c *caller, in *struct {
			Prefix string `path:"prefix" maxLength:"40"`
		}) (*none, error) {
			return done(d.Verifications.RemoveSafe(ctx, c.company, in.Prefix))
		}, nil)
	handle(d, route{method: "GET", path: "/v1/stats/conversion", id: "getConversion", scope: scope, tag: tag, summary: "Codes typed back, by number block", doc: "Of the last hour, most starts first.",
		answer: list[Conversion]{Data: []Conversion{{"+9055511", 40, 36, 90}}}},
		func(ctx context.Context, c *caller, _ *struct{}) (*answer[list[Conversion]], error) {
			rows, err := d.Verifications.Conversions(ctx, c.company)
			if err != nil {
				return nil, err
			}
			return whole(rows, viewConversion), nil
		}, nil)
}
