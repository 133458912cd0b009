package iletimerkezi

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Balance asks for lira and SMS; an account works with one of them, and the
// other is 0.
func (c *Client) Balance(ctx context.Context) (sms.Balance, error) {
	k := house.Call{Name: "balance", Asks: true}
	res, err := c.call(ctx, k, "get-balance", requestBody{})
	if err != nil {
		return sms.Balance{}, err
	}
	amount := strings.ReplaceAll(strings.TrimSpace(res.amount), ",", ".")
	if _, err := strconv.ParseFloat(amount, 64); err != nil && res.sms == "" {
		return sms.Balance{}, c.caller.Fail(k, sms.KindRefused, "the answer has no balance", nil)
	}
	b := sms.Balance{Credit: amount}
	if n, err := strconv.Atoi(res.sms); err == nil {
		b.Packages = []sms.Package{{Name: "SMS", Amount: n}}
	}
	return b, nil
}

// Headers lists the approved senders. It is also the cheapest way to try a
// login.
func (c *Client) Headers(ctx context.Context) ([]string, error) {
	res, err := c.call(ctx, house.Call{Name: "headers", Asks: true}, "get-sender", requestBody{})
	return res.senders, err
}

// Cancel withdraws a scheduled order. It fails with code 455 when the order is
// not known or its sending has begun.
func (c *Client) Cancel(ctx context.Context, id string) error {
	_, err := c.call(ctx, house.Call{Name: "cancel", Asks: true}, "cancel-order", requestBody{Order: orderQuery{ID: id}})
	var e *sms.Error
	if errors.As(err, &e) && e.Code == "455" {
		e.TextTR, e.TextEN = "sipariş bulunamadı ya da gönderimi başladı", "no such order, or its sending has begun"
	}
	return err
}
