package netgsm

import (
	"context"
	"strings"

	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/encoding"
)

// sendOTP sends a code: one phone, one part, plain letters. What Netgsm would
// refuse anyway is refused here, where it costs no round trip.
func (c *Client) sendOTP(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	header, err := c.header(m.Sender)
	if err != nil {
		return sms.Accepted{}, err
	}
	no, ok := sms.TurkishMobile(m.To)
	if !ok {
		return sms.Accepted{}, refused(sms.KindNumber, "otp: codes go to Turkish mobiles only")
	}
	text := encoding.Transliterate(m.Body, encoding.ASCII)
	if err := c.checkOTP(text); err != nil {
		return sms.Accepted{}, err
	}
	if !c.useXML() {
		acc, err := c.finish(ctx, epOTP, c.otpJSON(header, no, text))
		if !c.fallBack(err) {
			return acc, err
		}
	}
	return c.finish(ctx, epOTPXML, c.otpXMLBody(header, no, text))
}

func (c *Client) checkOTP(text string) error {
	if strings.TrimSpace(text) == "" {
		return refused(sms.KindText, "otp: the text is empty")
	}
	if !encoding.IsASCII(text) {
		return refused(sms.KindText, "otp: the text has a character without a plain form")
	}
	units := len(text)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '^', '{', '}', '\\', '[', ']', '~', '|':
			units++ // an escape goes with it
		}
	}
	if units > c.cfg.OTPMax {
		return refused(sms.KindText, "otp: the text has %d units, at most %d fit in one part", units, c.cfg.OTPMax)
	}
	return nil
}

// otpJSON is the body of POST /sms/rest/v2/otp.
func (c *Client) otpJSON(header, no, text string) []byte {
	dst := append(make([]byte, 0, len(text)+len(header)+len(c.cfg.AppName)+96), '{')
	dst = member(dst, "msgheader", header)
	if c.cfg.AppName != "" {
		dst = member(dst, "appname", c.cfg.AppName)
	}
	dst = member(dst, "msg", text)
	dst = member(dst, "no", no)
	return append(dst, '}')
}
