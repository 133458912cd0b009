// Package spoken says the state of an order to a caller, in Turkish, for text
// to speech. Caller ids can be forged and phones are shared, so a sentence
// never holds a name, address, product or amount.
package spoken

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/shop/reply"
)

// Order is what is known of an order in its store.
type Order struct {
	Ref     string
	Status  string // the store's word, for example "fulfilled"
	Created time.Time
	Phones  []string // in any form
	Carrier string   // for example "Aras Kargo"; may be empty
	Label   string   // the merchant's name of a status of its own; may be empty
}

// Kind is the kind of an answer.
type Kind string

// The kinds: an order, a valid number without one, or no readable number.
const (
	KindOrder   Kind = "order"
	KindUnknown Kind = "unknown"
	KindHidden  Kind = "hidden"
)

// Answer is what a caller hears.
type Answer struct {
	Kind Kind
	Ref  string // of the order spoken about
	Text string
}

// istanbul is the zone of dates that are spoken.
var istanbul = time.FixedZone("+03", 3*60*60)

var months = strings.Fields("Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık")

const day = 24 * time.Hour

// Say answers a caller: the newest order of the last 400 days, and how many
// others of the last 90 days are not finished. Deleted orders are skipped.
func Say(caller string, orders []Order, now time.Time) Answer {
	from, _, ok := reply.Phone(caller)
	if !ok {
		return Answer{Kind: KindHidden, Text: "Numaranız görünmediği için sipariş bilgisi veremiyoruz. Sizi müşteri temsilcisine aktarıyoruz."}
	}
	newest := -1
	for i := range orders {
		if o := &orders[i]; o.of(from) && o.Status != "deleted" && now.Sub(o.Created) <= 400*day && (newest < 0 || o.Created.After(orders[newest].Created)) {
			newest = i
		}
	}
	if newest < 0 {
		return Answer{Kind: KindUnknown, Text: "Bu telefon numarasına ait bir sipariş bulamadık. Sizi müşteri temsilcisine aktarıyoruz."}
	}
	others := 0
	for i := range orders {
		if o := &orders[i]; i != newest && o.of(from) && o.unfinished() && now.Sub(o.Created) <= 90*day {
			others++
		}
	}
	o := &orders[newest]
	text := fmt.Sprintf("%s tarihli, %s siparişiniz %s.", date(o.Created, now), number(o.Ref), o.state())
	if others > 0 {
		text += fmt.Sprintf(" Ayrıca devam eden %d siparişiniz daha var.", others)
	}
	return Answer{Kind: KindOrder, Ref: o.Ref, Text: text}
}

func (o *Order) of(phone string) bool {
	for _, p := range o.Phones {
		if e, _, ok := reply.Phone(p); ok && e == phone {
			return true
		}
	}
	return false
}

func (o *Order) unfinished() bool {
	switch o.Status {
	case "delivered", "cancelled", "refunded", "deleted":
		return false
	}
	return true
}

func (o *Order) state() string {
	switch o.Status {
	case "waiting_for_approval":
		return "onay bekliyor"
	case "approved":
		return "onaylandı"
	case "being_prepared":
		return "hazırlanıyor"
	case "on_accumulation":
		return "tedarik ediliyor"
	case "waiting_for_payment":
		return "ödeme bekliyor"
	case "fulfilled":
		if c := strings.TrimSpace(o.Carrier); c != "" {
			return c + " ile kargoya verildi"
		}
		return "kargoya verildi"
	case "delivered":
		return "teslim edildi"
	case "cancelled":
		return "iptal edildi"
	case "refunded":
		return "iade edildi"
	}
	if l := strings.TrimSpace(o.Label); l != "" {
		return "şu aşamada: " + l
	}
	return "işleme alındı"
}

func date(t, now time.Time) string {
	t = t.In(istanbul)
	s := strconv.Itoa(t.Day()) + " " + months[t.Month()-1]
	if y := t.Year(); y != now.In(istanbul).Year() {
		s += " " + strconv.Itoa(y)
	}
	return s
}

// number spells a short number digit by digit, and of others the last four
// characters.
func number(ref string) string {
	ref = strings.TrimSpace(ref)
	if ref != "" && len(ref) <= 8 && strings.Trim(ref, "0123456789") == "" {
		return strings.Join(strings.Split(ref, ""), " ") + " numaralı"
	}
	r := []rune(strings.ToUpper(ref))
	if len(r) > 4 {
		r = r[len(r)-4:]
	}
	return "son dört hanesi " + strings.Join(strings.Split(string(r), ""), " ") + " olan"
}
