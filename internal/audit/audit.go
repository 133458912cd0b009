// Package audit keeps the one log of everything that happened: the history of each object, the feed that an ERP catches up
// from, and a trail that shows any changed, removed or inserted row.
//
// Each row carries a keyed digest of its content. About twice a second a seal chains the digests of all new rows to the seal
// before it, so that writers never wait for each other's hash. What is sealed is final: feeds read only sealed rows.
package audit

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/vault"
)

// System is the actor of what the program does by itself.
const System = "system"

// Event is one thing that happened to one object.
type Event struct {
	Seq       int64 // position in the log, given at insert
	CompanyID string
	ObjectID  string
	ObjectSeq int64  // 1, 2, 3… for each object; equals the object's version
	Kind      string // object.verb, for example verification.approved
	Actor     string // usr_…, key_… or "system"
	Reason    string // why, in words for a person; may be empty
	Data      string // JSON object without secrets
	At        time.Time

	digest []byte // see Digest
}

type actorKey struct{}

// WithActor says who acts in ctx.
func WithActor(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, actorKey{}, id)
}

// Actor tells who acts in ctx; nobody is [System].
func Actor(ctx context.Context) string {
	if id, ok := ctx.Value(actorKey{}).(string); ok && id != "" {
		return id
	}
	return System
}

// Log writes and reads events.
type Log struct {
	db    db.DB
	vault *vault.Vault
	clock clock.Clock
	head  string // file that remembers the newest seal outside the database; may be empty
}

// New returns the log. headPath names a file beside the database in which the newest seal is remembered, so that cutting
// off the end of the log shows too; it may be empty.
func New(d db.DB, v *vault.Vault, c clock.Clock, headPath string) *Log {
	return &Log{db: d, vault: v, clock: c, head: headPath}
}

// Data turns a value into the JSON of an event. Values are plain structs and maps, which cannot fail to encode.
func Data(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("audit: event data: %v", err))
	}
	return string(b)
}

const columns = 9

// inserts holds the statement for 1…n rows: one round trip for the events of a transaction.
var inserts = func() (s [9]string) {
	for n := 1; n < len(s); n++ {
		var b strings.Builder
		b.WriteString("INSERT INTO event (company_id, object_id, object_seq, kind, actor, reason, data, at, digest) VALUES ")
		for r := range n {
			if r > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('(')
			for c := range columns {
				if c > 0 {
					b.WriteByte(',')
				}
				b.WriteByte('$')
				b.WriteString(strconv.Itoa(r*columns + c + 1))
			}
			b.WriteByte(')')
		}
		s[n] = b.String()
	}
	return s
}()

// Digest fills in actor, time and digest of events that are final, so that their transaction need not. The events must not be
// changed afterwards.
func (l *Log) Digest(ctx context.Context, events ...Event) []Event {
	for i := range events {
		e := &events[i]
		if e.Actor == "" {
			e.Actor = Actor(ctx)
		}
		if e.At.IsZero() {
			e.At = l.clock.Now()
		}
		if e.Data == "" {
			e.Data = "{}"
		}
		e.digest = l.digest(*e)
	}
	return events
}

// Append writes events within the transaction of the change that they tell of. Actor and time are filled in where missing, see [Log.Digest].
func (l *Log) Append(ctx context.Context, tx db.Tx, events ...Event) error {
	if err := tx.LockShared("event"); err != nil {
		return err
	}
	for len(events) > 0 {
		n := min(len(events), len(inserts)-1)
		args := make([]any, 0, n*columns)
		for _, e := range events[:n] {
			if e.digest == nil {
				e = l.Digest(ctx, e)[0]
			}
			args = append(args, e.CompanyID, e.ObjectID, e.ObjectSeq, e.Kind, e.Actor, e.Reason, e.Data, db.Micros(e.At), e.digest)
		}
		if _, err := tx.Exec(inserts[n], args...); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		events = events[n:]
	}
	return nil
}

// AppendNext writes one event of an object that keeps no version of its own; its number follows the object's last event.
func (l *Log) AppendNext(ctx context.Context, tx db.Tx, e Event) error {
	if err := tx.Lock("object:" + e.ObjectID); err != nil {
		return err
	}
	if err := tx.QueryRow("SELECT COALESCE(MAX(object_seq), 0) + 1 FROM event WHERE object_id = $1", e.ObjectID).Scan(&e.ObjectSeq); err != nil {
		return err
	}
	return l.Append(ctx, tx, e)
}

func (l *Log) digest(e Event) []byte {
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(e.ObjectSeq))
	binary.BigEndian.PutUint64(n[8:], uint64(db.Micros(e.At)))
	return l.vault.MAC("event", []byte(e.CompanyID), []byte(e.ObjectID), n[:], []byte(e.Kind), []byte(e.Actor), []byte(e.Reason), []byte(e.Data))
}
