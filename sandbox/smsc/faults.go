package smsc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// Kind is something that goes wrong at this centre. The faults of the world
// count too: timeout_before is LostSubmit, timeout_after NoAnswer, http_500
// FailAfter, slow LateAnswer, duplicate_callback ReceiptTwice, lost_callback
// ReceiptLost.
type Kind string

// The kinds. "Accepted" ones reach the phone.
const (
	LostSubmit       Kind = "lost_submit"       // not accepted, and no answer
	NoAnswer         Kind = "no_answer"         // accepted, and no answer
	LateAnswer       Kind = "late_answer"       // accepted, the answer comes later
	Throttle         Kind = "throttle"          // refused with 58
	QueueFull        Kind = "queue_full"        // refused with 14
	SystemError      Kind = "system_error"      // refused with 08
	FailAfter        Kind = "fail_after"        // accepted, but the answer is 45
	NackSubmit       Kind = "nack"              // refused with a generic_nack
	DropBefore       Kind = "drop_before"       // not accepted, the connection is closed
	DropAfter        Kind = "drop_after"        // accepted, the connection is closed
	HalfAnswer       Kind = "half_answer"       // accepted, closed in the middle of the answer
	Garbage          Kind = "garbage"           // accepted, an HTML page comes, then the end
	ShortLength      Kind = "short_length"      // accepted, the answer says it has 15 octets
	HugeLength       Kind = "huge_length"       // accepted, the answer says it has 1 MiB
	Split            Kind = "split"             // the answer comes in three packets
	Pair             Kind = "pair"              // the answer and an enquire_link in one packet
	NoEnquireAnswer  Kind = "no_enquire_answer" // signs of life are not answered
	NoBindAnswer     Kind = "no_bind_answer"
	ReceiptFirst     Kind = "receipt_first" // the receipt comes before the answer
	ReceiptTwice     Kind = "receipt_twice"
	ReceiptLost      Kind = "receipt_lost"
	ReceiptElsewhere Kind = "receipt_elsewhere" // on another connection, where there is one
)

// Kinds lists all kinds.
var Kinds = []Kind{
	LostSubmit, NoAnswer, LateAnswer, Throttle, QueueFull, SystemError, FailAfter, NackSubmit, DropBefore, DropAfter, HalfAnswer,
	Garbage, ShortLength, HugeLength, Split, Pair, NoEnquireAnswer, NoBindAnswer, ReceiptFirst, ReceiptTwice, ReceiptLost, ReceiptElsewhere,
}

// Fault is a kind in a share of the cases.
type Fault struct {
	Kind  Kind
	Rate  float64       // 0 to 1; 0 switches it off
	Delay time.Duration // of LateAnswer
}

type faults struct {
	mu sync.RWMutex
	on map[Kind]Fault
}

// SetFault switches a fault on, or off with rate 0.
func (s *Server) SetFault(f Fault) error {
	if !slices.Contains(Kinds, f.Kind) {
		return fmt.Errorf("kind %q is unknown", f.Kind)
	}
	if !(f.Rate >= 0 && f.Rate <= 1) || f.Delay < 0 {
		return fmt.Errorf("rate must be from 0 to 1, and the delay not negative")
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if s.faults.on == nil {
		s.faults.on = map[Kind]Fault{}
	}
	s.faults.on[f.Kind] = f
	if f.Rate == 0 {
		delete(s.faults.on, f.Kind)
	}
	return nil
}

// ClearFaults switches all faults of this centre off.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	clear(s.faults.on)
}

var worldKinds = map[Kind]outside.Kind{
	LostSubmit: outside.TimeoutBefore, NoAnswer: outside.TimeoutAfter, FailAfter: outside.HTTP500,
	LateAnswer: outside.Slow, ReceiptTwice: outside.DuplicateCallback, ReceiptLost: outside.LostCallback,
}

// hit throws the dice.
func (s *Server) hit(k Kind) (time.Duration, bool) {
	s.faults.mu.RLock()
	f, on := s.faults.on[k]
	s.faults.mu.RUnlock()
	if on && (f.Rate == 1 || rand.Float64() < f.Rate) {
		return f.Delay, true
	}
	if w, ok := worldKinds[k]; ok && s.core.Faults.Any() {
		if f, hit := s.core.Faults.Hit(System, w); hit {
			return f.Delay(), true
		}
	}
	return 0, false
}

func (s *Server) hits(k Kind) bool { _, ok := s.hit(k); return ok }
