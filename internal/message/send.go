package message

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/internal/phone"
	"github.com/onay/onay/sms/encoding"
)

// Note is an informational SMS to one phone: an address to pay at, news of an order. It carries no code and no advertisement.
type Note struct {
	CompanyID string
	OwnerID   string // what it is about: pay_…, lnk_…
	Purpose   string
	Phone     string
	Text      string
	Expires   time.Time // it is never sent later; zero: a day
}

// maxNote is how many parts a note may have.
const maxNote = 4

// Size tells how a text leaves: the encoding, and the number of parts with what the operator appends.
func Size(text string) (encoding.Segments, error) {
	return encoding.Count(text, encoding.Options{Reserve: encoding.OperatorReserve})
}

// Send writes a note and hands it over. What the providers cannot take now is tried again until it expires; after a lost answer it may arrive twice.
func (s *Service) Send(ctx context.Context, n Note) (Message, error) {
	e164, _, err := phone.Parse(n.Phone)
	if err != nil {
		return Message{}, err
	}
	n.Text = strings.TrimSpace(n.Text)
	if n.Text == "" || !utf8.ValidString(n.Text) || strings.ContainsRune(n.Text, 0) {
		return Message{}, fault.Field("text", "invalid_text", "Mesajın metnini yazın.", "Write the text of the message.")
	}
	size, err := Size(n.Text)
	if err != nil || size.Parts > maxNote {
		return Message{}, fault.Field("text", "too_long", "Mesaj çok uzun: en çok dört SMS olabilir.", "The message is too long: four parts at most.")
	}
	how := "turkish"
	switch size.Encoding {
	case encoding.GSM7:
		how = "plain"
	case encoding.UCS2:
		how = "unicode"
	}
	now := s.clock.Now()
	if n.Expires.IsZero() || n.Expires.After(now.Add(24*time.Hour)) {
		n.Expires = now.Add(24 * time.Hour)
	}
	if !n.Expires.After(now) {
		return Message{}, fault.New(fault.Conflict, "expired", "Süresi dolmuş; mesaj gönderilmedi.", "Its time is over; no message was sent.")
	}
	d, err := s.Draft(Outgoing{CompanyID: n.CompanyID, OwnerID: n.OwnerID, Route: "bulk", Purpose: n.Purpose, Recipient: e164, Text: n.Text, Masked: n.Text, Encoding: how, Segments: size.Parts, ExpiresAt: n.Expires})
	if err != nil {
		return Message{}, err
	}
	err = s.db.Write(ctx, func(tx db.Tx) error {
		return errors.Join(s.Insert(tx, d), s.log.Append(ctx, tx, d.Event), idempotency.Record(ctx, tx, d.Message.ID))
	})
	if err != nil {
		return Message{}, err
	}
	return s.HandOver(ctx, d.Message, d.Text), nil
}
