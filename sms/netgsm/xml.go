package netgsm

import (
	"strings"
	"time"
)

const prolog = `<?xml version="1.0" encoding="UTF-8"?><mainbody><header>`

// oneText reports whether every phone gets the same text, the 1:n form.
func oneText(texts []Text) bool {
	for _, t := range texts {
		if t.Body != texts[0].Body {
			return false
		}
	}
	return true
}

// bulkXML is the body of POST /sms/send/xml: 1:n when every text is the same,
// n:n otherwise. UTF-8 with a prolog that says so, whatever the old samples
// claim.
func (c *Client) bulkXML(b Bulk, same bool) []byte {
	dst := make([]byte, 0, 512+64*len(b.Texts))
	dst = append(dst, prolog...)
	if b.Encoding == EncodingTR {
		dst = append(dst, `<company dil="TR">Netgsm</company>`...)
	} else {
		dst = append(dst, `<company>Netgsm</company>`...)
	}
	dst = c.login(dst)
	if same {
		dst = tag(dst, "type", "1:n")
	} else {
		dst = tag(dst, "type", "n:n")
	}
	dst = tag(dst, "msgheader", b.Header)
	dst = optional(dst, "startdate", wireTime(b.Start, layoutSend))
	dst = optional(dst, "stopdate", wireTime(b.Stop, layoutSend))
	dst = optional(dst, "bayikodu", c.cfg.PartnerCode)
	dst = optional(dst, "filter", b.Filter)
	if b.Encoding != EncodingTR {
		dst = optional(dst, "encoding", b.Encoding)
	}
	dst = append(dst, "</header><body>"...)
	if same {
		dst = cdata(dst, b.Texts[0].Body)
		for _, t := range b.Texts {
			dst = tag(dst, "no", t.To)
		}
	} else {
		for _, t := range b.Texts {
			dst = append(dst, "<mp>"...)
			dst = cdata(dst, t.Body)
			dst = tag(dst, "no", t.To)
			dst = append(dst, "</mp>"...)
		}
	}
	return append(dst, "</body></mainbody>"...)
}

// otpXMLBody is the body of POST /sms/send/otp.
func (c *Client) otpXMLBody(header, no, text string) []byte {
	dst := make([]byte, 0, 320+len(text))
	dst = append(dst, prolog...)
	dst = c.login(dst)
	dst = tag(dst, "msgheader", header)
	dst = append(dst, "</header><body>"...)
	dst = cdata(dst, text)
	dst = tag(dst, "no", no)
	return append(dst, "</body></mainbody>"...)
}

// creditXML is the body of POST /balance/list/xml; stip 1 packages, 2 credit.
func (c *Client) creditXML(stip string) []byte {
	return append(tag(c.login([]byte(prolog)), "stip", stip), "</header></mainbody>"...)
}

// cancelXML is the body of POST /sms/edit; start and stop have 12 digits.
func (c *Client) cancelXML(id, start, stop string) []byte {
	dst := c.login([]byte(prolog))
	dst = tag(dst, "startdate", start)
	dst = tag(dst, "stopdate", stop)
	dst = tag(dst, "gorevid", id)
	dst = tag(dst, "type", "0")
	return append(dst, "</header></mainbody>"...)
}

// receiveXML is the body of POST /sms/receive; type 1 asks for ids.
func (c *Client) receiveXML(from, to time.Time) []byte {
	dst := c.login([]byte(prolog))
	dst = tag(dst, "startdate", wireTime(from, layoutSend))
	dst = tag(dst, "stopdate", wireTime(to, layoutSend))
	dst = tag(dst, "type", "1")
	return append(dst, "</header></mainbody>"...)
}

func (c *Client) login(dst []byte) []byte {
	return tag(tag(dst, "usercode", c.cfg.Usercode), "password", c.cfg.Password)
}

func optional(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return tag(dst, name, value)
}

func tag(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, '<'), name...), '>')
	for _, r := range value {
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case xmlChar(r):
			dst = append(dst, string(r)...)
		}
	}
	return append(append(append(dst, "</"...), name...), '>')
}

// cdata writes the text so that "]]>" in it does not end the section, and
// without control characters, which XML cannot carry.
func cdata(dst []byte, text string) []byte {
	clean := strings.Map(func(r rune) rune {
		if xmlChar(r) {
			return r
		}
		return -1
	}, text)
	dst = append(dst, "<msg><![CDATA["...)
	dst = append(dst, strings.ReplaceAll(clean, "]]>", "]]]]><![CDATA[>")...)
	return append(dst, "]]></msg>"...)
}

// xmlChar reports whether XML 1.0 allows the character.
func xmlChar(r rune) bool {
	return r >= ' ' && r != 0xfffe && r != 0xffff || r == '\n' || r == '\t' || r == '\r'
}
