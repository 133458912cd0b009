package netgsm

import (
	"net/http"
	"sync"
	"time"
)

// blacklist is the account's own list of numbers that get no messages; codes
// are not bound by it.
type blacklist struct {
	mu      sync.Mutex
	numbers map[string]bool
	changes []time.Time // of the last minute, at most changeLimit
}

// changeLimit is how many numbers a minute may be entered or removed, and
// blacklistSize bounds the list.
const (
	changeLimit   = 120
	blacklistSize = 100_000
)

func (b *blacklist) has(number string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.numbers[number]
}

// change adds or removes; false means that it is too many for this minute, and
// then nothing is changed.
func (b *blacklist) change(numbers []string, add, unlimited bool, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !unlimited {
		kept := b.changes[:0]
		for _, t := range b.changes {
			if age := now.Sub(t); age >= 0 && age < time.Minute {
				kept = append(kept, t)
			}
		}
		b.changes = kept
		if len(kept)+len(numbers) > changeLimit {
			return false
		}
		for range numbers {
			b.changes = append(b.changes, now)
		}
	}
	if b.numbers == nil {
		b.numbers = map[string]bool{}
	}
	for _, n := range numbers {
		switch {
		case !add:
			delete(b.numbers, n)
		case len(b.numbers) < blacklistSize:
			b.numbers[n] = true
		}
	}
	return true
}

// xmlBlacklist is POST /sms/blacklist: tip 1 adds, 2 removes; there is no call
// that lists.
func (s *Server) xmlBlacklist(w http.ResponseWriter, r *http.Request) {
	var in xmlRequest
	if !readXML(w, r, &in) {
		writeText(w, "70")
		return
	}
	a := s.login(r, in.Header.Usercode, in.Header.Password, true)
	if a == nil {
		writeText(w, "30")
		return
	}
	numbers := make([]string, 0, len(in.Body.Number))
	for _, raw := range in.Body.Number {
		if n, ok := national(raw); ok {
			numbers = append(numbers, n)
		}
	}
	switch {
	case len(numbers) == 0 || len(numbers) < len(in.Body.Number):
		writeText(w, "70")
	case in.Header.Tip != "1" && in.Header.Tip != "2":
		writeText(w, "60")
	case !a.blacklist.change(numbers, in.Header.Tip == "1", a.settings.Load().Unlimited, s.now()):
		writeText(w, "40")
	default:
		writeText(w, "OK")
	}
}
