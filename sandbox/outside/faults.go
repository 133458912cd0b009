package outside

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Kind names what goes wrong.
type Kind string

// The kinds every system understands where it has the thing that can break.
const (
	TimeoutBefore     Kind = "timeout_before" // no answer, and nothing was done
	TimeoutAfter      Kind = "timeout_after"  // no answer, although it was done
	HTTP500           Kind = "http_500"       // an error page, although it was done
	Slow              Kind = "slow"           // the answer comes delay_ms later
	WrongHash         Kind = "wrong_hash"     // a signed answer carries a false hash
	DuplicateCallback Kind = "duplicate_callback"
	LostCallback      Kind = "lost_callback"
)

// Odd answers: the work was done, but what comes back is not what the manual says.
const (
	AnswerHTML       Kind = "answer_html"        // a page of a proxy with status 200
	AnswerTruncated  Kind = "answer_truncated"   // the body ends half way
	AnswerNumberCode Kind = "answer_number_code" // "code" as a JSON number
	AnswerBare30     Kind = "answer_bare_30"     // the two characters 30
	Answer999        Kind = "answer_999"         // a code no table has
	Answer01         Kind = "answer_01"          // accepted with a corrected date
)

// Kinds lists all kinds, in the order a person reads them.
var Kinds = []Kind{
	TimeoutBefore, TimeoutAfter, HTTP500, Slow, WrongHash, DuplicateCallback, LostCallback,
	AnswerHTML, AnswerTruncated, AnswerNumberCode, AnswerBare30, Answer999, Answer01,
}

// Fault is one thing that goes wrong in one system, in a share of its calls.
type Fault struct {
	System string  `json:"system"` // name of the room; "*" means every one
	Kind   Kind    `json:"kind"`
	Rate   float64 `json:"rate"` // 0 to 1; 0 switches it off
	// DelayMS is how long Slow waits. For the time-outs it bounds the silence,
	// after which the connection is cut; 0 waits until the caller leaves.
	DelayMS int `json:"delay_ms"`
}

// Delay is DelayMS as a duration.
func (f Fault) Delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

type faultKey struct {
	system string
	kind   Kind
}

// Faults holds what is switched on. Reading takes no lock: the table is
// replaced as a whole, for it is read by every call and written by hand.
type Faults struct {
	mu    sync.Mutex
	table atomic.Pointer[map[faultKey]Fault]
}

// Set switches a fault on, or off with rate 0. One system may have several.
func (f *Faults) Set(fault Fault) error {
	known := false
	for _, k := range Kinds {
		known = known || k == fault.Kind
	}
	switch {
	case fault.System == "":
		return fmt.Errorf("system is missing")
	case !known:
		return fmt.Errorf("kind %q is unknown", fault.Kind)
	case !(fault.Rate >= 0 && fault.Rate <= 1):
		return fmt.Errorf("rate must be from 0 to 1")
	case fault.DelayMS < 0 || fault.DelayMS > 600_000:
		return fmt.Errorf("delay_ms must be from 0 to 600000")
	}
	f.change(func(t map[faultKey]Fault) {
		key := faultKey{fault.System, fault.Kind}
		if fault.Rate == 0 {
			delete(t, key)
			return
		}
		t[key] = fault
	})
	return nil
}

// Clear switches off the faults of a system and kind; an empty word means all.
func (f *Faults) Clear(system string, kind Kind) {
	f.change(func(t map[faultKey]Fault) {
		for k := range t {
			if (system == "" || k.system == system) && (kind == "" || k.kind == kind) {
				delete(t, k)
			}
		}
	})
}

func (f *Faults) change(edit func(map[faultKey]Fault)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := map[faultKey]Fault{}
	if old := f.table.Load(); old != nil {
		for k, v := range *old {
			next[k] = v
		}
	}
	edit(next)
	if len(next) == 0 {
		f.table.Store(nil)
		return
	}
	f.table.Store(&next)
}

// List gives what is switched on, by system and kind.
func (f *Faults) List() []Fault {
	out := []Fault{}
	if t := f.table.Load(); t != nil {
		for _, v := range *t {
			out = append(out, v)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].System != out[j].System {
			return out[i].System < out[j].System
		}
		return out[i].Kind < out[j].Kind
	})
	return out
}

// Any says whether anything at all is switched on.
func (f *Faults) Any() bool { return f.table.Load() != nil }

// Hit throws the dice: does this call of the system meet the fault?
func (f *Faults) Hit(system string, kind Kind) (Fault, bool) {
	t := f.table.Load()
	if t == nil {
		return Fault{}, false
	}
	fault, ok := (*t)[faultKey{system, kind}]
	if !ok {
		fault, ok = (*t)[faultKey{"*", kind}]
	}
	if !ok || rand.Float64() >= fault.Rate {
		return Fault{}, false
	}
	return fault, true
}
