package iys

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Bounds of a pull.
const (
	// PullDelay: the newest movements are not listed for an hour.
	PullDelay = 60 * time.Minute
	// PullWindow is how far back it reaches. Who was away for longer has a hole
	// that only status queries fill.
	PullWindow = 7 * 24 * time.Hour
)

// Page is one answer of a pull, oldest movement first.
type Page struct {
	Movements []Movement
	// Cursor is what to ask with next; store it with the movements. It is the
	// cursor asked with when nothing was new.
	Cursor string
	More   bool // the page was full: ask again at once
}

// Pull lists the movements behind a cursor; "" begins at the start of the
// window. limit is 1 to 1000 (0 means 1000). Own writes appear on SideHS and
// are known by [Movement.Mark].
func (c *Client) Pull(ctx context.Context, brand int64, side Side, cursor string, limit int) (Page, error) {
	if limit == 0 {
		limit = MaxBatch
	}
	switch {
	case !side.Valid():
		return Page{}, Faults{fault("H506", string(side), "source")}
	case limit < 1 || limit > MaxBatch:
		return Page{}, Faults{fault("H507", strconv.Itoa(limit), "limit")}
	}
	op := call{name: "pull"}
	v := url.Values{"limit": {strconv.Itoa(limit)}, "source": {string(side)}}
	if cursor != "" {
		v.Set("after", cursor)
	}
	r, err := c.do(ctx, op, http.MethodGet, c.brandPath(brand)+"/consents/changes?"+v.Encode(), nil, 200, 204)
	if err != nil {
		return Page{}, err
	}
	if r.status == http.StatusNoContent {
		return Page{Cursor: cursor}, nil
	}
	var w struct {
		After string         `json:"after"`
		List  []movementWire `json:"list"`
	}
	if err := op.decode(r, &w); err != nil {
		return Page{}, err
	}
	p := Page{Movements: movements(w.List, brand), Cursor: w.After}
	if n := len(p.Movements); w.After == "" {
		p.Cursor = cursor
		if n > 0 {
			last := p.Movements[n-1]
			if last.CreatedAt.IsZero() || last.TransactionID == "" {
				return Page{}, op.unreadable(r)
			}
			p.Cursor = Cursor(last.CreatedAt, last.TransactionID)
		}
	}
	// A cursor that stands still would be asked for ever.
	p.More = len(p.Movements) >= limit && p.Cursor != cursor
	return p, nil
}

// PullAll pages until nothing is left and hands each page to store, which has
// to keep movements and cursor together. It gives the last cursor stored.
func (c *Client) PullAll(ctx context.Context, brand int64, side Side, cursor string, store func(Page) error) (string, error) {
	for {
		p, err := c.Pull(ctx, brand, side, cursor, 0)
		if err != nil {
			return cursor, err
		}
		if len(p.Movements) == 0 {
			return cursor, nil
		}
		if err := store(p); err != nil {
			return cursor, err
		}
		cursor = p.Cursor
		if !p.More {
			return cursor, nil
		}
	}
}
