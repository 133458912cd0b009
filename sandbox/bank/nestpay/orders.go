package nestpay

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/bank"
)

// main is the payment of an order that counts: its last approved sale or pre-authorization.
func (s *Server) main(client, order string) *bank.Txn { return s.book.Paid(client, order) }

func (s *Server) capture(store Store, n *bank.Node, a answer) (out string) {
	s.book.Do(func() {
		pre := s.main(store.ClientID, a.order)
		if pre == nil {
			out = s.fault(a, "CORE-2509", "PostAuth yapilamaz, uyusan PreAuth yok.")
			return
		}
		minor := pre.Minor
		if total := n.Get("Total"); total != "" {
			m, ok := bank.Minor(total)
			if !ok || m <= 0 {
				out = s.fault(a, "CORE-1024", "Tutar gecersiz.")
				return
			}
			minor = m
		}
		if c := n.Get("Currency"); c != "" && c != pre.Currency {
			out = s.fault(a, "CORE-2119", "Para birimi orijinal islemle uyusmuyor.")
			return
		}
		if pre.Kind == bank.PreAuth && s.book.Now().Sub(pre.At) > 15*24*time.Hour {
			out = s.fault(a, "CORE-2513", "PreAuth suresi gecmis.")
			return
		}
		line := &bank.Txn{Ref: s.transID(), AuthCode: pre.AuthCode}
		switch s.book.Capture(pre, minor, line) {
		case bank.Fine:
			out = s.write(s.of(line))
		case bank.TooMuch:
			out = s.fault(a, "CORE-2512", "PostAuth tutari PreAuth tutarini asamaz.")
		case bank.WrongState:
			out = s.fault(a, "CORE-2115", "PostAuth sadece iliskili bir PreAuth icin yapilabilir.")
		default:
			out = s.fault(a, "CORE-2509", "PostAuth yapilamaz, uyusan PreAuth yok.")
		}
	})
	return out
}

func (s *Server) void(store Store, n *bank.Node, a answer) (out string) {
	if a.order == "" && n.Get("TransId") == "" {
		return s.fault(a, "CORE-2002", "OrderId ya da TransId gerekli.")
	}
	s.book.Do(func() {
		var open, settled []*bank.Txn
		lines := s.book.Order(store.ClientID, a.order)
		if ref := n.Get("TransId"); ref != "" {
			lines = nil
			if t := s.book.Ref(store.ClientID, ref); t != nil {
				lines = []*bank.Txn{t}
			}
		}
		for _, t := range lines {
			switch {
			case !t.Live() || t.Kind == bank.PreAuth && t.CapturedBy != nil && t.CapturedBy.Live():
			case t.Settled:
				settled = append(settled, t)
			default:
				open = append(open, t)
			}
		}
		switch {
		case len(open) > 1:
			out = s.fault(a, "CORE-2133", "Birden fazla iptal edilebilir islem var.")
		case len(open) == 1:
			t := open[0]
			if why := s.book.Void(t); why != bank.Fine {
				out = s.fault(a, "CORE-2133", "Once iade iptal edilmeli.")
				return
			}
			out = s.write(s.of(t))
		case len(settled) > 0:
			out = s.fault(a, "CORE-2511", "Islem gun sonuna girmis, iptal edilemez.")
		default:
			out = s.fault(a, "CORE-2008", "İptal edilmeye uygun satış işlemi bulunamadı.")
		}
	})
	return out
}

func (s *Server) credit(store Store, n *bank.Node, a answer) (out string) {
	if n.Get("TransId") != "" {
		return s.fault(a, "CORE-1028", "TransId sadece Void icin kullanilabilir.")
	}
	if a.order == "" {
		return s.fault(a, "CORE-2202", "Insufficent permissions")
	}
	s.book.Do(func() {
		t := s.main(store.ClientID, a.order)
		if t != nil && t.CapturedBy != nil {
			t = t.CapturedBy
		}
		if t == nil || !t.Live() || t.Kind == bank.PreAuth {
			out = s.fault(a, "CORE-2117", "Iade edilecek islem bulunamadi.")
			return
		}
		minor := t.Left()
		if total := n.Get("Total"); total != "" {
			m, ok := bank.Minor(total)
			if !ok {
				out = s.fault(a, "CORE-1024", "Tutar gecersiz.")
				return
			}
			minor = m
		}
		if c := n.Get("Currency"); c != "" && c != t.Currency {
			out = s.fault(a, "CORE-2119", "Para birimi orijinal islemle uyusmuyor.")
			return
		}
		line := &bank.Txn{Order: a.order, Ref: s.transID()}
		switch s.book.Refund(t, minor, line) {
		case bank.Fine:
			out = s.write(s.of(line))
		case bank.NotSettled:
			out = s.fault(a, "CORE-2508", "Iade yapilamaz, siparis gunsonuna girmemis.")
		case bank.WasRefunded:
			out = s.fault(a, "CORE-2504", "Net Tutar 0.")
		case bank.TooMuch:
			out = s.fault(a, "CORE-2503", "Net miktardan fazlasi iade edilemez.")
		default:
			out = s.fault(a, "CORE-2117", "Iade edilecek islem bulunamadi.")
		}
	})
	return out
}

// line is a transaction as the queries show it: a capture has no line of its own, it changes that of its pre-authorization.
type line struct {
	charge, stat            string
	orig, captured          string
	auth, capt, void        time.Time
	rrn, authCode, code, id string
	batch                   string
	card                    bank.Card
	xid, cavv, eci, md      string
	order                   string
	when                    time.Time
}

func lines(list []*bank.Txn) (out []line) {
	for _, t := range list {
		if t.Kind == bank.Capture {
			continue
		}
		l := line{charge: "S", stat: "C", orig: strconv.FormatInt(t.Minor, 10), auth: t.At, rrn: t.RRN, authCode: t.AuthCode, code: t.Code, id: t.Ref, card: t.Card, order: t.Order,
			xid: t.Extra["xid"], cavv: t.Extra["cavv"], eci: t.Extra["eci"], md: t.Extra["md"], when: t.At}
		if t.Kind == bank.Refund {
			l.charge = "C"
		}
		money := t
		if t.Kind == bank.PreAuth {
			l.stat = "A"
			if c := t.CapturedBy; c != nil {
				money, l.stat, l.orig, l.when = c, "C", strconv.FormatInt(c.Minor, 10), c.At
			}
		}
		switch {
		case t.Code != "00":
			l.stat, l.authCode = "D", ""
		case !t.Voided.IsZero() || money.Kind == bank.Capture && !money.Voided.IsZero():
			l.stat, l.void = "V", t.Voided
			if l.void.IsZero() {
				l.void = money.Voided
			}
		case l.stat == "C" && money.Settled:
			l.stat, l.batch = "S", strconv.Itoa(money.Batch)
		}
		if l.stat != "A" && l.stat != "D" {
			l.captured, l.capt = strconv.FormatInt(money.Minor, 10), money.At
		}
		out = append(out, l)
	}
	return out
}

func dttm(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05.000")
}

func (s *Server) status(store Store, order string) (out string) {
	s.book.Do(func() {
		all := lines(s.book.Order(store.ClientID, order))
		var l *line
		for i := range all {
			if all[i].stat != "D" {
				l = &all[i]
			}
		}
		if l == nil && len(all) > 0 {
			l = &all[len(all)-1]
		}
		if l == nil {
			out = bank.Box("CC5Response", bank.Tag("ErrMsg", "No record found for "+order), bank.Tag("ProcReturnCode", "99"), bank.Tag("Response", "Declined"), bank.Tag("OrderId", ""),
				bank.Tag("TransId", ""), bank.Box("Extra", bank.Tag("NUMCODE", "0"), bank.Tag("ORDERSTATUS", "ORD_ID:\tCHARGE_TYPE_CD:\tORIG_TRANS_AMT:\tCAPTURE_AMT:\tTRANS_STAT:\tAUTH_DTTM:\tCAPTURE_DTTM:\tAUTH_CODE:")))
			return
		}
		extra := []string{bank.Tag("AUTH_CODE", l.authCode), bank.Tag("AUTH_DTTM", dttm(l.auth)), bank.Tag("CAPTURE_AMT", l.captured), bank.Tag("CAPTURE_DTTM", dttm(l.capt)), bank.Tag("CAVV_3D", l.cavv),
			bank.Tag("CHARGE_TYPE_CD", l.charge), bank.Tag("ECI_3D", l.eci), bank.Tag("HOSTDATE", l.auth.Format("0102-150405")), bank.Tag("HOST_REF_NUM", l.rrn), bank.Tag("MDSTATUS", l.md),
			bank.Tag("NUMCODE", "0"), bank.Tag("ORDERSTATUS", strings.Join([]string{"ORD_ID:" + order, "CHARGE_TYPE_CD:" + l.charge, "ORIG_TRANS_AMT:" + l.orig, "CAPTURE_AMT:" + l.captured,
				"TRANS_STAT:" + l.stat, "AUTH_DTTM:" + dttm(l.auth), "CAPTURE_DTTM:" + dttm(l.capt), "AUTH_CODE:" + l.authCode, "TRANS_ID:" + l.id}, "\t")),
			bank.Tag("ORD_ID", order), bank.Tag("ORIG_TRANS_AMT", l.orig), bank.Tag("PAN", l.card.Spaced()), bank.Tag("PROC_RET_CD", l.code), bank.Tag("SETTLEID", l.batch), bank.Tag("TRANS_ID", l.id),
			bank.Tag("TRANS_STAT", l.stat)}
		if !l.void.IsZero() {
			extra = append(extra, bank.Tag("VOID_DTTM", dttm(l.void)))
		}
		extra = append(extra, bank.Tag("XID_3D", l.xid))
		response := "Approved"
		if l.code != "00" {
			response = "Declined"
		}
		out = bank.Box("CC5Response", bank.Tag("ErrMsg", "Record(s) found for "+order), bank.Tag("ProcReturnCode", l.code), bank.Tag("Response", response), bank.Tag("OrderId", order),
			bank.Tag("TransId", l.id), bank.Box("Extra", extra...))
	})
	return out
}

func (s *Server) history(store Store, order string) (out string) {
	s.book.Do(func() {
		all := lines(s.book.Order(store.ClientID, order))
		if len(all) == 0 {
			out = bank.Box("CC5Response", bank.Tag("ErrMsg", "No record found for "+order), bank.Tag("ProcReturnCode", "05"), bank.Tag("Response", "Declined"), bank.Tag("OrderId", order),
				bank.Box("Extra", bank.Tag("NUMCODE", "0"), bank.Tag("TRXCOUNT", "0")))
			return
		}
		extra := []string{bank.Tag("TERMINALID", "00655020"), bank.Tag("MERCHANTID", "655000200"), bank.Tag("NUMCODE", "0")}
		for i := range all {
			l := all[len(all)-1-i]
			extra = append(extra, bank.Tag("TRX"+strconv.Itoa(i+1), strings.Join([]string{l.charge, l.stat, l.orig, l.captured, dttm(l.auth), dttm(l.capt), dttm(l.void), l.rrn, l.authCode, l.code, l.id, l.batch}, "\t")))
		}
		extra = append(extra, bank.Tag("TRXCOUNT", strconv.Itoa(len(all))))
		out = bank.Box("CC5Response", bank.Tag("ErrMsg", ""), bank.Tag("ProcReturnCode", "00"), bank.Tag("Response", "Approved"), bank.Tag("OrderId", order), bank.Box("Extra", extra...))
	})
	return out
}

// runPlans charges what has become due of the plans.
func (s *Server) runPlans() {
	s.book.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		now := s.book.Now()
		for _, p := range s.plans {
			for i, due := range p.due {
				if n := i + 2; p.done[n] == nil && !p.cancelled[n] && !due.After(now) {
					p.done[n] = s.book.Charge(&bank.Txn{Merchant: p.client, Order: fmt.Sprintf("%s-%d", p.order, n), Kind: bank.Sale, Minor: p.minor, Currency: p.currency, Card: p.card, Ref: s.transID()})
				}
			}
		}
	})
}

func (s *Server) planStatus(store Store, id string) string {
	s.mu.Lock()
	p := s.plans[id]
	s.mu.Unlock()
	if p == nil || p.client != store.ClientID {
		return bank.Box("CC5Response", bank.Tag("ErrMsg", "No record found for "+id), bank.Box("Extra", bank.Tag("RECURRINGID", id), bank.Tag("RECURRINGCOUNT", "0"), bank.Tag("NUMCODE", "0")))
	}
	extra := []string{bank.Tag("RECURRINGID", id), bank.Tag("RECURRINGCOUNT", strconv.Itoa(len(p.due)+1)), bank.Tag("NUMCODE", "0")}
	for n := 1; n <= len(p.due)+1; n++ {
		tag := func(name, text string) { extra = append(extra, bank.Tag(name+"_"+strconv.Itoa(n), text)) }
		order := p.order
		if n > 1 {
			order = fmt.Sprintf("%s-%d", p.order, n)
		}
		if t := p.done[n]; t != nil {
			l := lines([]*bank.Txn{t})[0]
			tag("AUTH_CODE", l.authCode)
			tag("AUTH_DTTM", dttm(l.auth))
			tag("CAPTURE_AMT", l.captured)
			tag("CAPTURE_DTTM", dttm(l.capt))
			tag("CHARGE_TYPE_CD", l.charge)
			tag("HOST_REF_NUM", l.rrn)
			tag("ORD_ID", order)
			tag("ORIG_TRANS_AMT", l.orig)
			tag("PAN", l.card.Spaced())
			tag("PROC_RET_CD", l.code)
			tag("TRANS_ID", l.id)
			stat := l.stat
			if n > 1 && stat == "D" {
				stat = "ERR"
			}
			tag("TRANS_STAT", stat)
			continue
		}
		stat := "PN"
		if p.cancelled[n] {
			stat = "CNCL"
		}
		tag("CHARGE_TYPE_CD", "S")
		tag("ORD_ID", order)
		tag("ORIG_TRANS_AMT", strconv.FormatInt(p.minor, 10))
		tag("PAN", p.card.Spaced())
		tag("PLANNED_START_DTTM", p.due[n-2].Format("2006-01-02 15:04:05.0"))
		tag("TRANS_STAT", stat)
	}
	return bank.Box("CC5Response", bank.Tag("ErrMsg", "Record(s) found for "+id), bank.Box("Extra", extra...))
}

// maintain cancels a plan or one of its payments.
func (s *Server) maintain(store Store, extra *bank.Node) string {
	kind, id := extra.Get("RECORDTYPE"), extra.Get("RECORDID")
	if extra.Get("RECURRINGOPERATION") != "Cancel" {
		return s.fault(answer{}, "CORE-5105", "Yetki yok.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	for _, p := range s.plans {
		for n := 2; n <= len(p.due)+1; n++ {
			if p.client == store.ClientID && p.done[n] == nil && (kind == "Recurring" && p.id == id || kind == "Order" && fmt.Sprintf("%s-%d", p.order, n) == id) {
				p.cancelled[n], found = true, true
			}
		}
	}
	if !found {
		return s.fault(answer{}, "CORE-5102", "Kayit bulunamadi.")
	}
	return bank.Box("CC5Response", bank.Tag("RECURRINGOPERATION", "Cancel"), bank.Tag("RECORDTYPE", kind), bank.Tag("RECORDID", id), bank.Tag("RESULT", "Successfull"), bank.Box("Extra"))
}
