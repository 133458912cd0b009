package netgsm

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onay/onay/sms"
)

// MaxInboxRange is the longest range of one question.
const MaxInboxRange = 30 * 24 * time.Hour

// Inbox lists what phones sent to the subscriber number between two instants,
// both given: a question without dates would show every message only once.
//
// REST v2 gives no id: compare sender, receiver, second and text. The XML
// transport does. Seconds differ between interfaces, so a pushed message is
// found again by its id, or by sender and text within two minutes.
func (c *Client) Inbox(ctx context.Context, from, to time.Time) ([]sms.Inbound, error) {
	if from.IsZero() || to.Before(from) || to.Sub(from) > MaxInboxRange {
		return nil, refused(sms.KindParameters, "inbox: the range must be given and have at most 30 days")
	}
	if c.cfg.Transport == TransportXML {
		return c.receive(ctx, from, to)
	}
	r, err := c.call(ctx, epInbox, http.MethodGet, c.inboxURL(from, to), c.rest, nil)
	if err != nil {
		return nil, err
	}
	if _, err := epInbox.judge(r); err != nil {
		if isNone(err, "40") {
			return nil, nil
		}
		return nil, err
	}
	return parseInbox(r.body)
}

func (c *Client) inboxURL(from, to time.Time) *url.URL {
	u := c.url("/sms/rest/v2/inbox")
	u.RawQuery = "startdate=" + wireTime(from, layoutInbox) + "&stopdate=" + wireTime(to, layoutInbox)
	if c.cfg.AppName != "" {
		u.RawQuery += "&appname=" + url.QueryEscape(c.cfg.AppName)
	}
	return u
}

func parseInbox(body []byte) ([]sms.Inbound, error) {
	var j struct {
		Messages []struct{ Message, Sender, Receiver, DateTime flex }
	}
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &j); err != nil {
		return nil, epInbox.fail(sms.KindRefused, "the list cannot be read", err)
	}
	var list []sms.Inbound
	for _, m := range j.Messages {
		list = append(list, newInbound("", string(m.Sender), string(m.Receiver), string(m.Message), string(m.DateTime)))
	}
	return list, nil
}

func newInbound(id, from, to, text, at string) sms.Inbound {
	return sms.Inbound{
		ID: strings.TrimSpace(id), From: sms.E164(strings.TrimSpace(from)), To: strings.TrimSpace(to),
		// Some interfaces add blanks that nobody typed.
		Text: strings.TrimSpace(text), Raw: text,
		At: readTime(at),
	}
}

// receive asks the older interface.
func (c *Client) receive(ctx context.Context, from, to time.Time) ([]sms.Inbound, error) {
	r, err := c.call(ctx, epInbox, http.MethodPost, c.url("/sms/receive"), c.plainXML, c.receiveXML(from, to))
	if err != nil {
		return nil, err
	}
	list, code := parseReceive(r.body)
	switch {
	case code == "40":
		return nil, nil
	case code == "" && r.status < 300 && len(list) > 0:
		return list, nil
	}
	_, err = epInbox.judge(r)
	return nil, err
}

// parseReceive reads rows "phone | text | date | id" divided by <br>. The text
// may itself hold " | ", so the ends are cut off first. A body of two or three
// digits is a code. The octets are ISO-8859-9 unless they are valid UTF-8.
func parseReceive(body []byte) (list []sms.Inbound, code string) {
	text := strings.TrimSpace(latin5(body))
	if digits(text, 2, 3) {
		return nil, text
	}
	for _, line := range splitBreaks(text) {
		from, rest, ok := strings.Cut(line, " | ")
		if !ok || !digits(strings.TrimPrefix(strings.TrimSpace(from), "+"), 3, 20) {
			continue
		}
		id := ""
		// With type 1 the last field is an id of digits, otherwise the date.
		if i := strings.LastIndex(rest, " | "); i >= 0 && digits(strings.TrimSpace(rest[i+3:]), 1, 40) {
			id, rest = rest[i+3:], rest[:i]
		}
		i := strings.LastIndex(rest, " | ")
		if i < 0 || readTime(rest[i+3:]).IsZero() {
			continue
		}
		list = append(list, newInbound(id, from, "", rest[:i], rest[i+3:]))
	}
	return list, ""
}
