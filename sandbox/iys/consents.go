package iys

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
)

// key names a record. Four for one phone number are normal.
type key struct {
	brand                    int64
	recipient, typ, recipTyp string
}

// movement is one change as it goes over the wire.
type movement struct {
	ConsentDate   string `json:"consentDate"`
	CreationDate  string `json:"creationDate"`
	Source        string `json:"source,omitempty"`
	Recipient     string `json:"recipient"`
	RecipientType string `json:"recipientType"`
	Status        string `json:"status"`
	Type          string `json:"type"`
	TransactionID string `json:"transactionId"`
	CitizenName   string `json:"citizenName,omitempty"`

	created time.Time
	entry   entry
	request string // batch it came by
	sub     string
}

type record struct {
	last movement
	all  []movement // in order of registration
}

const bodyLimit = 16 << 20

func readBody(w http.ResponseWriter, r *http.Request, into any) bool {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	return err == nil && json.Unmarshal(b, into) == nil
}

func (s *Server) add(w http.ResponseWriter, r *http.Request, m *Merchant, brand int64, v2 bool) {
	var raw map[string]json.RawMessage
	if !readBody(w, r, &raw) || raw == nil {
		s.refuse(w, 400, refusal(400, "H014"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, faults := s.check(raw, s.now())
	if len(faults) > 0 {
		s.refuse(w, 422, faults...)
		return
	}
	move, _, no := s.write(m, brand, e, v2, "", "")
	if no != nil {
		s.refuse(w, no.http, no)
		return
	}
	writeJSON(w, 200, map[string]string{"transactionId": move.TransactionID, "creationDate": move.CreationDate})
}

// write applies the rules that look at the stored record. again is true when
// the second generation finds the same data registered before.
func (s *Server) write(m *Merchant, brand int64, e entry, v2 bool, request, sub string) (move movement, again bool, no *fault) {
	k := key{brand, e.Recipient, e.Type, e.RecipientType}
	rec := s.records[k]
	if rec != nil && v2 {
		for _, old := range rec.all {
			if old.entry == e {
				return old, true, nil
			}
		}
	}
	switch {
	case rec == nil && e.Source == "HS_KARAR":
		return move, false, refusal(400, "H486")
	case rec == nil && e.Status == "RET":
		return move, false, refusal(400, "H175")
	case rec != nil && rec.last.Status == "RET" && e.Status == "RET":
		return move, false, refusal(400, "H174")
	case rec != nil && !e.Date.IsZero() && rec.last.ConsentDate != "" && e.Date.Format(layout) <= rec.last.ConsentDate:
		return move, false, refusal(400, "H178")
	case rec != nil && e.Date.IsZero():
		return move, false, refusal(400, "H462")
	case rec != nil && e.Source == "":
		return move, false, refusal(400, "H463")
	case e.Status == "ONAY" && m.Limit > 0 && (rec == nil || rec.last.Status != "ONAY") && s.approved(m) >= m.Limit:
		return move, false, refusal(422, "H525")
	}
	move = s.store(brand, e, "")
	i := len(s.records[k].all) - 1
	s.records[k].all[i].request, s.records[k].all[i].sub = request, sub
	return move, false, nil
}

// store enters a movement without asking.
func (s *Server) store(brand int64, e entry, citizen string) movement {
	now := s.now()
	k := key{brand, e.Recipient, e.Type, e.RecipientType}
	sum := sha256.Sum256([]byte(fmt.Sprint(brand, "|", e.Recipient, "|", e.Type, "|", now.Unix())))
	move := movement{
		CreationDate: now.Format(layout), Source: e.Source, Recipient: e.Recipient, RecipientType: e.RecipientType,
		Status: e.Status, Type: e.Type, TransactionID: hex.EncodeToString(sum[:]), CitizenName: citizen, created: now, entry: e,
	}
	if !e.Date.IsZero() {
		move.ConsentDate = e.Date.Format(layout)
	}
	rec := s.records[k]
	if rec == nil {
		rec = &record{}
		s.records[k] = rec
	}
	rec.last = move
	rec.all = append(rec.all, move)
	s.moves[brand] = append(s.moves[brand], move)
	return move
}

// approved counts the addresses of a merchant in ONAY.
func (s *Server) approved(m *Merchant) int {
	n := 0
	for k, rec := range s.records {
		if rec.last.Status == "ONAY" && m.brand(itoa(k.brand)) != 0 {
			n++
		}
	}
	return n
}

type query struct{ Recipient, RecipientType, Type string }

func (s *Server) readQuery(w http.ResponseWriter, r *http.Request, brand int64) (key, bool) {
	var q query
	if !readBody(w, r, &q) {
		s.refuse(w, 400, refusal(400, "H014"))
		return key{}, false
	}
	var list []*fault
	for _, m := range []struct{ code, name, value string }{{"H114", "recipient", q.Recipient}, {"H170", "recipientType", q.RecipientType}, {"H111", "type", q.Type}} {
		if m.value == "" {
			list = append(list, field(m.code, m.name, nil))
		}
	}
	if q.Type != "" && !validType(q.Type) {
		list = append(list, field("H117", "type", q.Type))
	}
	if q.RecipientType != "" && q.RecipientType != "BIREYSEL" && q.RecipientType != "TACIR" {
		list = append(list, field("H116", "recipientType", q.RecipientType))
	}
	if len(list) == 0 {
		for _, c := range s.addressFaults(q.Type, q.Recipient) {
			list = append(list, field(c, "recipient", q.Recipient))
		}
	}
	if len(list) > 0 {
		s.refuse(w, 422, list...)
		return key{}, false
	}
	return key{brand, strings.ToLower(q.Recipient), q.Type, q.RecipientType}, true
}

func (s *Server) status(w http.ResponseWriter, r *http.Request, brand int64) {
	k, ok := s.readQuery(w, r, brand)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.records[k]
	switch {
	case rec != nil:
		writeJSON(w, 200, struct {
			movement
			Access int `json:"retailerAccessCount"`
		}{rec.last, rec.last.entry.Retailers})
	case s.cfg.UnknownIs404:
		s.refuse(w, 404, refusal(404, "H097"))
	default:
		writeJSON(w, 200, struct{}{})
	}
}

func (s *Server) bulkStatus(w http.ResponseWriter, r *http.Request, brand int64, recipType, typ string) {
	var body map[string]json.RawMessage
	if !readBody(w, r, &body) {
		s.refuse(w, 400, refusal(400, "H014"))
		return
	}
	var list []string
	var no *fault
	raw, has := body["recipients"]
	switch err := json.Unmarshal(raw, &list); {
	case !validType(typ):
		no = field("H117", "type", typ)
	case recipType != "BIREYSEL" && recipType != "TACIR":
		no = field("H116", "recipientType", recipType)
	case !has:
		no = field("H168", "recipients", nil)
	case err != nil:
		no = field("H478", "recipients", nil)
	case len(list) == 0:
		no = field("H164", "recipients", nil)
	case len(list) > 1000:
		no = field("H127", "recipients", nil)
	}
	seen := map[string]bool{}
	for i, v := range list {
		if no != nil {
			break
		}
		code := ""
		if f := s.addressFaults(typ, v); len(f) > 0 {
			code = f[0]
		}
		if seen[strings.ToLower(v)] {
			code = "H193"
		}
		seen[strings.ToLower(v)] = true
		if code != "" {
			no = field(code, "recipients", v)
			no.Location = append(no.Location, i)
		}
	}
	if no != nil {
		s.refuse(w, 422, no)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	yes := []string{}
	for _, v := range list {
		v = strings.ToLower(v)
		if rec := s.records[key{brand, v, typ, recipType}]; rec != nil && rec.last.Status == "ONAY" {
			yes = append(yes, v)
		}
	}
	writeJSON(w, 200, map[string]any{"requestId": uuid(), "list": yes})
}

func (s *Server) history(w http.ResponseWriter, r *http.Request, brand int64) {
	k, ok := s.readQuery(w, r, brand)
	if !ok {
		return
	}
	limit, err1 := intOr(r.URL.Query().Get("limit"), 100)
	offset, err2 := intOr(r.URL.Query().Get("offset"), 0)
	switch {
	case err2 != nil || offset < 0:
		s.refuse(w, 422, field("H182", "offset", nil))
		return
	case err1 != nil || limit < 0:
		s.refuse(w, 422, field("H183", "limit", nil))
		return
	case limit == 0:
		s.refuse(w, 422, field("H187", "limit", nil))
		return
	case limit > 100:
		s.refuse(w, 422, field("H186", "limit", nil))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []movement
	if rec := s.records[k]; rec != nil {
		for i := len(rec.all) - 1; i >= 0; i-- {
			all = append(all, rec.all[i])
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].ConsentDate > all[j].ConsentDate })
	page := all[min(offset, len(all)):min(offset+limit, len(all))]
	out := map[string]any{"list": page, "pagination": map[string]int{"totalCount": len(all), "pageSize": len(page), "offset": offset}}
	if len(all) == 0 {
		out["list"] = ""
	}
	writeJSON(w, 200, out)
}

func intOr(s string, def int) (int, error) {
	if s == "" {
		return def, nil
	}
	return strconv.Atoi(s)
}

// changes is the pull: from 7 days ago to 60 minutes ago, oldest first.
func (s *Server) changes(w http.ResponseWriter, r *http.Request, brand int64) {
	q := r.URL.Query()
	side := q.Get("source")
	if side == "" {
		side = "IYS"
	}
	if side != "IYS" && side != "HS" {
		s.refuse(w, 422, field("H506", "source", side))
		return
	}
	limit, err := intOr(q.Get("limit"), 1000)
	if err != nil || limit < 1 || limit > 1000 {
		s.refuse(w, 422, field("H507", "limit", q.Get("limit")))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var rows []movement
	for _, m := range s.moves[brand] {
		if strings.HasPrefix(m.Source, "IYS_") == (side == "IYS") &&
			!m.created.Before(now.AddDate(0, 0, -7)) && !m.created.After(now.Add(-time.Hour)) {
			rows = append(rows, m)
		}
	}
	after := q.Get("after")
	for i, m := range rows {
		// The last of those that share a cursor.
		if cursor(m) == after && (i+1 == len(rows) || cursor(rows[i+1]) != after) {
			rows = rows[i+1:]
			break
		}
	}
	rows = rows[:min(limit, len(rows))]
	if len(rows) == 0 {
		w.WriteHeader(204)
		return
	}
	writeJSON(w, 200, map[string]any{"after": cursor(rows[len(rows)-1]), "list": rows})
}

func cursor(m movement) string { return itoa(m.created.Unix()) + "_" + m.TransactionID }

func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Foreign writes a movement of another system of the same brand, without the
// checks of a call.
func (s *Server) Foreign(brand int64, recipient, typ, recipientType, status, source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(brand, entry{Recipient: strings.ToLower(recipient), Type: typ, RecipientType: recipientType, Status: status, Source: source, Date: s.now()}, "")
}
