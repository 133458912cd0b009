package netgsm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sms"
)

const (
	// MaxReportIDs is the most ids in one question.
	MaxReportIDs = 50
	// MaxReportPage is the largest page.
	MaxReportPage = 100
	// maxPages bounds a server that never stops giving full pages.
	maxPages = 100
)

// ReportQuery asks for one page of reports.
type ReportQuery struct {
	IDs      []string  // at most MaxReportIDs
	From, To time.Time // of sending; zero leaves them out
	Page     int       // from 0
	Size     int       // 1 to MaxReportPage; 0 means MaxReportPage
}

// Reports asks for all rows of these ids, in questions of 50 ids and pages of
// 100 rows. Netgsm allows about 10 questions a minute and then answers with
// KindThrottled; rows read before that are given back beside the error.
//
// Ask after a minute, then ever more rarely, and give up after 72 hours.
func (c *Client) Reports(ctx context.Context, ids []string) ([]sms.Report, error) {
	var all []string
	for _, id := range ids {
		all = append(all, sms.Accepted{ProviderID: id}.IDs()...)
	}
	var reports []sms.Report
	for part := range slices.Chunk(all, MaxReportIDs) {
		if c.cfg.Transport == TransportXML {
			rows, err := c.legacyReports(ctx, part)
			if err != nil {
				return reports, err
			}
			reports = append(reports, rows...)
			continue
		}
		for page := range maxPages {
			rows, full, err := c.reportPage(ctx, ReportQuery{IDs: part, Page: page})
			if err != nil {
				return reports, err
			}
			reports = append(reports, rows...)
			if !full {
				break
			}
		}
	}
	return reports, nil
}

// ReportPage asks for one page. Nothing found is an empty page, not an error.
func (c *Client) ReportPage(ctx context.Context, q ReportQuery) ([]sms.Report, error) {
	rows, _, err := c.reportPage(ctx, q)
	return rows, err
}

func (c *Client) reportPage(ctx context.Context, q ReportQuery) (rows []sms.Report, full bool, err error) {
	if q.Size == 0 {
		q.Size = MaxReportPage
	}
	if len(q.IDs) > MaxReportIDs || q.Size < 1 || q.Size > MaxReportPage || q.Page < 0 {
		return nil, false, refused(sms.KindParameters, "report: at most %d ids and pages of 1 to %d rows", MaxReportIDs, MaxReportPage)
	}
	r, err := c.call(ctx, epReport, http.MethodPost, c.url("/sms/rest/v2/report"), c.rest, c.reportJSON(q))
	if err != nil {
		return nil, false, err
	}
	if _, err := epReport.judge(r); err != nil {
		if isNone(err, "60") {
			return nil, false, nil
		}
		return nil, false, err
	}
	rows, n, err := parseReports(r.body, q.IDs)
	return rows, n == q.Size, err
}

func (c *Client) reportJSON(q ReportQuery) []byte {
	dst := append([]byte{'{'}, `"jobids":[`...)
	for i, id := range q.IDs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, id)
	}
	dst = append(dst, ']')
	if !q.From.IsZero() {
		dst = member(dst, "startdate", wireTime(q.From, layoutReport))
	}
	if !q.To.IsZero() {
		dst = member(dst, "stopdate", wireTime(q.To, layoutReport))
	}
	if c.cfg.AppName != "" {
		dst = member(dst, "appname", c.cfg.AppName)
	}
	dst = append(dst, `,"pagenumber":`...)
	dst = strconv.AppendInt(dst, int64(q.Page), 10)
	dst = append(dst, `,"pagesize":`...)
	dst = strconv.AppendInt(dst, int64(q.Size), 10)
	return append(dst, '}')
}

// isNone reports whether err is the code that means an empty list.
func isNone(err error, code string) bool {
	return errors.Is(err, &sms.Error{Code: code})
}

// parseReports reads the rows of the ids asked for, and counts all rows of the
// page. An empty ids takes every row.
func parseReports(body []byte, ids []string) (rows []sms.Report, n int, err error) {
	var page struct {
		Jobs []struct {
			JobID, Number, Telno, Status, Operator, Msglen, DeliveredDate, ErrorCode, ReferansID flex
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &page); err != nil {
		return nil, 0, epReport.fail(sms.KindRefused, "the rows cannot be read", err)
	}
	for _, j := range page.Jobs {
		if len(ids) > 0 && !slices.Contains(ids, string(j.JobID)) {
			continue
		}
		to := j.Number
		if to == "" {
			to = j.Telno
		}
		row := newReport(string(j.JobID), string(to), string(j.Status))
		row.Operator, row.ErrorCode = operatorName(string(j.Operator)), string(j.ErrorCode)
		row.Segments, _ = strconv.Atoi(string(j.Msglen))
		row.Reference = string(j.ReferansID)
		row.At = readTime(string(j.DeliveredDate))
		row.addCause()
		rows = append(rows, row.Report)
	}
	return rows, len(page.Jobs), nil
}

// row is a report under construction.
type row struct{ sms.Report }

func newReport(id, to, status string) row {
	s := statuses[status]
	if s.fate == "" {
		s.fate = sms.StatusSent // not known: keep asking
	}
	return row{sms.Report{
		ProviderID: id, To: sms.E164(to), Code: status,
		Status: s.fate, Final: s.fate != sms.StatusSent, Reason: s.reason,
	}}
}

// addCause puts the network's own cause behind the reason of a failure.
func (r *row) addCause() {
	if cause := causes[r.ErrorCode]; cause != "" && r.Status == sms.StatusFailed {
		r.Reason += ": " + cause
	}
}

// statuses are the values of status. What is not here means nobody knows.
var statuses = map[string]struct {
	fate   sms.ReportStatus
	reason string
}{
	"0":   {sms.StatusSent, ""},
	"1":   {sms.StatusDelivered, ""},
	"2":   {sms.StatusFailed, "timed out"},
	"3":   {sms.StatusFailed, "wrong or restricted number"},
	"4":   {sms.StatusFailed, "could not be handed to the operator"},
	"11":  {sms.StatusFailed, "refused by the operator"},
	"12":  {sms.StatusFailed, "send error"},
	"13":  {sms.StatusFailed, "same text to this number within an hour"},
	"14":  {sms.StatusFailed, "not enough credit"},
	"15":  {sms.StatusFailed, "recipient is on the account's blacklist"},
	"16":  {sms.StatusFailed, "no consent in İYS"},
	"17":  {sms.StatusFailed, "İYS error"},
	"22":  {sms.StatusFailed, "expired or not a domestic number"},
	"103": {sms.StatusFailed, "the whole task failed"},
}

// causes are the values of errorCode.
var causes = map[string]string{
	"101": "inbox full", "102": "phone off or out of coverage", "103": "busy", "104": "line inactive",
	"105": "wrong number", "106": "SMS refused or blacklisted", "111": "timeout", "112": "handset blocks SMS",
	"113": "handset does not support it", "114": "forwarding failed", "115": "call barred",
	"116": "unknown subscriber", "117": "illegal subscriber", "119": "system error",
}

func operatorName(n string) string {
	switch n {
	case "10":
		return "Vodafone"
	case "20":
		return "Türk Telekom"
	case "30":
		return "Turkcell"
	case "40":
		return "Netgsm STH"
	case "41":
		return "Netgsm Mobil"
	case "60":
		return "Türk Telekom fixed"
	case "160":
		return "KKTC Vodafone"
	case "212", "213", "214", "215":
		return "abroad"
	case "880":
		return "KKTC Turkcell"
	}
	return n
}

// legacyReports asks GET /sms/report/ with a comma list (type 1, version 2).
func (c *Client) legacyReports(ctx context.Context, ids []string) ([]sms.Report, error) {
	u := c.url("/sms/report/")
	u.RawQuery = url.Values{
		"usercode": {c.cfg.Usercode}, "password": {c.cfg.Password},
		"bulkid": {strings.Join(ids, ",")}, "type": {"1"}, "version": {"2"}, "status": {"100"},
	}.Encode()
	r, err := c.call(ctx, epReport, http.MethodGet, u, c.plainXML, nil)
	if err != nil {
		return nil, err
	}
	rows, code := parseLegacyReports(latin5(r.body), true)
	switch {
	case code == "60":
		return nil, nil
	case code != "" || r.status != http.StatusOK || isHTML(r.body):
		_, err := epReport.judge(r)
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r sms.Report) bool { return !slices.Contains(ids, r.ProviderID) }), nil
}

// parseLegacyReports reads rows divided by <br>: phone, status, and perhaps
// operator, parts, date, time, error; the id in front when withID. A body of
// two or three digits alone is a code. Rows that cannot be read are left out.
func parseLegacyReports(body string, withID bool) (rows []sms.Report, code string) {
	body = strings.TrimSpace(body)
	if digits(body, 2, 3) {
		return nil, body
	}
	for _, line := range splitBreaks(body) {
		f := strings.Fields(line)
		id := ""
		if withID && len(f) > 0 {
			id, f = f[0], f[1:]
		}
		if len(f) < 2 || !digits(f[0], 5, 20) || !digits(f[1], 1, 3) {
			continue
		}
		row := newReport(id, f[0], f[1])
		if len(f) >= 7 {
			row.Operator, row.ErrorCode = operatorName(f[2]), f[6]
			row.Segments, _ = strconv.Atoi(f[3])
			row.At = readTime(f[4] + " " + f[5])
			row.addCause()
		}
		rows = append(rows, row.Report)
	}
	return rows, ""
}

// splitBreaks divides at <br> in any letter case.
func splitBreaks(body string) []string {
	var lines []string
	for {
		i := indexBreak(body)
		if i < 0 {
			return append(lines, body)
		}
		lines, body = append(lines, body[:i]), body[i+len("<br>"):]
	}
}

func indexBreak(s string) int {
	for i := 0; i+4 <= len(s); i++ {
		if s[i] == '<' && strings.EqualFold(s[i:i+4], "<br>") {
			return i
		}
	}
	return -1
}
