// Package clock is the one source of time. Rules read it, tests and the sandbox move it.
package clock

import (
	"sync/atomic"
	"time"
	_ "time/tzdata" // the binary runs on machines without zone data
)

// Istanbul is the zone of every business rule (day end, business days, working hours).
var Istanbul = mustLoad("Europe/Istanbul")

// Clock tells the time in UTC.
type Clock interface{ Now() time.Time }

// System is the machine's clock plus an offset that only the sandbox and tests set.
type System struct{ offset atomic.Int64 }

// Now returns the present moment in UTC.
func (c *System) Now() time.Time { return time.Now().UTC().Add(time.Duration(c.offset.Load())) }

// SetOffset moves the clock against the machine's.
func (c *System) SetOffset(d time.Duration) { c.offset.Store(int64(d)) }

func mustLoad(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // zone data is linked in, so this is a build fault
	}
	return loc
}
