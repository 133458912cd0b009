package mutlucell

import (
	"context"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Inbox lists what phones sent to Config.Subscriber between two instants, both
// given, to the minute. There are no ids: compare sender, text and minute.
func (c *Client) Inbox(ctx context.Context, from, to time.Time) ([]sms.Inbound, error) {
	if c.cfg.Subscriber == "" {
		return nil, c.caller.Refused(sms.KindParameters, "inbox: the subscriber number is not configured")
	}
	if from.IsZero() || to.Before(from) {
		return nil, c.caller.Refused(sms.KindParameters, "inbox: the range must be given")
	}
	x := house.Attr([]byte(prolog+"<increport"), "aboneno", c.cfg.Subscriber)
	x = house.Attr(x, "pwd", c.cfg.Password)
	x = house.Attr(x, "startdate", house.WireTime(from, layoutMinute))
	// The wire has no seconds: the last minute is meant whole.
	x = house.Attr(x, "enddate", house.WireTime(to.Add(time.Minute-time.Nanosecond), layoutMinute))
	k, r, text, err := c.call(ctx, "inbox", true, "gtincmngapi", append(x, "/>"...))
	if err != nil {
		return nil, err
	}
	list, ok := parseInbox(text, c.cfg.Subscriber)
	if !ok {
		return nil, c.caller.Unreadable(k, r)
	}
	return list, nil
}

// parseInbox reads lines "time TAB sender TAB text". A line without a time and
// a sender continues the text before it. An empty text is no messages; it
// reports false when a text begins with no message.
func parseInbox(text, to string) ([]sms.Inbound, bool) {
	var out []sms.Inbound
	for line := range strings.Lines(strings.TrimPrefix(text, "$")) {
		line = strings.TrimRight(line, "\r\n")
		f := strings.SplitN(line, "\t", 3)
		if len(f) == 3 {
			if at := readTime(f[0]); !at.IsZero() {
				out = append(out, sms.Inbound{From: sms.E164(strings.TrimSpace(f[1])), To: to, Raw: f[2], At: at})
				continue
			}
		}
		if len(out) == 0 {
			if strings.TrimSpace(line) == "" {
				continue
			}
			return nil, false
		}
		out[len(out)-1].Raw += "\n" + line
	}
	for i := range out {
		out[i].Text = strings.TrimSpace(out[i].Raw)
	}
	return out, true
}

func readTime(s string) time.Time {
	return house.ReadTime(s, "2006-01-02 15:04:05", layoutMinute, "2006-01-02 15:04:05.0", "02.01.2006 15:04:05", "02.01.2006 15:04", "02/01/2006 15:04:05", "02/01/2006 15:04")
}
