package akbank

import (
	"github.com/onay/onay/sandbox/bank"
)

func (s *Server) plan(t Terminal, q request, first *bank.Txn) {
	p := &plan{orders: make([]string, q.Recurring.NumberOfPayments), cancelled: map[int]bool{}, minor: first.Minor, currency: first.Currency, card: first.Card, terminal: t.TerminalSafeID}
	p.orders[0] = first.Order
	for i := range q.Recurring.NumberOfPayments {
		d, n := s.book.Now(), q.Recurring.FrequencyInterval*i
		switch q.Recurring.FrequencyCycle {
		case "D":
			d = d.AddDate(0, 0, n)
		case "W":
			d = d.AddDate(0, 0, 7*n)
		case "M":
			d = d.AddDate(0, n, 0)
		case "Y":
			d = d.AddDate(n, 0, 0)
		}
		p.due = append(p.due, d)
	}
	s.mu.Lock()
	s.plans[t.TerminalSafeID+q.Order.OrderTrackID] = p
	s.mu.Unlock()
}

// runPlans charges what has become due.
func (s *Server) runPlans() {
	s.book.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		now := s.book.Now()
		for _, p := range s.plans {
			for i, due := range p.due {
				if p.orders[i] == "" && !p.cancelled[i+1] && !due.After(now) {
					p.orders[i] = uuid()
					s.book.Charge(&bank.Txn{Merchant: p.terminal, Order: p.orders[i], Kind: bank.Sale, Minor: p.minor, Currency: p.currency, Installments: 1, Card: p.card, MOTO: true, Extra: map[string]string{"txn": "1000"}})
				}
			}
		}
	})
}

func (s *Server) planRows(t Terminal, q request) object {
	s.mu.Lock()
	p := s.plans[t.TerminalSafeID+q.Order.OrderTrackID]
	s.mu.Unlock()
	if p == nil {
		return object{"txnCode": "1010", "responseCode": "VPS-1059", "responseMessage": "Planlı İşlem bulunamadı. Talimat Takip Numarası : " + q.Order.OrderTrackID, "txnDateTime": s.now()}
	}
	rows := []any{}
	for i, order := range p.orders {
		o := object{"txnCode": "1000", "plannedDateTime": p.due[i].Format(stamp), "orderTrackId": q.Order.OrderTrackID, "amount": float64(p.minor) / 100, "currencyCode": num(p.currency), "requestType": "R", "requestStatus": "W",
			"recurringOrder": i + 1, "maskedCardNumber": p.card.Masked()}
		if p.cancelled[i+1] {
			o["requestStatus"] = "C"
		}
		s.book.Do(func() {
			for _, x := range s.book.Order(t.TerminalSafeID, order) {
				if order != "" && x.Kind == bank.Sale {
					for k, v := range s.row(x) {
						o[k] = v
					}
					if o["requestStatus"] = "S"; !x.Voided.IsZero() {
						o["requestStatus"] = "V"
					}
				}
			}
		})
		rows = append(rows, o)
	}
	return object{"txnCode": "1010", "responseCode": "VPS-0000", "responseMessage": "BAŞARILI", "txnDateTime": s.now(), "txnDetailList": rows}
}

func (s *Server) cancelPlan(t Terminal, q request) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.plans[t.TerminalSafeID+q.Order.OrderTrackID]
	n := 0
	if p != nil {
		for i := range p.orders {
			if p.orders[i] == "" && !p.cancelled[i+1] && (q.Recurring == nil || q.Recurring.RecurringOrder == 0 || q.Recurring.RecurringOrder == i+1) {
				p.cancelled[i+1] = true
				n++
			}
		}
	}
	if n == 0 {
		return s.refused(q, "VPS-1059", "Planlı İşlem bulunamadı. Talimat Takip Numarası : "+q.Order.OrderTrackID)
	}
	o := s.refused(q, "VPS-0000", "BAŞARILI")
	o["order"] = object{"orderTrackId": q.Order.OrderTrackID}
	delete(o, "transaction")
	return o
}
