package iys

import (
	"crypto/sha512"
	"encoding/hex"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// day answers the calls of the daily reconciliation.
func (s *Server) day(w http.ResponseWriter, r *http.Request, brand int64, path []string) {
	date, err := time.ParseInLocation(layoutDay, path[1], outside.Istanbul)
	if err != nil {
		s.refuse(w, 422, field("H501", "reportDate", path[1]))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, outside.Istanbul)
	if date.Before(today.AddDate(0, 0, -7)) || !date.Before(today) {
		s.refuse(w, 422, field("H502", "reportDate", path[1]))
		return
	}
	var rows []movement
	for _, m := range s.moves[brand] {
		if m.created.Format(layoutDay) == path[1] {
			rows = append(rows, m)
		}
	}
	name := itoa(brand) + " " + path[1]
	switch route := r.Method + " " + path[0] + " " + strings.Join(path[2:], "/"); {
	case strings.HasPrefix(route, "GET changes recipients/"):
		writeJSON(w, 200, map[string]any{"changeStats": stats(rows, path[len(path)-1])})
	case len(rows) == 0:
		w.WriteHeader(204)
	case route == "GET changes file":
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		_, _ = w.Write([]byte(csvHeader + csvRows(rows)))
	case route == "GET agreements ":
		text := csvRows(rows)
		if !s.cfg.HashNoHeader {
			text = csvHeader + text
		}
		sum := sha512.Sum384([]byte(text))
		writeJSON(w, 200, map[string]any{
			"processStatus": "completed", "hashValue": hex.EncodeToString(sum[:]), "hashMethod": "SHA-384", "agreementStatus": s.agreed[name],
		})
	case route == "PUT agreements ":
		var body struct {
			AgreementStatus *bool `json:"agreementStatus"`
		}
		if !readBody(w, r, &body) || body.AgreementStatus == nil || !*body.AgreementStatus {
			s.refuse(w, 422, field("H512", "agreementStatus", nil))
			return
		}
		s.agreed[name] = true
		writeJSON(w, 200, map[string]bool{"agreementCaptured": true})
	case route == "GET agreements timestamp":
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("SIMULATED TIME STAMP, NO PROOF OF ANYTHING\n"))
	default:
		page404(w)
	}
}

const csvHeader = "creationDate,transactionId,recipient,recipientType,type,status,consentDate,source\n"

func csvRows(rows []movement) string {
	sort.SliceStable(rows, func(i, j int) bool {
		a, b := rows[i], rows[j]
		return a.CreationDate < b.CreationDate || a.CreationDate == b.CreationDate && a.TransactionID < b.TransactionID
	})
	var b strings.Builder
	for _, m := range rows {
		b.WriteString(strings.Join([]string{m.CreationDate, m.TransactionID, m.Recipient, m.RecipientType, m.Type, m.Status, m.ConsentDate, m.Source}, ",") + "\n")
	}
	return b.String()
}

func stats(rows []movement, recipientType string) []map[string]any {
	out := []map[string]any{}
	for _, typ := range []string{"ARAMA", "MESAJ", "EPOSTA"} {
		var sides []map[string]any
		for _, side := range []string{"HS", "IYS"} {
			yes, no := 0, 0
			for _, m := range rows {
				if m.Type != typ || m.RecipientType != recipientType || strings.HasPrefix(m.Source, "IYS_") != (side == "IYS") {
					continue
				}
				if m.Status == "ONAY" {
					yes++
				} else {
					no++
				}
			}
			if yes+no > 0 {
				sides = append(sides, map[string]any{"source": side, "approval": yes, "rejection": no, "pending": 0, "total": yes + no})
			}
		}
		if sides != nil {
			out = append(out, map[string]any{"type": typ, "consents": sides})
		}
	}
	return out
}

func (s *Server) brands(w http.ResponseWriter, m *Merchant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	for _, b := range m.Brands {
		yes, no := 0, 0
		for k, rec := range s.records {
			if k.brand == b.Code {
				if rec.last.Status == "ONAY" {
					yes++
				} else {
					no++
				}
			}
		}
		out = append(out, map[string]any{
			"brandCode": b.Code, "name": b.Name, "master": b.Code == m.IYSCode,
			"stats": map[string]any{"consents": map[string]int{"approval": yes, "rejection": no, "total": yes + no}, "retailers": map[string]int{"total": 0}},
		})
	}
	writeJSON(w, 200, out)
}

func (s *Server) subscription(w http.ResponseWriter, m *Merchant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	writeJSON(w, 200, map[string]any{
		"subscriptionId": "1", "startDate": now.AddDate(0, -6, 0).Format(layout), "expirationDate": now.AddDate(0, 6, 0).Format(layout),
		"subscriptionPackageName": "İleti-25", "status": "ACTIVE", "consentLimit": m.Limit, "usedConsentLimit": s.approved(m), "consentLimitExceed": m.Limit == 0,
	})
}

// link is an address's own way out, good for 90 days.
type link struct {
	key   key
	until time.Time
}

func (s *Server) hashLinks(w http.ResponseWriter, r *http.Request, brand int64) {
	var body struct{ Recipients []query }
	if !readBody(w, r, &body) {
		s.refuse(w, 400, refusal(400, "H014"))
		return
	}
	if len(body.Recipients) == 0 || len(body.Recipients) > 100 {
		s.refuse(w, 422, field("H127", "recipients", nil))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]string{}
	for _, q := range body.Recipients {
		k := key{brand, strings.ToLower(q.Recipient), "EPOSTA", q.RecipientType}
		rec := s.records[k]
		if rec == nil || rec.last.Status != "ONAY" {
			out = append(out, map[string]string{"recipient": k.recipient, "code": "H568", "message": wireText("H568")})
			continue
		}
		token := uuid()
		s.links[token] = link{k, s.now().AddDate(0, 0, 90)}
		out = append(out, map[string]string{"recipient": k.recipient, "url": s.cfg.PublicURL + "/ret/" + token})
	}
	writeJSON(w, 200, out)
}
