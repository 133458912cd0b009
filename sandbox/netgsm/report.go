package netgsm

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

type restReportRow struct {
	JobID     string `json:"jobid"`
	Number    string `json:"number"`
	Status    int    `json:"status"`
	Operator  int    `json:"operator"`
	Length    int    `json:"msglen"`
	Delivered string `json:"deliveredDate,omitempty"`
	ErrorCode int    `json:"errorCode"`
	Ref       string `json:"referansID,omitempty"`
}

// restReport answers by task ids, by dates, or by both; ten times a minute.
func (s *Server) restReport(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	var in struct {
		JobIDs []string `json:"jobids"`
		Start  string   `json:"startdate"`
		Stop   string   `json:"stopdate"`
		Page   int      `json:"pagenumber"`
		Size   *int     `json:"pagesize"`
	}
	isJSON := strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
	if !isJSON || !readJSON(w, r, &in) {
		refuse(w, "70", describe["70"])
		return
	}
	size := 100
	if in.Size != nil {
		size = *in.Size
	}
	if len(in.JobIDs) > 50 || in.Page < 0 || size < 1 || size > 100 {
		refuse(w, "70", describe["70"])
		return
	}
	now := s.now()
	from, to := now.Add(-keepReports), now.Add(keepReports)
	dated := in.Start != "" || in.Stop != ""
	if dated {
		start, stop, ok := period(in.Start, in.Stop, layoutDotted)
		if !ok {
			refuse(w, "70", describe["70"])
			return
		}
		from, to = later(from, start), stop
	}
	if !dated && len(in.JobIDs) == 0 {
		refuse(w, "70", describe["70"])
		return
	}
	if !a.allow(&a.reportRate, now) {
		refuse(w, "80", describe["80"])
		return
	}
	rows := s.rows(a, in.JobIDs, from, to, now)
	rows = rows[min(len(rows), in.Page*size):]
	rows = rows[:min(len(rows), size)]
	if len(rows) == 0 {
		refuse(w, "60", describe["60"])
		return
	}
	out := make([]restReportRow, len(rows))
	for i, row := range rows {
		out[i] = restReportRow{
			JobID: row.jobID, Number: row.number, Status: row.status, Operator: operator(row.number),
			Length: row.parts, ErrorCode: failure(row.status), Ref: row.ref,
		}
		if row.status == statusDelivered {
			out[i].Delivered = row.at.In(now.Location()).Format(layoutISO)
		}
	}
	writeJSON(w, http.StatusOK, struct {
		Code        string          `json:"code"`
		Description string          `json:"description"`
		Jobs        []restReportRow `json:"jobs"`
	}{"00", "success", out})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// rows gives the report rows of the named tasks, or of all in the period. Every
// id may itself be a comma list: send is documented to answer so.
func (s *Server) rows(a *account, ids []string, from, to, now time.Time) []reportRow {
	var list []*job
	if len(ids) == 0 {
		list = s.jobs.between(a, from, to)
	}
	for _, id := range ids {
		for part := range strings.SplitSeq(id, ",") {
			if j := s.jobs.find(a, strings.TrimSpace(part)); j != nil && !j.start.Before(from) && !j.start.After(to) {
				list = append(list, j)
			}
		}
	}
	var out []reportRow
	for _, j := range list {
		out = append(out, j.report(now)...)
	}
	return out
}

// getReport is the legacy text form.
func (s *Server) getReport(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a := s.login(r, q.Get("usercode"), q.Get("password"), true)
	if a == nil {
		writeText(w, "30")
		return
	}
	now := s.now()
	from, to := now.Add(-keepReports), now.Add(keepReports)
	var ids []string
	kind, version := q.Get("type"), q.Get("version")
	if version != "" && !strings.Contains("0123", version) || len(version) > 1 {
		writeText(w, "70")
		return
	}
	switch kind {
	case "", "0", "1":
		kind = max(kind, "0")
		ids = strings.Split(q.Get("bulkid"), ",")
		if q.Get("bulkid") == "" || kind == "0" && len(ids) > 1 {
			writeText(w, "70")
			return
		}
	case "2":
		start, stop, ok := period(q.Get("bastar"), q.Get("bittar"), layout8, layout12)
		if !ok {
			writeText(w, "70")
			return
		}
		from, to = later(from, start), stop
	default:
		writeText(w, "70")
		return
	}
	if !a.allow(&a.reportRate, now) {
		writeText(w, "80")
		return
	}
	var lines []string
	for _, row := range s.rows(a, ids, from, to, now) {
		if want := q.Get("status"); want != "" && want != "100" && want != strconv.Itoa(row.status) {
			continue
		}
		if no := q.Get("telno"); no != "" && lastTen(no) != row.number {
			continue
		}
		lines = append(lines, legacyRow(row, kind, version, now.Location()))
	}
	if len(lines) == 0 {
		writeText(w, "60")
		return
	}
	writeText(w, strings.Join(lines, "<br>"))
}

func legacyRow(row reportRow, kind, version string, zone *time.Location) string {
	status, errorCode := strconv.Itoa(row.status), strconv.Itoa(failure(row.status))
	if version == "3" {
		return row.jobID + " " + status + " " + errorCode
	}
	phone := row.number
	if len(phone) == 10 {
		phone = "90" + phone
	}
	fields := []string{phone, status}
	if kind != "0" {
		fields = []string{row.jobID, phone, status}
	}
	if version == "2" {
		fields = append(fields, strconv.Itoa(operator(row.number)), strconv.Itoa(row.parts),
			row.at.In(zone).Format(layoutDotted), errorCode)
	}
	return strings.Join(fields, " ")
}

// restStats counts the rows of one task by outcome; once in ten minutes.
func (s *Server) restStats(w http.ResponseWriter, r *http.Request) {
	a := s.basic(r)
	if a == nil {
		refuse(w, "30", describe["30"])
		return
	}
	var in struct {
		JobID string `json:"jobid"`
		Date  string `json:"sendDate"`
	}
	if !readJSON(w, r, &in) {
		refuse(w, "70", describe["70"])
		return
	}
	day, ok := parseDate(in.Date, layout8)
	j := s.jobs.find(a, in.JobID)
	now := s.now()
	if !ok || j == nil || j.start.Before(day) || !j.start.Before(day.AddDate(0, 0, 1)) {
		refuse(w, "70", describe["70"])
		return
	}
	if !a.settings.Load().Unlimited && seenWithin(&a.statsAsked, in.JobID, now, 10*time.Minute) {
		refuse(w, "70", "this jobid was asked within ten minutes")
		return
	}
	type line struct {
		Status    string `json:"status"`
		Length    int    `json:"totalMessageLength"`
		SMS       int    `json:"totalSms"`
		Charge    string `json:"chargeStatement"`
		Statement string `json:"statement"`
		Domestic  bool   `json:"domestic"`
	}
	var order []string
	sums := map[string]*line{}
	for _, row := range j.report(now) {
		word := statusWord(row.status)
		if sums[word] == nil {
			sums[word] = &line{Status: word, Domestic: len(row.number) == 10}
			order = append(order, word)
		}
		sums[word].Length += row.parts
		sums[word].SMS++
	}
	stats := []line{}
	for _, word := range order {
		stats = append(stats, *sums[word])
	}
	writeJSON(w, http.StatusOK, struct {
		Code        string `json:"code"`
		Description string `json:"description"`
		Stats       []line `json:"stats"`
	}{"00", "success", stats})
}

func statusWord(status int) string {
	switch status {
	case statusWaiting:
		return "waiting"
	case statusDelivered:
		return "delivered"
	case statusDuplicate:
		return "repeated"
	case statusBlacklist:
		return "blacklist"
	case statusIYS:
		return "iysNotValid"
	}
	return "undelivered"
}
