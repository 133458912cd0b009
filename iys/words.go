package iys

import (
	"strings"
	"time"
)

// Type is the kind of message a consent is for. A consent for one type says
// nothing about the others.
type Type string

// The types. Phone numbers go with the first two, e-mail addresses with the third.
const (
	Arama  Type = "ARAMA"  // voice call
	Mesaj  Type = "MESAJ"  // text message
	Eposta Type = "EPOSTA" // e-mail
)

// Types lists all types.
var Types = []Type{Arama, Mesaj, Eposta}

// Valid reports whether t is one of the three.
func (t Type) Valid() bool { return t == Arama || t == Mesaj || t == Eposta }

// Status is the decision. There is no third value.
type Status string

// The decisions.
const (
	Onay Status = "ONAY" // approved
	Ret  Status = "RET"  // rejected
)

// Valid reports whether s is ONAY or RET.
func (s Status) Valid() bool { return s == Onay || s == Ret }

// RecipientType separates consumers from merchants and tradesmen. One address
// may have an independent record of each.
type RecipientType string

// The kinds of recipient.
const (
	Bireysel RecipientType = "BIREYSEL" // individual
	Tacir    RecipientType = "TACIR"    // merchant or tradesman
)

// Valid reports whether t is BIREYSEL or TACIR.
func (t RecipientType) Valid() bool { return t == Bireysel || t == Tacir }

// Source tells how a decision was taken. Unknown sources arrive as they are.
type Source string

// The sources that a merchant may send.
const (
	SourcePhysical    Source = "HS_FIZIKSEL_ORTAM" // a physical place
	SourceSigned      Source = "HS_ISLAK_IMZA"     // signed form
	SourceEvent       Source = "HS_ETKINLIK"
	SourceATM         Source = "HS_ATM"
	SourceElectronic  Source = "HS_EORTAM" // another electronic medium
	SourceWeb         Source = "HS_WEB"
	SourceMobile      Source = "HS_MOBIL" // mobile app
	SourceMessage     Source = "HS_MESAJ" // the merchant's SMS number
	SourceEmail       Source = "HS_EPOSTA"
	SourceCallCentre  Source = "HS_CAGRI_MERKEZI"
	SourceSocialMedia Source = "HS_SOSYAL_MEDYA"
	Source2015        Source = "HS_2015"  // approved before 1 May 2015; the date is fixed
	SourceDecision    Source = "HS_KARAR" // the merchant's own decision, only with RET
)

// The sources that only İYS writes; sending one is refused with H119.
const (
	SourceIYSWeb        Source = "IYS_WEB"
	SourceIYSWebNew     Source = "IYS_WEB_YENI" // the citizen added himself to the brand
	SourceIYSMobile     Source = "IYS_MOBIL"
	SourceIYSMessage    Source = "IYS_KISAMESAJ" // SMS to 3338
	SourceIYSCall       Source = "IYS_CM"
	SourceIYSEmail      Source = "IYS_EPOSTA"
	SourceIYSFrameSMS   Source = "IYS_FRAME_SMS"
	SourceIYSFrameEmail Source = "IYS_FRAME_EPOSTA"
	// SourceLineClosed: the carrier closed the line. Its consentDate is the old
	// one repeated, or empty for a TACIR without a date.
	SourceLineClosed Source = "IYS_AHS_HAT_KAPATMA"
)

// Sources lists what a merchant may send.
var Sources = []Source{
	SourcePhysical, SourceSigned, SourceEvent, SourceATM, SourceElectronic, SourceWeb, SourceMobile,
	SourceMessage, SourceEmail, SourceCallCentre, SourceSocialMedia, Source2015, SourceDecision,
}

// Sendable reports whether a merchant may send s.
func (s Source) Sendable() bool {
	for _, v := range Sources {
		if s == v {
			return true
		}
	}
	return false
}

// ByIYS reports whether a movement was made at İYS and not by the merchant's
// side. Partners use other names (IYS_3338), so the prefix decides. Such a
// movement is applied and never sent back.
func (s Source) ByIYS() bool { return strings.HasPrefix(string(s), "IYS_") }

// Side is whose movements a pull lists.
type Side string

// The sides.
const (
	SideIYS Side = "IYS" // made at İYS by citizens and carriers
	SideHS  Side = "HS"  // written by the merchant, by whatever system
)

// Valid reports whether s is one of the two.
func (s Side) Valid() bool { return s == SideIYS || s == SideHS }

// Key names one record of the registry. Records with different keys never
// influence each other.
type Key struct {
	Brand         int64
	Recipient     string // as NormalizeRecipient gives it
	Type          Type
	RecipientType RecipientType
}

// Consent is one decision as a merchant sends it.
type Consent struct {
	Recipient string // "+905XXXXXXXXX" or an e-mail address in lower case
	Type      Type
	// Source may be empty for the first TACIR record only.
	Source Source
	Status Status
	// ConsentDate is when the person decided, to the second. Zero is left out,
	// which only the first TACIR record allows. It is never to be moved so that
	// a late consent passes.
	ConsentDate   time.Time
	RecipientType RecipientType // empty means Bireysel
	RetailerCode  int64         // the dealer that collected it, 8 digits; 0 for none
	// RetailerAccess are the dealers that may see it, at most 3000; nil for none.
	RetailerAccess []int64
}

// Key gives the record that the consent would change.
func (c Consent) Key(brand int64) Key {
	rt := c.RecipientType
	if rt == "" {
		rt = Bireysel
	}
	return Key{Brand: brand, Recipient: c.Recipient, Type: c.Type, RecipientType: rt}
}
