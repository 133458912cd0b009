package mutlucell

import (
	"context"
	"strconv"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Balance asks for the credits left, one for each part of a message. It is a
// package of the name "SMS kredisi", whole credits only.
func (c *Client) Balance(ctx context.Context) (sms.Balance, error) {
	k, r, text, err := c.call(ctx, "balance", true, "gtcrdtex", append(c.login([]byte(prolog+"<smskredi")), "/>"...))
	if err != nil {
		return sms.Balance{}, err
	}
	n, ok := parseCredit(text)
	if !ok {
		return sms.Balance{}, c.caller.Unreadable(k, r)
	}
	return sms.Balance{Packages: []sms.Package{{Name: "SMS kredisi", Amount: n}}}, nil
}

// parseCredit reads "$1986.0".
func parseCredit(text string) (int, bool) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return 0, false
	}
	whole, _, _ := strings.Cut(strings.ReplaceAll(rest, ",", "."), ".")
	n, err := strconv.Atoi(strings.TrimSpace(whole))
	return n, err == nil
}

// Headers lists the approved senders. It is also the cheapest way to try a
// login.
func (c *Client) Headers(ctx context.Context) ([]string, error) {
	_, _, text, err := c.call(ctx, "headers", true, "gtorgex", append(c.login([]byte(prolog+"<smsorig")), "/>"...))
	if err != nil {
		return nil, err
	}
	return parseHeaders(text), nil
}

// parseHeaders reads names divided by tabs; names may have blanks.
func parseHeaders(text string) []string {
	var out []string
	for _, name := range strings.FieldsFunc(strings.TrimPrefix(text, "$"), func(r rune) bool { return r == '\t' || r == '\n' || r == '\r' }) {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// Cancel withdraws a scheduled package.
func (c *Client) Cancel(ctx context.Context, id string) error {
	_, _, _, err := c.call(ctx, "cancel", true, "cnclblkex", append(house.Attr(c.login([]byte(prolog+"<smsiptal")), "id", id), "/>"...))
	return err
}
