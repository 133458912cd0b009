package iys

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// dayHeader is the first line of a day's file.
const dayHeader = "creationDate,transactionId,recipient,recipientType,type,status,consentDate,source"

// DayFile writes the movements of a day as İYS does: sorted by registration and
// transaction id, comma, every line ended with \n. header is the first line;
// whether İYS hashes it too is not published, so compare both ways.
func DayFile(list []Movement, header bool) []byte {
	rows := make([][8]string, len(list))
	for i, m := range list {
		rows[i] = [8]string{
			FormatTime(m.CreatedAt), m.TransactionID, m.Recipient, string(m.Key().RecipientType), string(m.Type),
			string(m.Status), FormatTime(m.ConsentDate), string(m.Source),
		}
	}
	slices.SortStableFunc(rows, func(a, b [8]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	var b bytes.Buffer
	if header {
		b.WriteString(dayHeader + "\n")
	}
	for _, r := range rows {
		b.WriteString(strings.Join(r[:], ",") + "\n")
	}
	return b.Bytes()
}

// DayHash is SHA-384 in lower-case hex, 96 characters.
func DayHash(file []byte) string {
	s := sha512.Sum384(file)
	return hex.EncodeToString(s[:])
}

// ParseDayFile reads a day's file, with or without its header. Columns are
// found by their names when there is one.
func ParseDayFile(file []byte) ([]Movement, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	names := strings.Split(dayHeader, ",")
	out := []Movement{}
	for first := true; ; first = false {
		rec, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("iys: day file: %w", err)
		}
		if first && slices.Contains(rec, "transactionId") {
			names = rec
			continue
		}
		if len(rec) != len(names) {
			return nil, fmt.Errorf("iys: day file: row %d has %d columns and not %d", len(out)+1, len(rec), len(names))
		}
		at := map[string]string{}
		for i, n := range names {
			at[n] = rec[i]
		}
		m := Movement{
			TransactionID: at["transactionId"], Recipient: at["recipient"], RecipientType: RecipientType(at["recipientType"]),
			Type: Type(at["type"]), Status: Status(at["status"]), Source: Source(at["source"]),
		}
		if m.CreatedAt, err = ParseTime(at["creationDate"]); err != nil {
			return nil, fmt.Errorf("iys: day file: row %d: %w", len(out)+1, err)
		}
		if m.ConsentDate, err = ParseTime(at["consentDate"]); err != nil {
			return nil, fmt.Errorf("iys: day file: row %d: %w", len(out)+1, err)
		}
		out = append(out, m)
	}
}

// Agreement is the state of a day.
type Agreement struct {
	Status string // queued, inprogress, completed or error; empty when the day has none
	Hash   string // lower-case hex
	Agreed bool
}

func day(d time.Time) string { return d.In(Istanbul).Format(LayoutDate) }

// Agreement asks for the hash of a completed day, at most 7 days back.
func (c *Client) Agreement(ctx context.Context, brand int64, date time.Time) (Agreement, error) {
	op := call{name: "agreement"}
	r, err := c.do(ctx, op, http.MethodGet, c.brandPath(brand)+"/agreements/"+day(date), nil, 200, 204)
	if err != nil || r.status == 204 {
		return Agreement{}, err
	}
	var w struct {
		ProcessStatus, HashValue string
		AgreementStatus          bool
	}
	if err := op.decode(r, &w); err != nil {
		return Agreement{}, err
	}
	return Agreement{w.ProcessStatus, strings.ToLower(w.HashValue), w.AgreementStatus}, nil
}

// Agree accepts a day; it cannot be taken back.
func (c *Client) Agree(ctx context.Context, brand int64, date time.Time) error {
	_, err := c.do(ctx, call{name: "agree", write: true}, http.MethodPut, c.brandPath(brand)+"/agreements/"+day(date),
		map[string]bool{"agreementStatus": true}, 200, 204)
	return err
}

// DayFile downloads the movements of a day, of both sides; nil for a day
// without any. Fetch it daily: after 7 days it is gone.
func (c *Client) DayFile(ctx context.Context, brand int64, date time.Time) ([]byte, error) {
	r, err := c.do(ctx, call{name: "day file"}, http.MethodGet, c.brandPath(brand)+"/changes/"+day(date)+"/file", nil, 200, 204)
	if err != nil || r.status == 204 {
		return nil, err
	}
	return r.body, nil
}

// DayStamp downloads the time stamp (RFC 3161) over a day's file.
func (c *Client) DayStamp(ctx context.Context, brand int64, date time.Time) ([]byte, error) {
	r, err := c.do(ctx, call{name: "day stamp"}, http.MethodGet, c.brandPath(brand)+"/agreements/"+day(date)+"/timestamp", nil, 200, 204)
	if err != nil || r.status == 204 {
		return nil, err
	}
	return r.body, nil
}
