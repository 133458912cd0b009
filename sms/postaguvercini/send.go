package postaguvercini

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
	"github.com/onay/onay/sms/internal/house"
)

// MaxTexts is the most recipients of one request (error 1070).
const MaxTexts = 800

// MaxValidity is the longest a bulk message may wait.
const MaxValidity = 24 * time.Hour

// letters: no shift tables are told of, so Turkish letters count as UCS-2.
var letters = house.Letters{Max: map[encoding.Encoding]int{encoding.GSM7: 480, encoding.UCS2: 268}}

// Text is one text to one phone.
type Text struct {
	To   string // a Turkish mobile in any usual writing
	Body string // sent as it stands
}

// Bulk is one send request: one text to many phones, or many texts.
type Bulk struct {
	Route  sms.Route // the host; RouteBulk when empty
	Header string    // see Config.Headers
	Texts  []Text    // 1 to MaxTexts
	// Start and Expire are honoured on the bulk route only, to the minute;
	// zero means now, and the house's own limit. Expire lies at most
	// MaxValidity after Start.
	Start, Expire time.Time
}

// job is a checked request with numbers of ten digits.
type job struct {
	route         sms.Route
	texts         []Text
	same          bool // every phone gets the same text
	start, expire time.Time
	header        string // for JSON
	warning       string
}

// Send sends one SMS. Every error is an *sms.Error.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	j, t, err := c.prepare(m)
	if err != nil {
		return sms.Accepted{}, err
	}
	j.texts, j.same = []Text{t}, true
	o := c.hand(ctx, j)[0]
	return o.Accepted, o.Err
}

// MaxBatch is MaxTexts.
func (c *Client) MaxBatch() int { return MaxTexts }

// SendBatch sends many SMS in requests of MaxTexts; each gets an id of its
// own. HTTP has no call for many texts, so these go by XML there.
func (c *Client) SendBatch(ctx context.Context, ms []sms.Message) []sms.Outcome {
	type item struct {
		job  job
		text Text
	}
	return house.SendBatch(ctx, provider, ms, MaxTexts,
		func(m sms.Message) (house.Item[item], error) {
			j, t, err := c.prepare(m)
			return house.Item[item]{Value: item{j, t}, Key: string(j.route) + "\n" + j.header + "\n" + j.warning}, err
		},
		func(ctx context.Context, items []item) []sms.Outcome {
			j := items[0].job
			j.same = true
			for _, it := range items {
				j.texts = append(j.texts, it.text)
				j.same = j.same && it.text.Body == items[0].text.Body
			}
			return c.hand(ctx, j)
		})
}

// SendBulk sends one request and gives an outcome for each text, in order.
//
// Refused before the network: no text or more than MaxTexts, an empty text, a
// number that is not a Turkish mobile, times that do not fit.
func (c *Client) SendBulk(ctx context.Context, b Bulk) []sms.Outcome {
	n := len(b.Texts)
	fail := func(err error) []sms.Outcome { return house.Same(max(n, 1), sms.Accepted{}, err) }
	if n == 0 || n > MaxTexts {
		return fail(c.caller.Refused(sms.KindParameters, "%d texts; 1 to %d are allowed in a request", n, MaxTexts))
	}
	j, err := c.open(b.Route, b.Header)
	if err != nil {
		return fail(err)
	}
	if j.route == sms.RouteBulk {
		j.start, j.expire = b.Start, b.Expire
		from := b.Start
		if from.IsZero() {
			from = time.Now()
		}
		if !b.Expire.IsZero() && (!b.Expire.After(from) || b.Expire.Sub(from) > MaxValidity) {
			return fail(c.caller.Refused(sms.KindParameters, "the expiry must lie within 24 hours after the send time"))
		}
	}
	j.same = true
	for i, t := range b.Texts {
		no, ok := sms.TurkishMobile(t.To)
		if !ok {
			return fail(c.caller.Refused(sms.KindNumber, "number of text %d is not a Turkish mobile", i+1))
		}
		if strings.TrimSpace(t.Body) == "" {
			return fail(c.caller.Refused(sms.KindText, "text %d is empty", i+1))
		}
		j.texts = append(j.texts, Text{no, t.Body})
		j.same = j.same && t.Body == b.Texts[0].Body
	}
	return c.hand(ctx, j)
}

// open checks what belongs to the whole request.
func (c *Client) open(r sms.Route, header string) (job, error) {
	j := job{route: r}
	switch r {
	case sms.RouteOTP, sms.RouteBulk:
	case "":
		j.route = sms.RouteBulk
	default:
		return j, c.caller.Refused(sms.KindParameters, "no such route: %q", string(r))
	}
	header = strings.TrimSpace(header)
	fixed := c.cfg.Transport != TransportJSON
	switch known := c.cfg.Headers; {
	case header == "" && len(known) > 0:
		header = known[0]
	case header == "":
	case len(known) > 0 && (!slices.Contains(known, header) || fixed && header != known[0]):
		return j, c.caller.Refused(sms.KindHeader, "sender name %q is not that of the account", header)
	case !ValidHeader(header):
		return j, c.caller.Refused(sms.KindHeader, "sender name %q must have 1 to 11 characters", header)
	case len(known) == 0 && fixed:
		j.warning = "the account's own sender name is used"
	}
	if !fixed {
		j.header = header
	}
	return j, nil
}

func (c *Client) prepare(m sms.Message) (job, Text, error) {
	j, err := c.open(m.Route, m.Sender)
	if err != nil {
		return j, Text{}, err
	}
	switch m.Purpose {
	case sms.PurposeInformational, "":
	case sms.PurposeCommercialIndividual, sms.PurposeCommercialMerchant:
		if j.route == sms.RouteOTP {
			return j, Text{}, c.caller.Refused(sms.KindParameters, "the OTP host checks no consent: commercial texts are not sent there")
		}
	default:
		return j, Text{}, c.caller.Refused(sms.KindParameters, "no such purpose: %q", string(m.Purpose))
	}
	no, ok := sms.TurkishMobile(m.To)
	if !ok {
		return j, Text{}, c.caller.Refused(sms.KindNumber, "the number is not a Turkish mobile")
	}
	t, err := letters.Shape(provider, m)
	if err != nil {
		return j, Text{}, err
	}
	// Here, so that one such text does not spoil the batch it is in.
	if _, bad, ok := latin5(t.Body); c.cfg.Transport == TransportHTTP && !ok {
		return j, Text{}, c.caller.Refused(sms.KindText, "the HTTP interface cannot carry %q", bad)
	}
	return j, Text{no, t.Body}, nil
}

// hand sends a request in the transport and reads one outcome for each text.
func (c *Client) hand(ctx context.Context, j job) []sms.Outcome {
	n := len(j.texts)
	var q request
	var err error
	transport := c.cfg.Transport
	switch {
	case transport == TransportHTTP && j.same:
		if q, err = c.httpSend(j); err != nil {
			return house.Same(n, sms.Accepted{}, c.caller.Refused(sms.KindText, "%v", err))
		}
	case transport == TransportHTTP, transport == TransportXML:
		transport, q = TransportXML, c.xmlSend(j)
	case transport == TransportSOAP:
		q = c.soapSend(j)
	default:
		q = c.jsonSend(j)
	}
	k, r, err := c.do(ctx, "send", false, c.base(j.route), q)
	if err != nil {
		return house.Same(n, sms.Accepted{}, err)
	}
	a, err := c.understand(k, r, transport)
	if err != nil {
		return house.Same(n, sms.Accepted{}, err)
	}
	return c.outcomes(k, r, a, transport, j)
}

func (c *Client) outcomes(k house.Call, r house.Reply, a answer, t Transport, j job) []sms.Outcome {
	n := len(j.texts)
	// A refusal of the whole call may come as one row (SOAP with a wrong login).
	if len(a.rows) == 1 && a.rows[0].code != "" {
		return house.Same(n, sms.Accepted{}, c.coded(k, r, a.rows[0].code, a.rows[0].words))
	}
	if len(a.rows) != n {
		return house.Same(n, sms.Accepted{}, c.caller.Fail(k, sms.KindAmbiguous, "the answer has another number of messages than the request", nil))
	}
	good := "0"
	if t == TransportJSON {
		good = "200"
	}
	out := make([]sms.Outcome, n)
	for i, row := range a.rows {
		switch {
		case row.code != "":
			out[i].Err = c.coded(k, r, row.code, row.words)
		case row.id == "":
			out[i].Err = c.caller.Fail(k, sms.KindAmbiguous, "accepted without an id", nil)
		default:
			out[i].Accepted = sms.Accepted{ProviderID: row.id, Code: good, Warning: j.warning}
		}
	}
	return out
}
