package iys

import (
	"encoding/json"
	"net/http"
	"time"
)

// resultLife is how long the verdicts of a batch are kept.
const resultLife = 60 * 24 * time.Hour

type batch struct {
	id       string
	merchant int64
	brand    int64
	v2       bool
	at       time.Time
	items    []item
	done     bool
}

type item struct {
	entry entry
	sub   string
	move  movement
	again bool
	no    *fault
}

func (s *Server) addBatch(w http.ResponseWriter, r *http.Request, m *Merchant, brand int64, v2 bool) {
	var raws []json.RawMessage
	if !readBody(w, r, &raws) || len(raws) == 0 {
		s.refuse(w, 400, refusal(400, "H092"))
		return
	}
	if len(raws) > 1000 {
		s.refuse(w, 422, refusal(422, "H091"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	b := &batch{id: uuid(), merchant: m.IYSCode, brand: brand, v2: v2, at: now}
	var faults []*fault
	seen := map[key]bool{}
	var subs []map[string]any
	for i, raw := range raws {
		var fields map[string]json.RawMessage
		var list []*fault
		e := entry{}
		if json.Unmarshal(raw, &fields) != nil || fields == nil {
			list = append(list, refusal(422, "H092"))
		} else {
			e, list = s.check(fields, now)
			k := key{brand, e.Recipient, e.Type, e.RecipientType}
			if seen[k] {
				list = append(list, field("H194", "recipient", e.Recipient))
			}
			seen[k] = true
		}
		for _, f := range list {
			f.Index = &i
		}
		faults = append(faults, list...)
		sub := uuid()
		b.items = append(b.items, item{entry: e, sub: sub})
		echo := map[string]any{"subRequestId": sub, "creationDate": now.Format(layout)}
		for k, v := range fields {
			echo[k] = v
		}
		subs = append(subs, echo)
	}
	if len(faults) > 0 {
		s.refuse(w, 422, faults...)
		return
	}
	s.batches[b.id] = b
	s.waiting = append(s.waiting, b)
	writeJSON(w, 202, map[string]any{"requestId": b.id, "subRequests": subs})
}

// settle gives the verdicts that have become due. The lock is held.
func (s *Server) settle() {
	now := s.now()
	rest := s.waiting[:0]
	for _, b := range s.waiting {
		if now.Sub(b.at) < s.cfg.BatchWork {
			rest = append(rest, b)
			continue
		}
		for i := range b.items {
			it := &b.items[i]
			for k := range s.cfg.Merchants {
				if m := &s.cfg.Merchants[k]; m.IYSCode == b.merchant {
					it.move, it.again, it.no = s.write(m, b.brand, it.entry, b.v2, b.id, it.sub)
				}
			}
		}
		b.done = true
	}
	s.waiting = rest
	for id, b := range s.batches {
		if b.done && now.Sub(b.at) > resultLife {
			delete(s.batches, id)
		}
	}
}

func (s *Server) batchResult(w http.ResponseWriter, brand int64, id string, v2 bool) {
	letters, digits := true, true
	for _, r := range id {
		if r >= '0' && r <= '9' {
			letters = false
		} else {
			digits = false
		}
		if r == '-' {
			letters = false
		}
	}
	switch {
	case len(id) > 36:
		s.refuse(w, 422, refusal(422, "H198"))
		return
	case letters:
		s.refuse(w, 422, refusal(422, "H199"))
		return
	case digits:
		s.refuse(w, 422, refusal(422, "H400"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, rows, age := s.batches[id], []map[string]any{}, time.Duration(0)
	if b != nil {
		age = s.now().Sub(b.at)
	}
	if b == nil || b.brand != brand || age < s.cfg.BatchWait {
		writeJSON(w, 200, rows)
		return
	}
	for i, it := range b.items {
		row := map[string]any{"index": i}
		switch {
		case !b.done || age < s.cfg.BatchWait+s.cfg.BatchSettle:
			// The spelling differs here in the published samples too.
			row["status"], row["subrequestId"] = "enqueue", it.sub
		case it.no != nil:
			row["status"], row["subRequestId"], row["error"] = "failure", it.sub, map[string]string{"code": it.no.Code, "message": it.no.Message}
		default:
			row["status"], row["subRequestId"], row["requestId"] = "success", it.sub, b.id
			row["transactionId"], row["creationDate"] = it.move.TransactionID, it.move.CreationDate
			if it.again {
				row["originalRequestInformation"] = map[string]string{"requestId": it.move.request, "subRequestId": it.move.sub}
			}
		}
		if v2 {
			row["isAddConsentV2Service"] = "true"
		}
		rows = append(rows, row)
	}
	writeJSON(w, 200, rows)
}
