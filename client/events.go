package client

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// Event is one thing that happened to one object.
type Event struct {
	Seq       int64           `json:"seq"`
	Kind      string          `json:"kind"` // for example verification.approved
	ObjectID  string          `json:"object_id"`
	ObjectSeq int64           `json:"object_seq"` // 1, 2, 3… for each object: no gap means that nothing was missed
	Actor     string          `json:"actor"`
	Reason    string          `json:"reason,omitempty"`
	Data      json.RawMessage `json:"data"`
	At        time.Time       `json:"at"`
}

// Feed is a piece of the feed, oldest first.
type Feed struct {
	Data       []Event `json:"data"`
	NextCursor string  `json:"next_cursor"` // keep it; also given where Data is empty
}

// Events tells what happened. The key needs the scope "events".
type Events struct{ c *Client }

// List returns what happened after a cursor (empty: from the beginning), at most limit events (1 to 500; 0: 100).
func (s Events) List(ctx context.Context, after string, limit int) (f Feed, err error) {
	q := url.Values{}
	if after != "" {
		q.Set("after", after)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	err = s.c.call(ctx, "GET", "/v1/events", q, nil, &f)
	return f, err
}
