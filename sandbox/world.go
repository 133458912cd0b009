package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/onay/onay/sandbox/netgsm"
	"github.com/onay/onay/sandbox/outside"
)

// Config describes a world. The zero value is the demo.
type Config struct {
	// BaseClock is the time the offset is added to; nil means time.Now.
	BaseClock func() time.Time
	// Limits bound the memory of the phones.
	Limits outside.Limits
	// Netgsm are the subscribers and their switches.
	Netgsm netgsm.Config
}

// World is one simulated outside world.
type World struct {
	core    *outside.Core
	netgsm  *netgsm.Server
	houses  houses
	views   *views
	banks   []bankRoom
	seenIP  atomic.Pointer[string] // what GET /ip answers; nil: the caller's address
	handler http.Handler
}

// New builds a world. It panics on a Config that contradicts itself, for that
// is a mistake in the program; use Open where the settings come from outside.
func New(cfg Config) *World {
	w, err := Open(cfg)
	if err != nil {
		panic(err)
	}
	return w
}

// Open builds a world, or says what is wrong with its Config.
func Open(cfg Config) (*World, error) {
	core := outside.NewCore(cfg.BaseClock, cfg.Limits)
	n, err := netgsm.New(core, cfg.Netgsm)
	if err != nil {
		core.Close()
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	v, err := loadViews()
	if err != nil {
		core.Close()
		return nil, fmt.Errorf("sandbox pages: %w", err)
	}
	w := &World{core: core, netgsm: n, views: v}
	if err := w.openHouses(); err != nil {
		core.Close()
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	w.handler = w.routes()
	return w, nil
}

// Handler serves the pages, the controls and every simulated system.
func (w *World) Handler() http.Handler { return w.handler }

// Close lets go of hanging requests and event streams. Call it before shutting
// the HTTP server down, which would otherwise wait for them.
func (w *World) Close() { w.core.Close() }

// Now is the time of this world, in UTC.
func (w *World) Now() time.Time { return w.core.Clock.Now().UTC() }

// SetOffset moves the clock to the base clock plus d.
func (w *World) SetOffset(d time.Duration) { w.core.Clock.SetOffset(d) }

// OnClock has f called with the new offset whenever the clock is moved, so that
// the program under test can follow. It must not call SetOffset.
func (w *World) OnClock(f func(time.Duration)) { w.core.Clock.OnChange(f) }

// SetFault switches a fault on, or off with rate 0.
func (w *World) SetFault(f outside.Fault) error { return w.core.Faults.Set(f) }

// ClearFaults switches all faults off.
func (w *World) ClearFaults() { w.core.Faults.Clear("", "") }

// Messages gives what came to a phone, newest first; the phone may be written
// in any usual Turkish form.
func (w *World) Messages(phone string) ([]outside.Message, error) {
	e164, err := outside.NormalizePhone(phone)
	if err != nil {
		return nil, err
	}
	return w.core.Phones.Received(e164), nil
}

// Netgsm is the simulated Netgsm of this world.
func (w *World) Netgsm() *netgsm.Server { return w.netgsm }

// ErrNobody says that no simulated system owns the number a reply was sent to.
var ErrNobody = errors.New("nobody has this number")

// Reply has the customer at phone send a text to a number.
func (w *World) Reply(phone, to, body string) error {
	e164, err := outside.NormalizePhone(phone)
	if err != nil {
		return err
	}
	provider := netgsm.System
	if !w.netgsm.Receive(e164, to, body) {
		if provider = w.houses.receive(e164, to, body); provider == "" {
			return ErrNobody
		}
	}
	w.core.Phones.Add(e164, outside.Message{
		At: w.Now().Truncate(time.Millisecond), Sender: to, Body: body, Provider: provider, Reply: true,
	})
	return nil
}
