package iletimerkezi

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

const (
	// MaxReportPage is the largest page.
	MaxReportPage = 1000
	// maxPages bounds a server that never stops giving full pages.
	maxPages = 100
	// MaxSummaryRange is the longest range of Summaries.
	MaxSummaryRange = 10 * 24 * time.Hour
)

// Reports asks for all rows of these orders, one question for each thousand
// phones of each order. An order that is not known or not due gives no rows.
// Rows read before a failure are given back beside the error.
func (c *Client) Reports(ctx context.Context, ids []string) ([]sms.Report, error) {
	var reports []sms.Report
	asked := map[string]bool{}
	for _, list := range ids {
		for _, id := range (sms.Accepted{ProviderID: list}).IDs() {
			if asked[id] {
				continue
			}
			asked[id] = true
			for page := 1; page <= maxPages; page++ {
				rows, err := c.ReportPage(ctx, id, page)
				if err != nil {
					return reports, err
				}
				reports = append(reports, rows...)
				if len(rows) < MaxReportPage {
					break
				}
			}
		}
	}
	return reports, nil
}

// ReportPage asks for one page of an order, from 1.
func (c *Client) ReportPage(ctx context.Context, id string, page int) ([]sms.Report, error) {
	k := house.Call{Name: "report", Asks: true}
	res, err := c.call(ctx, k, "get-report", requestBody{Order: orderQuery{ID: id, Page: page, RowCount: MaxReportPage}})
	if errors.Is(err, &sms.Error{Code: "455"}) || errors.Is(err, &sms.Error{Code: "456"}) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if res.orderID != "" && res.orderID != id {
		return nil, c.caller.Fail(k, sms.KindRefused, "the answer is about another order", nil)
	}
	return res.reports(id), nil
}

// reports turns the rows of an order into reports. An order that could not be
// sent ends its rows too.
func (r response) reports(id string) []sms.Report {
	var out []sms.Report
	for _, row := range r.rows {
		rep := sms.Report{ProviderID: id, To: sms.E164(phone(row.Number)), Code: string(row.Status)}
		rep.Status, rep.Final, rep.Reason = status(rep.Code)
		if r.orderStatus == orderNotSent && !rep.Final {
			rep.Status, rep.Final, rep.Reason = sms.StatusFailed, true, "the order could not be sent"
		}
		out = append(out, rep)
	}
	return out
}

// Summary counts one order.
type Summary struct {
	ID                                     string
	State                                  string // running, completed, not_sent; empty if unknown
	Sender                                 string
	Total, Delivered, Undelivered, Waiting int
	SubmittedAt, SentAt                    time.Time
}

// Summaries lists the orders of the days from start to end, one page, from 1;
// at most MaxSummaryRange. total counts the orders of all pages.
func (c *Client) Summaries(ctx context.Context, start, end time.Time, page int) (list []Summary, total int, err error) {
	if start.IsZero() || end.Before(start) || end.Sub(start) > MaxSummaryRange {
		return nil, 0, c.caller.Refused(sms.KindParameters, "summaries: the range must be given and have at most 10 days")
	}
	res, err := c.call(ctx, house.Call{Name: "summaries", Asks: true}, "get-reports", requestBody{Filter: periodQuery{
		house.WireTime(start, layoutDay), house.WireTime(end, layoutDay), max(page, 1),
	}})
	if err != nil {
		return nil, 0, err
	}
	for _, o := range res.orders {
		list = append(list, Summary{
			ID: string(o.ID), State: orderState(string(o.Status)), Sender: string(o.Sender),
			Total: count(o.Total), Delivered: count(o.Delivered), Undelivered: count(o.Undelivered), Waiting: count(o.Waiting),
			SubmittedAt: house.ReadTime(string(o.SubmitAt), layoutRow), SentAt: house.ReadTime(string(o.SendAt), layoutRow),
		})
	}
	return list, count(house.Flex(res.count)), nil
}

func orderState(code string) string {
	return map[string]string{orderRunning: "running", orderDone: "completed", orderNotSent: "not_sent"}[code]
}

func count(f house.Flex) int {
	n, err := strconv.Atoi(string(f))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
