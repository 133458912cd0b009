package netgsm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/onay/onay/sms"
)

// maxPush is far more than six parts of text need.
const maxPush = 64 << 10

// ParsePush reads an incoming SMS that Netgsm posted to a URL of ours: as
// form fields, as JSON, or as query parameters, in the documented names
// (ceptel, mesaj, aboneno, gorevid, tarih) or the newer ones (sourceNumber,
// content, subscriberNumber, messageId, messageDateTime). Only the sender must
// be there; a body wins over the query.
//
// Netgsm signs nothing. Put a secret into the path of the URL, compare it in
// constant time, and compare ID against messages already seen.
func ParsePush(r *http.Request) (sms.Inbound, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxPush+1)); err != nil {
			return sms.Inbound{}, fmt.Errorf("netgsm: reading a pushed SMS: %w", err)
		}
	}
	if len(body) > maxPush {
		return sms.Inbound{}, errors.New("netgsm: a pushed SMS is longer than 64 KiB")
	}
	return parsePush(r.Header.Get("Content-Type"), r.URL.RawQuery, body)
}

func parsePush(contentType, query string, body []byte) (sms.Inbound, error) {
	fields := map[string]string{}
	addForm(fields, query)
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = ""
	}
	// The content type is not to be trusted: what begins like JSON is JSON.
	if len(body) > 0 && (body[0] == '{' || body[0] == '[' || media == "application/json") {
		if err := addJSON(fields, body); err != nil {
			return sms.Inbound{}, err
		}
	} else {
		addForm(fields, string(body))
	}
	first := func(names ...string) string {
		for _, n := range names {
			if v := fields[n]; v != "" {
				return v
			}
		}
		return ""
	}
	in := newInbound(
		first("gorevid", "messageid"), first("ceptel", "sourcenumber"), first("aboneno", "subscribernumber"),
		first("mesaj", "content"), first("tarih", "messagedatetime"),
	)
	if in.From == "" {
		return sms.Inbound{}, errors.New("netgsm: a pushed SMS has no sender")
	}
	return in, nil
}

// addForm reads form fields. Broken escapes spoil their own field only.
func addForm(fields map[string]string, form string) {
	for pair := range strings.SplitSeq(form, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 == nil && err2 == nil && n != "" {
			fields[strings.ToLower(strings.TrimSpace(n))] = latin5([]byte(v))
		}
	}
}

// addJSON reads one object, or a list of one.
func addJSON(fields map[string]string, body []byte) error {
	if body[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(body, &list); err != nil || len(list) != 1 {
			return errors.New("netgsm: a pushed list must hold one SMS")
		}
		body = list[0]
	}
	var j map[string]flex
	if err := json.Unmarshal(body, &j); err != nil {
		return fmt.Errorf("netgsm: reading a pushed SMS: %w", err)
	}
	for name, v := range j {
		fields[strings.ToLower(name)] = string(v)
	}
	return nil
}
