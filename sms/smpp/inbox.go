package smpp

import (
	"strings"
	"sync"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
)

// joiner puts the parts of long inbound messages together. A part stays
// unanswered for a moment, so that a stop in between loses nothing; a centre
// that sends the next part only after an answer gets it when the moment is
// over.
type joiner struct {
	mu    sync.Mutex
	whole map[joinKey]*assembly
}

type joinKey struct {
	from, to string
	ref      encoding.Reference
	total    int
}

type assembly struct {
	in    sms.Inbound // of the first part that came
	since time.Time
	texts map[int]string
	open  []openPart
}

type openPart struct {
	seq   int
	reply reply
	since time.Time
}

// maxAssemblies bounds the memory; parts of further messages are refused for
// now.
const maxAssemblies = 10_000

// add takes a part. Once it was the last, the whole message and everything
// that is to be answered come back; the parts stay until done or undone.
func (j *joiner) add(in sms.Inbound, c encoding.Concat, r reply, now time.Time) (whole *assembly, key joinKey, full bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	key = joinKey{in.From, in.To, c.Reference, c.Total}
	a := j.whole[key]
	if a == nil {
		if len(j.whole) >= maxAssemblies {
			return nil, key, true
		}
		a = &assembly{in: in, since: now, texts: map[int]string{}}
		j.whole[key] = a
	}
	a.texts[c.Seq] = in.Raw
	a.open = append(a.open, openPart{c.Seq, r, now})
	if len(a.texts) < c.Total {
		return nil, key, false
	}
	return a, key, false
}

// message is the text as far as it is there; a gap shows as an ellipsis.
func (a *assembly) message(total int) sms.Inbound {
	var b strings.Builder
	for i := 1; i <= total; i++ {
		text, ok := a.texts[i]
		if !ok {
			text = "…"
		}
		b.WriteString(text)
	}
	in := a.in
	in.Raw = b.String()
	in.Text = strings.TrimSpace(in.Raw)
	return in
}

// done forgets a message that was handed over and gives what is to be
// answered.
func (j *joiner) done(key joinKey) []openPart {
	j.mu.Lock()
	defer j.mu.Unlock()
	a := j.whole[key]
	if a == nil {
		return nil
	}
	delete(j.whole, key)
	return a.open
}

// undone gives the open parts of a message that could not be handed over, and
// forgets these: the centre sends them again.
func (j *joiner) undone(key joinKey) []openPart {
	j.mu.Lock()
	defer j.mu.Unlock()
	a := j.whole[key]
	if a == nil {
		return nil
	}
	open := a.open
	a.open = nil
	for _, p := range open {
		delete(a.texts, p.seq)
	}
	if len(a.texts) == 0 {
		delete(j.whole, key)
	}
	return open
}

// sweep gives the parts that have been left open long enough, and the messages
// that will not become whole any more.
func (j *joiner) sweep(now time.Time, part, parts time.Duration) (open []openPart, old []joinKey) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for key, a := range j.whole {
		keep := a.open[:0]
		for _, p := range a.open {
			if now.Sub(p.since) < part {
				keep = append(keep, p)
			} else {
				open = append(open, p)
			}
		}
		a.open = keep
		if now.Sub(a.since) >= parts {
			old = append(old, key)
		}
	}
	return open, old
}

// take gives a message for good, whole or not.
func (j *joiner) take(key joinKey) (sms.Inbound, []openPart, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	a := j.whole[key]
	if a == nil {
		return sms.Inbound{}, nil, false
	}
	delete(j.whole, key)
	return a.message(key.total), a.open, true
}
