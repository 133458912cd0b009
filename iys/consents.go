package iys

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Registration proves that İYS holds a movement.
type Registration struct {
	TransactionID string // 64 lower-case hex characters
	CreatedAt     time.Time
}

// Add writes one decision and waits for the verdict. It is validated first
// ([Faults], nothing is sent).
//
// The error is an [*Error]; look at its Outcome. [AlreadySatisfied] is the
// answer to a RET that stands already or that İYS cannot hold (H175): the local
// suppression must stay. After an ambiguous failure repeat the same consent.
func (c *Client) Add(ctx context.Context, brand int64, consent Consent) (Registration, error) {
	if err := consent.Validate(c.cfg.Now(), c.cfg.Calendar); err != nil {
		return Registration{}, err
	}
	op := call{name: "add", write: true, sent: consent.Status}
	r, err := c.do(ctx, op, http.MethodPost, c.writePath(brand)+"/consents", consent.wire(), 200)
	if err != nil {
		return Registration{}, err
	}
	var w struct {
		TransactionID string `json:"transactionId"`
		CreationDate  moment `json:"creationDate"`
	}
	if err := op.decode(r, &w); err != nil {
		return Registration{}, err
	}
	if w.TransactionID == "" {
		return Registration{}, op.unreadable(r)
	}
	return Registration{w.TransactionID, w.CreationDate.Time}, nil
}

// Pauses and lives of a batch.
const (
	BatchWait = 300 * time.Second   // no sooner is a result asked for
	BatchLife = 60 * 24 * time.Hour // later results are forgotten
)

// Batch is a list that was taken. Nothing in it is registered yet.
type Batch struct {
	RequestID string // 36 characters
	// SubRequests has the ids of the elements in the order of the list; empty
	// where İYS gave none.
	SubRequests []string
	NotBefore   time.Time // when to ask for the result
	Expires     time.Time // when the result is forgotten: use status queries then
}

// AddBatch hands over 1 to 1000 decisions, at most one for each record. One bad
// element makes İYS refuse the whole list; [Error.Indexes] or [Faults.Indexes]
// name the bad ones, and the rest may be sent again. Keep the list as it was
// sent: results come by position.
func (c *Client) AddBatch(ctx context.Context, brand int64, list []Consent) (Batch, error) {
	if err := ValidateBatch(list, c.cfg.Now(), c.cfg.Calendar); err != nil {
		return Batch{}, err
	}
	body := make([]consentWire, len(list))
	for i, v := range list {
		body[i] = v.wire()
	}
	op := call{name: "add batch", write: true}
	r, err := c.do(ctx, op, http.MethodPost, c.writePath(brand)+"/consents/request", body, 202, 200)
	if err != nil {
		return Batch{}, err
	}
	id, subs, ok := readBatch(r.body, len(list))
	if !ok {
		return Batch{}, op.unreadable(r)
	}
	now := c.cfg.Now()
	return Batch{id, subs, now.Add(BatchWait), now.Add(BatchLife)}, nil
}

func readBatch(body []byte, n int) (id string, subs []string, ok bool) {
	var w struct {
		RequestID string `json:"requestId"`
		// ViA wraps its id.
		Message     json.RawMessage `json:"message"`
		SubRequests []struct {
			ID string `json:"subRequestId"` // matched in any case
		} `json:"subRequests"`
	}
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &w) != nil {
		return "", nil, false
	}
	if w.RequestID == "" {
		var m struct {
			RequestID string `json:"requestId"`
		}
		_ = json.Unmarshal(w.Message, &m)
		w.RequestID = m.RequestID
	}
	if len(w.SubRequests) == n {
		for _, s := range w.SubRequests {
			subs = append(subs, s.ID)
		}
	}
	return w.RequestID, subs, w.RequestID != ""
}

// ItemState is where an element of a batch stands.
type ItemState string

// The states.
const (
	ItemRegistered ItemState = "registered" // the only proof
	ItemFailed     ItemState = "failed"
	ItemPending    ItemState = "pending"
)

// Item is the result of one element.
type Item struct {
	Index         int // position in the submitted list
	SubRequest    string
	State         ItemState
	TransactionID string // with ItemRegistered
	CreatedAt     time.Time
	Code          string // with ItemFailed
	Message       string
	// DuplicateOf is the earlier request that registered the same data; that is
	// the one to keep as the origin.
	DuplicateOf string
}

// Failure gives the error of a failed element whose decision was sent, and nil
// for others. As with Add, a RET with H174 or H175 is AlreadySatisfied.
func (i Item) Failure(sent Status) *Error {
	if i.State != ItemFailed {
		return nil
	}
	op := call{name: "add batch", sent: sent}
	f := Fault{Code: i.Code, Message: i.Message, Index: i.Index}
	return &Error{Call: op.name, Outcome: op.one(i.Code, 400), Code: i.Code, Message: i.Message, Faults: []Fault{f}}
}

// BatchResult is what is known of a batch.
type BatchResult struct {
	// Pending is true while any element has no verdict, and for the empty
	// answer that comes too soon: ask again.
	Pending bool
	Items   []Item // by index, ascending; elements without a row are missing
}

// ByIndex gives the items by their position in the submitted list.
func (b BatchResult) ByIndex() map[int]Item {
	m := make(map[int]Item, len(b.Items))
	for _, i := range b.Items {
		m[i.Index] = i
	}
	return m
}

// BatchResult asks for the verdicts, not before Batch.NotBefore.
func (c *Client) BatchResult(ctx context.Context, brand int64, requestID string) (BatchResult, error) {
	op := call{name: "batch result"}
	r, err := c.do(ctx, op, http.MethodGet, c.writePath(brand)+"/consents/request/"+url.PathEscape(requestID), nil, 200)
	if err != nil {
		return BatchResult{}, err
	}
	b, ok := readBatchResult(r.body)
	if !ok {
		return BatchResult{}, op.unreadable(r)
	}
	return b, nil
}

func readBatchResult(body []byte) (BatchResult, bool) {
	var rows []struct {
		Index         *number                    `json:"index"`
		SubRequest    string                     `json:"subRequestId"` // subrequestId too: keys match in any case
		Status        string                     `json:"status"`
		TransactionID string                     `json:"transactionId"`
		CreationDate  moment                     `json:"creationDate"`
		Error         map[string]json.RawMessage `json:"error"`
		Original      struct {
			RequestID string `json:"requestId"`
		} `json:"originalRequestInformation"`
	}
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &rows) != nil {
		return BatchResult{}, false
	}
	b := BatchResult{Pending: len(rows) == 0, Items: []Item{}}
	for _, w := range rows {
		if w.Index == nil || *w.Index < 0 || *w.Index >= MaxBatch {
			return BatchResult{}, false // without its place a verdict would hit another person
		}
		i := Item{Index: int(*w.Index), SubRequest: w.SubRequest, State: ItemPending, DuplicateOf: w.Original.RequestID}
		switch {
		case w.Status == "success" && w.TransactionID != "":
			i.State, i.TransactionID, i.CreatedAt = ItemRegistered, w.TransactionID, w.CreationDate.Time
		case w.Status == "failure":
			f := readFault(w.Error)
			i.State, i.Code, i.Message = ItemFailed, f.Code, f.Message
		}
		b.Pending = b.Pending || i.State == ItemPending
		at := len(b.Items)
		for at > 0 && b.Items[at-1].Index > i.Index {
			at--
		}
		b.Items = append(b.Items, Item{})
		copy(b.Items[at+1:], b.Items[at:])
		b.Items[at] = i
	}
	return b, true
}

// Status asks for one record; found is false for an address that was never
// registered. İYS allows 1000 an hour: use BulkStatus before campaigns.
func (c *Client) Status(ctx context.Context, brand int64, q Query) (m Movement, found bool, err error) {
	if err := q.Validate(); err != nil {
		return m, false, err
	}
	op := call{name: "status"}
	r, err := c.do(ctx, op, http.MethodPost, c.brandPath(brand)+"/consents/status", queryWire(q), 200)
	if err != nil {
		// How İYS answers for an unknown address is not published; H001 and
		// H018 deny the merchant or the brand, not the record.
		if e, ok := err.(*Error); ok && e.HTTP == 404 && e.Code != "H001" && e.Code != "H018" && e.Code != "H355" && e.Message != "the answer cannot be read" {
			return m, false, nil
		}
		return m, false, err
	}
	var w movementWire
	if err := op.decode(r, &w); err != nil {
		return m, false, err
	}
	if w.Status == "" {
		return m, false, nil
	}
	return w.movement(brand), true, nil
}

// BulkStatus splits the addresses asked for. NotApproved are RET or were never
// registered: the answer cannot tell which.
type BulkStatus struct {
	RequestID             string
	Approved, NotApproved []string // in the order asked
}

// BulkStatus asks for 1 to 1000 addresses of one type, without repeats.
func (c *Client) BulkStatus(ctx context.Context, brand int64, t Type, rt RecipientType, recipients []string) (BulkStatus, error) {
	if err := validRecipients(t, rt, recipients); err != nil {
		return BulkStatus{}, err
	}
	op := call{name: "bulk status"}
	path := c.brandPath(brand) + "/consents/" + string(rt) + "/status/" + string(t)
	r, err := c.do(ctx, op, http.MethodPost, path, map[string][]string{"recipients": recipients}, 200)
	if err != nil {
		return BulkStatus{}, err
	}
	var w struct {
		RequestID string    `json:"requestId"`
		List      *[]string `json:"list"`
	}
	if err := op.decode(r, &w); err != nil {
		return BulkStatus{}, err
	}
	if w.List == nil {
		return BulkStatus{}, op.unreadable(r)
	}
	yes := make(map[string]bool, len(*w.List))
	for _, v := range *w.List {
		yes[lowerASCII(v)] = true
	}
	out := BulkStatus{RequestID: w.RequestID, Approved: []string{}, NotApproved: []string{}}
	for _, v := range recipients {
		if yes[lowerASCII(v)] {
			out.Approved = append(out.Approved, v)
		} else {
			out.NotApproved = append(out.NotApproved, v)
		}
	}
	return out, nil
}

// History gives the movements of one record, newest consentDate first, and how
// many there are. limit is 1 to 100 (0 means 100). İYS allows 100 calls an hour.
func (c *Client) History(ctx context.Context, brand int64, q Query, limit, offset int) (list []Movement, total int, err error) {
	if err := q.Validate(); err != nil {
		return nil, 0, err
	}
	if limit == 0 {
		limit = 100
	}
	if limit < 1 || limit > 100 {
		return nil, 0, Faults{fault("H186", strconv.Itoa(limit), "limit")}
	}
	if offset < 0 {
		return nil, 0, Faults{fault("H182", strconv.Itoa(offset), "offset")}
	}
	op := call{name: "history"}
	v := url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}}
	r, err := c.do(ctx, op, http.MethodPost, c.brandPath(brand)+"/consents/history?"+v.Encode(), queryWire(q), 200)
	if err != nil {
		return nil, 0, err
	}
	list, total, ok := readHistory(r.body, brand)
	if !ok {
		return nil, 0, op.unreadable(r)
	}
	return list, total, nil
}

// readHistory takes an empty string for an empty list, as declared.
func readHistory(body []byte, brand int64) ([]Movement, int, bool) {
	var w struct {
		List       json.RawMessage `json:"list"`
		Pagination json.RawMessage `json:"pagination"`
	}
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &w) != nil {
		return nil, 0, false
	}
	var rows []movementWire
	if json.Unmarshal(w.List, &rows) != nil && text(w.List) != "" {
		return nil, 0, false
	}
	var p struct {
		Total number `json:"totalCount"`
	}
	_ = json.Unmarshal(w.Pagination, &p)
	return movements(rows, brand), max(int(p.Total), len(rows)), true
}
