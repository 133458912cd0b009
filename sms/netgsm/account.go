package netgsm

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sms"
)

// Cancel withdraws a scheduled task. It fails with code 60 when the task is
// not known or has begun.
func (c *Client) Cancel(ctx context.Context, id string) error {
	dst := member([]byte{'{'}, "jobid", id)
	if c.cfg.AppName != "" {
		dst = member(dst, "appname", c.cfg.AppName)
	}
	r, err := c.call(ctx, epCancel, http.MethodPost, c.url("/sms/rest/v2/cancel"), c.rest, append(dst, '}'))
	if err != nil {
		return err
	}
	_, err = epCancel.judge(r)
	return err
}

// CancelScheduled withdraws a task by the older interface, which wants the
// times it was scheduled with.
func (c *Client) CancelScheduled(ctx context.Context, id string, start, stop time.Time) error {
	body := c.cancelXML(id, wireTime(start, layoutSend), wireTime(stop, layoutSend))
	r, err := c.call(ctx, epCancel, http.MethodPost, c.url("/sms/edit"), c.plainXML, body)
	if err != nil {
		return err
	}
	_, err = epCancel.judge(r)
	return err
}

// Headers lists the approved sender headers. It is also the cheapest way to
// try a login.
func (c *Client) Headers(ctx context.Context) ([]string, error) {
	u := c.url("/sms/rest/v2/msgheader")
	if c.cfg.AppName != "" {
		u.RawQuery = url.Values{"appname": {c.cfg.AppName}}.Encode()
	}
	r, err := c.call(ctx, epHeaders, http.MethodGet, u, c.rest, nil)
	if err != nil {
		return nil, err
	}
	if _, err := epHeaders.judge(r); err != nil {
		if isNone(err, "70") {
			return nil, nil
		}
		return nil, err
	}
	return parseHeaders(r.body)
}

func parseHeaders(body []byte) ([]string, error) {
	var j struct{ MsgHeaders []string }
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &j); err != nil {
		return nil, epHeaders.fail(sms.KindRefused, "the list cannot be read", err)
	}
	return j.MsgHeaders, nil
}

// Balance asks for credit and packages, two questions. Neither there is not an
// error.
func (c *Client) Balance(ctx context.Context) (sms.Balance, error) {
	credit, err := c.balance(ctx, 2)
	if err != nil {
		return sms.Balance{}, err
	}
	packages, err := c.balance(ctx, 1)
	if err != nil {
		return sms.Balance{}, err
	}
	credit.Packages = packages.Packages
	return credit, nil
}

// HasOTPPackage reports whether a package for code SMS is in the list.
// Without one every code SMS is refused with 60.
func HasOTPPackage(b sms.Balance) bool {
	for _, p := range b.Packages {
		if p.Amount > 0 && strings.Contains(strings.ToUpper(p.Name), "OTP") {
			return true
		}
	}
	return false
}

// balance asks one of the two; stip 1 packages, 2 credit.
func (c *Client) balance(ctx context.Context, stip int) (sms.Balance, error) {
	u, h, body := c.url("/balance"), c.json, c.balanceJSON(stip)
	if c.cfg.Transport == TransportXML {
		u, h, body = c.url("/balance/list/xml"), c.plainXML, c.creditXML(itoa(stip))
	}
	r, err := c.call(ctx, epBalance, http.MethodPost, u, h, body)
	if err != nil {
		return sms.Balance{}, err
	}
	// A package list has no code, so the lists are tried first.
	if r.status < 300 {
		if b, ok := parseBalance(r.body); ok {
			return b, nil
		}
	}
	if _, err := epBalance.judge(r); err != nil && !isNone(err, "40") && !isNone(err, "60") {
		return sms.Balance{}, err
	}
	return sms.Balance{}, nil
}

func (c *Client) balanceJSON(stip int) []byte {
	dst := member([]byte{'{'}, "usercode", c.cfg.Usercode)
	dst = member(dst, "password", c.cfg.Password)
	dst = append(dst, `,"stip":`...)
	return append(strconv.AppendInt(dst, int64(stip), 10), '}')
}

// parseBalance reads the JSON forms, and the text forms "00 39,000" and
// "953 | Adet OTP Sms | <BR>…". It reports false for a refusal and for what it
// cannot read.
func parseBalance(body []byte) (sms.Balance, bool) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(body) > 0 && body[0] == '{' {
		return parseBalanceJSON(body)
	}
	text := latin5(body)
	if code, amount, ok := strings.Cut(text, " "); ok && code == "00" && isDecimal(amount) {
		return sms.Balance{Credit: decimal(amount)}, true
	}
	var b sms.Balance
	for _, line := range splitBreaks(text) {
		f := strings.Split(line, "|")
		n, err := strconv.Atoi(strings.TrimSpace(f[0]))
		if err != nil || len(f) < 2 {
			continue
		}
		name := strings.Join(strings.Fields(strings.Join(f[1:], " ")), " ")
		b.Packages = append(b.Packages, sms.Package{Name: name, Amount: n})
	}
	return b, len(b.Packages) > 0
}

func parseBalanceJSON(body []byte) (sms.Balance, bool) {
	var j struct {
		Code    flex
		Balance json.RawMessage
	}
	if err := json.Unmarshal(body, &j); err != nil || j.Code != "" && j.Code != "00" && j.Code != "0" {
		return sms.Balance{}, false
	}
	var rows []struct {
		Amount flex
		Name   flex `json:"balance_name"`
	}
	if err := json.Unmarshal(j.Balance, &rows); err == nil && rows != nil {
		var b sms.Balance
		for _, r := range rows {
			n, err := strconv.Atoi(string(r.Amount))
			if err != nil {
				continue
			}
			b.Packages = append(b.Packages, sms.Package{Name: strings.TrimSpace(string(r.Name)), Amount: n})
		}
		return b, true
	}
	var credit flex
	if err := json.Unmarshal(j.Balance, &credit); err != nil || !isDecimal(string(credit)) {
		return sms.Balance{}, false
	}
	return sms.Balance{Credit: decimal(string(credit))}, true
}

func isDecimal(s string) bool {
	s = strings.TrimPrefix(strings.TrimSpace(s), "-")
	return s != "" && strings.Trim(s, "0123456789.,") == "" && strings.Trim(s, ".,") != ""
}

// decimal writes "57,860" as "57.860": the comma is the decimal sign.
func decimal(s string) string {
	s = strings.TrimSpace(s)
	if strings.Contains(s, ",") {
		s = strings.ReplaceAll(s, ".", "")
	}
	return strings.ReplaceAll(s, ",", ".")
}

// Size is Netgsm's own count of a text, the operator's code not counted in.
type Size struct {
	Parts      int
	Used       int // characters, by Netgsm's rules
	Left       int // until the largest message
	LeftInPart int // until one more part is needed
}

// Sendable reports whether a text of that size is taken: 6 parts at most.
func (s Size) Sendable() bool { return s.Parts >= 1 && s.Parts <= 6 }

// Total is the capacity of the largest message.
func (s Size) Total() int { return s.Used + s.Left }

// PerPart is the capacity of each part of a message of that many parts.
func (s Size) PerPart() int {
	if s.Parts < 1 {
		return 0
	}
	return (s.Used + s.LeftInPart) / s.Parts
}

// Length asks Netgsm to count a text; enc as in Bulk.Encoding.
func (c *Client) Length(ctx context.Context, text, enc string) (Size, error) {
	r, err := c.call(ctx, epLength, http.MethodPost, c.url("/sms/rest/v2/length"), c.rest, lengthJSON(text, enc))
	if err != nil {
		return Size{}, err
	}
	if s, ok := parseSize(r.body); ok && r.status < 300 {
		return s, nil
	}
	if _, err := epLength.judge(r); err != nil {
		return Size{}, err
	}
	return Size{}, epLength.fail(sms.KindRefused, "the answer has no parts", nil)
}

func lengthJSON(text, enc string) []byte {
	n := "0"
	switch enc {
	case EncodingTR:
		n = "11"
	case EncodingUnicode:
		n = "1"
	}
	dst := member([]byte{'{'}, "context", text)
	return append(dst, `,"encoding":`+n+`,"customHeader":true}`...)
}

func parseSize(body []byte) (Size, bool) {
	var j struct {
		Parts                                        flex
		CharsUsed, CharsLeft, CharsLeftUntilNextPart flex
	}
	if err := json.Unmarshal(body, &j); err != nil {
		return Size{}, false
	}
	num := func(f flex) int {
		n, err := strconv.Atoi(string(f))
		if err != nil || n < 0 || n > 1<<20 {
			return 0
		}
		return n
	}
	s := Size{num(j.Parts), num(j.CharsUsed), num(j.CharsLeft), num(j.CharsLeftUntilNextPart)}
	return s, s.Parts > 0
}
