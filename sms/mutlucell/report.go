package mutlucell

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/internal/house"
)

// Reports asks for all rows of these packages. A package that is not due (see
// FirstReport and ReportEvery) is not asked for and gives no rows, as if it
// were not known: ask again later. Rows read before a failure are given back
// beside the error.
func (c *Client) Reports(ctx context.Context, ids []string) ([]sms.Report, error) {
	var reports []sms.Report
	for _, list := range ids {
		for _, id := range (sms.Accepted{ProviderID: list}).IDs() {
			if !c.asked.due(id, c.cfg.Now()) {
				continue
			}
			rows, err := c.report(ctx, id)
			if err != nil {
				return reports, err
			}
			reports = append(reports, rows...)
		}
	}
	return reports, nil
}

func (c *Client) report(ctx context.Context, id string) ([]sms.Report, error) {
	body := append(house.Attr(c.login([]byte(prolog+"<smsrapor")), "id", id), "/>"...)
	k, r, text, err := c.call(ctx, "report", true, "gtblkrprtex", body)
	if err != nil {
		return nil, err
	}
	rows, ok := parseReport(id, text)
	if !ok {
		return nil, c.caller.Unreadable(k, r)
	}
	return rows, nil
}

// parseReport reads lines "number state". An empty text is no rows; it reports
// false when no line of a text is one.
func parseReport(id, text string) ([]sms.Report, bool) {
	var out []sms.Report
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 || len(f[0]) < 7 || strings.Trim(f[0], "+0123456789") != "" || strings.Trim(f[1], "0123456789") != "" {
			continue
		}
		state := fateOf(f[1])
		rep := sms.Report{ProviderID: id, To: sms.E164(f[0]), Code: f[1], Reason: state.reason}
		rep.Status, rep.Final = state.report()
		out = append(out, rep)
	}
	return out, len(out) > 0 || text == ""
}

// askedTimes remembers from when on a package may be asked for, in bounded
// memory: two generations, of which the older is dropped when the younger is
// full. What is forgotten may be asked for.
type askedTimes struct {
	mu         sync.Mutex
	young, old map[string]time.Time
}

const generation = 20_000

func (a *askedTimes) next(id string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set(id, at)
}

func (a *askedTimes) set(id string, at time.Time) {
	if a.young == nil || len(a.young) >= generation {
		a.old, a.young = a.young, map[string]time.Time{}
	}
	a.young[id] = at
}

// due reports whether the package may be asked for now, and if so notes that
// it is.
func (a *askedTimes) due(id string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, known := a.young[id]
	if !known {
		at, known = a.old[id]
	}
	if known && now.Before(at) {
		return false
	}
	a.set(id, now.Add(ReportEvery))
	return true
}
