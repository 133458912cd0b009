package console

import (
	"bytes"
	"net/http"
	"time"

	"github.com/onay/onay/internal/console/custscreens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/verification"
)

// The page of a code is followed for as long as most codes live, and looked at often enough to seem immediate.
const (
	liveEvery = 700 * time.Millisecond
	liveFor   = 3 * time.Minute
)

func textLang(r *http.Request) text.Lang { return text.From(r.Context()) }

func (c *Console) liveDraft(w http.ResponseWriter, r *http.Request, p place) error {
	_, page, v, ok, err := c.draftVerification(w, r, p)
	if !ok {
		return err
	}
	return c.follow(w, r, page, v)
}

// follow sends the state of a code as server-sent events until it ends or nobody looks.
func (c *Console) follow(w http.ResponseWriter, r *http.Request, p codePage, v verification.Verification) error {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	end := time.NewTimer(liveFor)
	defer end.Stop()
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	var last []byte
	for {
		now, err := c.Verifications.Get(r.Context(), v.CompanyID, v.ID)
		if err != nil {
			return nil // the stream is open: there is no page to show it on
		}
		d, err := c.codeProps(r, p, now)
		if err != nil {
			return nil
		}
		var part bytes.Buffer
		if err := custscreens.CodeState(d).Render(r.Context(), &part); err != nil {
			return nil
		}
		if !bytes.Equal(part.Bytes(), last) {
			last = bytes.Clone(part.Bytes())
			if err := sendEvent(w, "", last); err != nil {
				return nil
			}
			if err := out.Flush(); err != nil {
				return nil
			}
		}
		if now.Status != verification.Pending {
			break
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-end.C:
			return sayDone(w, out)
		case <-tick.C:
		}
	}
	return sayDone(w, out)
}

func sayDone(w http.ResponseWriter, out *http.ResponseController) error {
	if sendEvent(w, "done", []byte("done")) == nil {
		out.Flush()
	}
	return nil
}

// sendEvent writes one event; each line of its data has a line of its own on the wire.
func sendEvent(w http.ResponseWriter, name string, data []byte) error {
	var b bytes.Buffer
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		b.WriteString("data: ")
		b.Write(line)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}
