package iys

import "time"

// Book applies movements in the right order and says what counts. It is kept in
// memory and shows the rules for whoever keeps records in a database: each
// movement once, ordered by its registration and never by its consentDate (a
// closed line repeats the old one), and RET wins a tie. Not safe for many
// goroutines.
type Book struct {
	seen  map[string]bool
	state map[Key]entry
}

type entry struct {
	at     time.Time
	id     string
	status Status
}

// NewBook makes an empty book.
func NewBook() *Book { return &Book{seen: map[string]bool{}, state: map[Key]entry{}} }

// Apply takes a movement and reports whether it is new. Without a registration
// date the consentDate stands in. One with another status or type than the
// known ones changes nothing.
func (b *Book) Apply(m Movement) bool {
	if !m.Status.Valid() || !m.Type.Valid() {
		return false
	}
	if mark := m.Mark(); mark != "" {
		if b.seen[mark] {
			return false
		}
		b.seen[mark] = true
	}
	at := m.CreatedAt
	if at.IsZero() {
		at = m.ConsentDate
	}
	key, next := m.Key(), entry{at, m.TransactionID, m.Status}
	if old, known := b.state[key]; !known || next.after(old) {
		b.state[key] = next
	}
	return true
}

func (e entry) after(old entry) bool {
	switch {
	case !e.at.Equal(old.at):
		return e.at.After(old.at)
	case e.status != old.status:
		return e.status == Ret
	}
	return e.id > old.id
}

// Effective is what counts for a record: ONAY only if the newest movement says
// so. An unknown record is RET.
func (b *Book) Effective(k Key) Status {
	if b.state[k].status == Onay {
		return Onay
	}
	return Ret
}

// Known reports whether any movement of the record was applied.
func (b *Book) Known(k Key) bool { _, ok := b.state[k]; return ok }
