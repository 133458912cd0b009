package verimor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
	"github.com/onay/onay/sms/internal/house"
)

const (
	// MaxTexts is the most messages of one send.
	MaxTexts = 50_000
	// maxBody is the largest send, in octets.
	maxBody = 10 << 20
	// batch keeps a campaign's report within half of a minute's report calls.
	batch = 1000
)

var (
	turkish = house.Letters{Turkish: encoding.TurkishLocking, Max: house.SevenParts}
	// abroad: the Turkish table is not sent there.
	abroad = house.Letters{Max: house.SevenParts}
)

// Values of Bulk.DataCoding.
const (
	DataCodingPlain   = "0"
	DataCodingTurkish = "1"
	DataCodingUnicode = "2"
)

// Text is one text to one phone.
type Text struct {
	To   string // a Turkish mobile in any usual writing, or E.164 of another country
	Body string // sent as it stands
	// Reference comes back in reports and pushes. No comma.
	Reference string
}

// Bulk is one send, a campaign: one text to many phones, or many texts.
type Bulk struct {
	Header string // Config.Header when empty
	Texts  []Text // 1 to MaxTexts, each phone once if you want its report
	// Reference is the campaign's own id, which comes back beside those of the
	// texts.
	Reference string
	// DataCoding is guessed by the operator when empty.
	DataCoding string
	// Start schedules the campaign; zero means now.
	Start time.Time
	// ValidFor is in whole minutes, MinValidity to MaxValidity; 0 means the
	// operator's 24 hours.
	ValidFor time.Duration
	// Purpose is PurposeInformational when empty.
	Purpose sms.Purpose
}

type wireText struct {
	Msg  string `json:"msg"`
	Dest string `json:"dest"`
	ID   string `json:"id,omitempty"`
}

type wireSend struct {
	Username      string     `json:"username"`
	Password      string     `json:"password"`
	SourceAddr    string     `json:"source_addr,omitempty"`
	ValidFor      string     `json:"valid_for,omitempty"`
	SendAt        string     `json:"send_at,omitempty"`
	CustomID      string     `json:"custom_id,omitempty"`
	DataCoding    string     `json:"datacoding,omitempty"`
	IsCommercial  bool       `json:"is_commercial,omitempty"`
	RecipientType string     `json:"iys_recipient_type,omitempty"`
	Messages      []wireText `json:"messages"`
}

// Send sends one SMS as a campaign of its own. Every error is an *sms.Error.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	b, err := c.prepare(m)
	if err != nil {
		return sms.Accepted{}, err
	}
	b.Reference = b.Texts[0].Reference
	return c.SendBulk(ctx, b)
}

// MaxBatch is 1000.
func (c *Client) MaxBatch() int { return batch }

// SendBatch sends many SMS in as few campaigns as it can: one campaign has one
// sender, coding and purpose, and each phone once. The messages of a campaign
// share its id; their reports differ by phone.
func (c *Client) SendBatch(ctx context.Context, ms []sms.Message) []sms.Outcome {
	return house.SendBatch(ctx, provider, ms, batch,
		func(m sms.Message) (house.Item[Bulk], error) {
			b, err := c.prepare(m)
			if err != nil {
				return house.Item[Bulk]{}, err
			}
			key := strings.Join([]string{b.Header, b.DataCoding, string(b.Purpose), b.ValidFor.String()}, "\n")
			return house.Item[Bulk]{Value: b, Phone: b.Texts[0].To, Key: key}, nil
		},
		func(ctx context.Context, items []Bulk) []sms.Outcome {
			all := items[0]
			all.Texts = nil
			for _, b := range items {
				all.Texts = append(all.Texts, b.Texts...)
			}
			acc, err := c.SendBulk(ctx, all)
			return house.Same(len(items), acc, err)
		})
}

func (c *Client) prepare(m sms.Message) (Bulk, error) {
	b := Bulk{Header: m.Sender, Purpose: m.Purpose}
	switch m.Route {
	case sms.RouteOTP:
		b.ValidFor = c.cfg.OTPValidity
	case sms.RouteBulk, "":
	default:
		return b, c.caller.Refused(sms.KindParameters, "no such route: %q", string(m.Route))
	}
	no, ok := dest(m.To)
	if !ok {
		return b, c.caller.Refused(sms.KindNumber, "the number is neither a Turkish mobile nor E.164")
	}
	letters := turkish
	if strings.HasPrefix(no, "00") {
		letters = abroad
	}
	t, err := letters.Shape(provider, m)
	if err != nil {
		return b, err
	}
	switch t.Encoding {
	case encoding.GSM7:
		b.DataCoding = DataCodingPlain
	case encoding.UCS2:
		b.DataCoding = DataCodingUnicode
	default:
		b.DataCoding = DataCodingTurkish
	}
	b.Texts = []Text{{m.To, t.Body, m.Reference}}
	_, err = c.wire(b)
	return b, err
}

// dest writes a phone as the operator wants it: 905… or 00 and the country.
func dest(raw string) (string, bool) {
	if n, ok := sms.TurkishMobile(raw); ok {
		return "90" + n, true
	}
	d, ok := strings.CutPrefix(strings.ReplaceAll(raw, " ", ""), "+")
	if !ok || len(d) < 8 || len(d) > 15 || strings.Trim(d, "0123456789") != "" || d[0] == '0' || strings.HasPrefix(d, "90") {
		return "", false
	}
	return "00" + d, true
}

// e164 reads a phone of a report or of an incoming SMS.
func e164(raw string) string {
	raw = strings.TrimSpace(raw)
	if d, ok := strings.CutPrefix(raw, "00"); ok && len(d) >= 8 && strings.Trim(d, "0123456789") == "" {
		return sms.E164("+" + d)
	}
	return sms.E164(raw)
}

// SendBulk sends one campaign. Accepted means queued; what İYS and the
// networks refuse shows up in reports. One error is about the whole campaign.
//
// Refused before the network: no text or more than MaxTexts, more than 10 MB,
// an empty text, a bad number, a validity out of range.
func (c *Client) SendBulk(ctx context.Context, b Bulk) (sms.Accepted, error) {
	w, err := c.wire(b)
	if err != nil {
		return sms.Accepted{}, err
	}
	body := encode(w)
	if len(body) > maxBody {
		return sms.Accepted{}, c.caller.Refused(sms.KindParameters, "a send has at most 10 MB")
	}
	k, r, err := c.post(ctx, "send", false, "/send.json", body)
	if err != nil {
		return sms.Accepted{}, err
	}
	id, ok := parseCampaign(r.Body)
	if !ok {
		return sms.Accepted{}, c.caller.Unreadable(k, r)
	}
	return sms.Accepted{ProviderID: id, Code: http.StatusText(http.StatusOK)}, nil
}

func encode(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // text only: cannot fail
	return bytes.TrimSpace(out.Bytes())
}

func (c *Client) wire(b Bulk) (wireSend, error) {
	w := wireSend{
		Username: c.cfg.Username, Password: c.cfg.Password, CustomID: b.Reference,
		DataCoding: b.DataCoding, SendAt: house.WireTime(b.Start, layoutSecond),
	}
	if w.SourceAddr = strings.TrimSpace(b.Header); w.SourceAddr == "" {
		w.SourceAddr = c.cfg.Header
	}
	if w.SourceAddr != "" && !ValidHeader(w.SourceAddr) {
		return w, c.caller.Refused(sms.KindHeader, "sender %q has at most 14 characters", w.SourceAddr)
	}
	if b.ValidFor != 0 {
		if b.ValidFor < MinValidity || b.ValidFor > MaxValidity {
			return w, c.caller.Refused(sms.KindParameters, "a validity lies between 1 minute and 48 hours")
		}
		minutes := int(b.ValidFor / time.Minute)
		w.ValidFor = fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
	}
	switch b.Purpose {
	case sms.PurposeInformational, "":
	case sms.PurposeCommercialIndividual:
		w.IsCommercial, w.RecipientType = true, "BIREYSEL"
	case sms.PurposeCommercialMerchant:
		w.IsCommercial, w.RecipientType = true, "TACIR"
	default:
		return w, c.caller.Refused(sms.KindParameters, "no such purpose: %q", string(b.Purpose))
	}
	if len(b.Texts) == 0 || len(b.Texts) > MaxTexts {
		return w, c.caller.Refused(sms.KindParameters, "%d texts; 1 to %d are allowed in a send", len(b.Texts), MaxTexts)
	}
	// Phones with the same text stand in one message. The ids of a message are
	// as many as its phones or none, so texts with and without are kept apart.
	type slot struct {
		body  string
		named bool
	}
	place := map[slot]int{}
	for i, t := range b.Texts {
		no, ok := dest(t.To)
		if !ok {
			return w, c.caller.Refused(sms.KindNumber, "number of text %d is neither a Turkish mobile nor E.164", i+1)
		}
		if strings.TrimSpace(t.Body) == "" {
			return w, c.caller.Refused(sms.KindText, "text %d is empty", i+1)
		}
		if strings.Contains(t.Reference, ",") {
			return w, c.caller.Refused(sms.KindParameters, "the reference of text %d has a comma", i+1)
		}
		key := slot{t.Body, t.Reference != ""}
		at, seen := place[key]
		if !seen {
			place[key] = len(w.Messages)
			w.Messages = append(w.Messages, wireText{t.Body, no, t.Reference})
			continue
		}
		m := &w.Messages[at]
		m.Dest += "," + no
		if key.named {
			m.ID += "," + t.Reference
		}
	}
	return w, nil
}

// parseCampaign reads the id: digits alone, or the newer JSON form.
func parseCampaign(body []byte) (string, bool) {
	text := strings.TrimSpace(string(body))
	if text == "" || len(text) > 1<<12 {
		return "", false
	}
	if text[0] == '{' {
		var j struct {
			CampaignID house.Flex `json:"campaign_id"`
			Status     house.Flex
		}
		if json.Unmarshal([]byte(text), &j) != nil || j.Status != "" && j.Status != "0" {
			return "", false
		}
		text = string(j.CampaignID)
	}
	return text, text != "" && len(text) <= 30 && strings.Trim(text, "0123456789") == ""
}
