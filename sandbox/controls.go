package sandbox

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/outside"
)

func (w *World) getFaults(rw http.ResponseWriter, _ *http.Request) {
	writeJSON(rw, http.StatusOK, w.core.Faults.List())
}

func (w *World) putFault(rw http.ResponseWriter, r *http.Request) {
	f := outside.Fault{Rate: 1} // a fault that is named without a rate always happens
	if !readJSON(rw, r, &f) {
		return
	}
	if err := w.core.Faults.Set(f); err != nil {
		problem(rw, http.StatusUnprocessableEntity, "fault_invalid", err.Error())
		return
	}
	writeJSON(rw, http.StatusOK, w.core.Faults.List())
}

// deleteFaults clears all, or those of ?system= and ?kind=.
func (w *World) deleteFaults(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.core.Faults.Clear(q.Get("system"), outside.Kind(q.Get("kind")))
	rw.WriteHeader(http.StatusNoContent)
}

type clockState struct {
	OffsetSeconds float64   `json:"offset_seconds"`
	Now           time.Time `json:"now"`
}

func (w *World) clock() clockState {
	return clockState{w.core.Clock.Offset().Seconds(), w.Now()}
}

func (w *World) getClock(rw http.ResponseWriter, _ *http.Request) {
	writeJSON(rw, http.StatusOK, w.clock())
}

// maxOffset is a century: more is a mistake, and far more overflows.
const maxOffset = 100 * 366 * 24 * 60 * 60

func (w *World) putClock(rw http.ResponseWriter, r *http.Request) {
	var in struct {
		Offset *float64 `json:"offset_seconds"`
	}
	if !readJSON(rw, r, &in) {
		return
	}
	if in.Offset == nil || math.Abs(*in.Offset) > maxOffset {
		problem(rw, http.StatusUnprocessableEntity, "offset_invalid", "offset_seconds must be a number of at most a hundred years")
		return
	}
	w.SetOffset(time.Duration(*in.Offset * float64(time.Second)))
	writeJSON(rw, http.StatusOK, w.clock())
}

// The forms of the page.

func (w *World) postFault(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, controlLimit)
	percent, err := strconv.ParseFloat(strings.Replace(r.FormValue("percent"), ",", ".", 1), 64)
	delay, err2 := strconv.Atoi(r.FormValue("delay_ms"))
	if err == nil && err2 == nil {
		err = w.core.Faults.Set(outside.Fault{
			System: r.FormValue("system"), Kind: outside.Kind(r.FormValue("kind")), Rate: percent / 100, DelayMS: delay,
		})
	}
	if err != nil || err2 != nil {
		http.Redirect(rw, r, "/controls?error=fault_invalid", http.StatusSeeOther)
		return
	}
	http.Redirect(rw, r, "/controls", http.StatusSeeOther)
}

func (w *World) postClearFaults(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, controlLimit)
	w.core.Faults.Clear(r.FormValue("system"), outside.Kind(r.FormValue("kind")))
	http.Redirect(rw, r, "/controls", http.StatusSeeOther)
}

// postClock moves by a step from where the clock stands, or back to zero.
func (w *World) postClock(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, controlLimit)
	step, err := strconv.ParseInt(r.FormValue("step_seconds"), 10, 64)
	offset := w.core.Clock.Offset() + time.Duration(step)*time.Second
	switch {
	case r.FormValue("reset") != "":
		w.SetOffset(0)
	case err != nil || step > maxOffset || step < -maxOffset || math.Abs(offset.Seconds()) > maxOffset:
		http.Redirect(rw, r, "/controls?error=offset_invalid", http.StatusSeeOther)
		return
	default:
		w.SetOffset(offset)
	}
	http.Redirect(rw, r, "/controls", http.StatusSeeOther)
}
