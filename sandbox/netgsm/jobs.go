package netgsm

import (
	"hash/maphash"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

// keepReports is how long Netgsm answers for a task.
const keepReports = 92 * 24 * time.Hour

// status values of a report row.
const (
	statusWaiting   = 0
	statusDelivered = 1
	statusTimedOut  = 2
	statusWrong     = 3
	statusRefused   = 11
	statusDuplicate = 13
	statusNoCredit  = 14
	statusBlacklist = 15
	statusIYS       = 16
)

// row is one recipient of a task.
type row struct {
	number string // 10 digits, or 00 and country code
	text   string // empty once handed over: the report does not need it
	ref    string
	final  int
	parts  int
}

// job is one accepted task.
type job struct {
	id     string
	owner  *account
	header string
	filter string
	enc    encoding
	start  time.Time

	mu        sync.Mutex
	released  bool
	cancelled bool
	ready     time.Time // from then on the report shows the final status
	rows      []row
}

// reportRow is a row as it stands at the moment of asking.
type reportRow struct {
	jobID, number, ref string
	status, parts      int
	at                 time.Time
}

func (j *job) report(now time.Time) []reportRow {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cancelled {
		return nil
	}
	out := make([]reportRow, len(j.rows))
	for i, r := range j.rows {
		out[i] = reportRow{jobID: j.id, number: r.number, ref: r.ref, parts: r.parts, at: j.ready}
		if j.released && !now.Before(j.ready) {
			out[i].status = r.final
		}
	}
	return out
}

// jobs keeps the newest tasks, spread over locks by id.
type jobs struct {
	counter atomic.Uint64
	seed    maphash.Seed
	shards  [16]jobShard
}

type jobShard struct {
	mu       sync.RWMutex
	byID     map[string]*job
	order    []*job // ring, oldest at head once full
	head     int
	capacity int
}

func newJobs(keep int) *jobs {
	if keep <= 0 {
		keep = 100_000
	}
	js := &jobs{seed: maphash.MakeSeed()}
	for i := range js.shards {
		js.shards[i].byID = map[string]*job{}
		js.shards[i].capacity = max(1, keep/len(js.shards))
	}
	return js
}

// newID makes the 26 digits: 17 of Istanbul time, 9 of a counter.
func (js *jobs) newID(now time.Time) string {
	b := make([]byte, 0, 40)
	b = now.In(outside.Istanbul).AppendFormat(b, "20060102150405.000")
	b = append(b[:14], b[15:]...)
	n := strconv.FormatUint(js.counter.Add(1)%1_000_000_000, 10)
	b = append(b, "000000000"[len(n):]...)
	return string(append(b, n...))
}

func (js *jobs) shard(id string) *jobShard {
	return &js.shards[maphash.String(js.seed, id)%uint64(len(js.shards))]
}

func (js *jobs) put(j *job) {
	s := js.shard(j.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[j.id] = j
	if len(s.order) < s.capacity {
		s.order = append(s.order, j)
		return
	}
	delete(s.byID, s.order[s.head].id)
	s.order[s.head] = j
	s.head = (s.head + 1) % s.capacity
}

// find gives a task of this account; the tasks of others do not exist for it.
func (js *jobs) find(owner *account, id string) *job {
	s := js.shard(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if j := s.byID[id]; j != nil && j.owner == owner {
		return j
	}
	return nil
}

// between gives the account's tasks that started in the period, by id.
func (js *jobs) between(owner *account, from, to time.Time) []*job {
	var out []*job
	for i := range js.shards {
		s := &js.shards[i]
		s.mu.RLock()
		for _, j := range s.byID {
			if j.owner == owner && !j.start.Before(from) && !j.start.After(to) {
				out = append(out, j)
			}
		}
		s.mu.RUnlock()
	}
	sort.Slice(out, func(a, b int) bool { return out[a].id < out[b].id })
	return out
}

// scripted is the failure that the last two digits of a number ask for, or
// delivered.
func scripted(number string) int {
	if len(number) < 2 {
		return statusDelivered
	}
	switch number[len(number)-2:] {
	case "02":
		return statusTimedOut
	case "03":
		return statusWrong
	case "11":
		return statusRefused
	case "13":
		return statusDuplicate
	case "15":
		return statusBlacklist
	case "16":
		return statusIYS
	}
	return statusDelivered
}

// failure is the errorCode that goes with a status.
func failure(status int) int {
	switch status {
	case statusTimedOut:
		return 111
	case statusWrong:
		return 105
	case statusRefused:
		return 115
	case statusBlacklist:
		return 106
	}
	return 0
}

// operator guesses the network by prefix; ported numbers do not exist here.
func operator(number string) int {
	if len(number) < 2 {
		return 70
	}
	switch {
	case strings.HasPrefix(number, "00"):
		return 212
	case strings.HasPrefix(number, "50"), strings.HasPrefix(number, "55"):
		return 20
	case strings.HasPrefix(number, "54"):
		return 10
	}
	return 30
}

// toE164 is the phone on which a number of the wire rings.
func toE164(number string) string {
	if strings.HasPrefix(number, "00") {
		return "+" + number[2:]
	}
	return "+90" + number
}

// national reads a number of the wire as ten digits 5XXXXXXXXX.
func national(in string) (string, bool) {
	e164, err := outside.NormalizePhone(in)
	if err != nil || len(e164) != 13 || !strings.HasPrefix(e164, "+905") {
		return "", false
	}
	return e164[3:], true
}

// replace puts another task under an id that is already known.
func (js *jobs) replace(j *job) {
	s := js.shard(j.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[j.id] == nil {
		return
	}
	s.byID[j.id] = j
	for i := range s.order {
		if s.order[i].id == j.id {
			s.order[i] = j
		}
	}
}
