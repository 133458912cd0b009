package iletimerkezi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

const maxRows = 1000

// row is the state of a message: 110, 111 or 112.
func row(f carrier.Fate) int {
	switch f {
	case carrier.Waiting, carrier.Sending:
		return 110
	case carrier.Delivered:
		return 111
	}
	return 112
}

// state is that of an order: 113, 114 or 115.
func state(rows []carrier.State) int {
	for _, r := range rows {
		switch {
		case r.Fate == carrier.Cancelled:
			return 115
		case row(r.Fate) == 110:
			return 113
		}
	}
	return 114
}

func (s *Server) find(a *carrier.Holder, o *order) *carrier.Batch {
	if o == nil {
		return nil
	}
	b := s.carrier.Find(string(o.ID))
	if b == nil || b.Owner != a || b.ID != string(o.ID) {
		return nil
	}
	return b
}

func (s *Server) report(w http.ResponseWriter, a *carrier.Holder, in request) {
	o := in.Request.Order
	b := s.find(a, o)
	switch {
	case b == nil:
		reply(w, 455, false, nil)
		return
	case b.Start.After(s.carrier.Now()):
		reply(w, 456, false, nil)
		return
	}
	size := int(o.RowCount)
	if size < 1 || size > maxRows {
		size = maxRows
	}
	all := b.States(s.carrier.Now())
	rows := all[min(len(all), (max(int(o.Page), 1)-1)*size):]
	rows = rows[:min(len(rows), size)]
	list := make([]answer, len(rows))
	for i, r := range rows {
		// As a number: +905… loses its sign and its country.
		n, err := strconv.ParseInt(outside.LastTen(r.To), 10, 64)
		if err != nil {
			n = 0
		}
		list[i] = answer{"number": n, "status": row(r.Fate)}
	}
	id, err := strconv.ParseInt(b.ID, 10, 64)
	if err != nil {
		id = 0
	}
	reply(w, 200, false, answer{"order": answer{"id": id, "status": state(all), "message": list}})
}

func (s *Server) summaries(w http.ResponseWriter, a *carrier.Holder, in request) {
	const day, second = "2006-01-02", "2006-01-02 15:04:05"
	start, err1 := time.ParseInLocation(day, in.Request.Filter.Start, outside.Istanbul)
	end, err2 := time.ParseInLocation(day, in.Request.Filter.End, outside.Istanbul)
	if err1 != nil || err2 != nil || end.Before(start) || end.Sub(start) > 10*24*time.Hour {
		reply(w, 458, false, nil)
		return
	}
	now := s.carrier.Now()
	list := []answer{}
	s.carrier.Each(func(b *carrier.Batch) {
		if b.Owner != a || b.Start.Before(start) || !b.Start.Before(end.AddDate(0, 0, 1)) {
			return
		}
		rows := b.States(now)
		count := map[int]int{}
		for _, r := range rows {
			count[row(r.Fate)]++
		}
		list = append(list, answer{
			"id": b.ID, "status": state(rows), "total": len(rows), "delivered": count[111], "undelivered": count[112],
			"waiting": count[110], "submitAt": b.Start.Format(second), "sendAt": b.Start.Format(second), "sender": b.Sender,
		})
	})
	reply(w, 200, false, answer{"count": len(list), "orders": list})
}

func (s *Server) cancel(w http.ResponseWriter, a *carrier.Holder, in request) {
	if b := s.find(a, in.Request.Order); b == nil || !b.Cancel() {
		reply(w, 455, true, nil)
		return
	}
	reply(w, 200, true, nil)
}

// pushAll posts a report for each message, with its text, unsigned, as the
// house does it; once, for nothing says that it tries again.
func (s *Server) pushAll(b *carrier.Batch) {
	url := b.Owner.Settings().PushURL
	if url == "" {
		return
	}
	for _, r := range b.States(s.carrier.Now()) {
		word := "undelivered"
		if r.Fate == carrier.Delivered {
			word = "delivered"
		}
		packet, _ := strconv.ParseInt(b.ID, 10, 64) // ids are ours
		id, _ := strconv.ParseInt(r.ID, 10, 64)
		body, err := json.Marshal(answer{"report": answer{"id": id, "packet_id": packet, "status": word, "to": r.To, "body": r.Body}})
		if err == nil {
			s.carrier.Push(url, body, nil)
		}
	}
}
