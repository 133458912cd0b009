package mutlucell

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/carrier"
	"github.com/onay/onay/sandbox/outside"
)

// send answers $ID#CREDITS, or a bare number.
func (s *Server) send(w http.ResponseWriter, h *carrier.Holder, in document) {
	now := s.carrier.Now()
	b := &carrier.Batch{Owner: h, Sender: in.Org, Start: now}
	coding, ok := map[string]carrier.Coding{"": carrier.Plain, "default": carrier.Plain, "turkish": carrier.Turkish, "unicode": carrier.Unicode}[in.Charset]
	if !ok || len(in.Mesaj) == 0 {
		text(w, badXML)
		return
	}
	if !h.Settings().HasHeader(in.Org) {
		text(w, badSender)
		return
	}
	if in.Tarih != "" {
		t, err := time.ParseInLocation(minute, in.Tarih, outside.Istanbul)
		if err != nil {
			text(w, badXML)
			return
		}
		if t.After(now) {
			b.Start = t
		}
	}
	b.Expire = b.Start.Add(24 * time.Hour)
	if in.Bitis != "" {
		t, err := time.ParseInLocation(minute, in.Bitis, outside.Istanbul)
		if err != nil {
			text(w, badXML)
			return
		}
		b.Expire = t
	}
	total := 0
	for _, m := range in.Mesaj {
		if strings.TrimSpace(m.Metin) == "" {
			text(w, badXML)
			return
		}
		parts := coding.Parts(m.Metin)
		for no := range strings.SplitSeq(m.Nums, ",") {
			// A number that cannot be served costs nothing and gets nothing.
			if to, ok := carrier.Mobile(no); ok {
				b.Rows = append(b.Rows, carrier.Row{To: to, Body: coding.Shown(m.Metin), Parts: parts})
				total += parts
			}
		}
	}
	if !h.Charge(int64(total)) {
		text(w, noCredit)
		return
	}
	b.ID = s.carrier.NextText()
	s.carrier.Put(b)
	text(w, fmt.Sprintf("$%s#%d.0", b.ID, total))
}
