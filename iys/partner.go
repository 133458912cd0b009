package iys

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Verdict is one event of Netgsm's webhook: what became of an own write, or a
// change that a citizen made.
type Verdict struct {
	Movement
	// SubmitID equals the uid that Netgsm gave for the write; empty for a change
	// made elsewhere.
	SubmitID   string
	Registered bool   // resultstatus is success
	Code       string // a code of İYS after a failure, such as H467
	Message    string
}

// Mark tells events apart: by transaction id and status where Netgsm gives
// one, else by all that names the write.
func (v Verdict) Mark() string {
	if m := v.Movement.Mark(); m != "" {
		return m
	}
	return fmt.Sprint(v.SubmitID, "/", v.Recipient, "/", v.Type, "/", v.Status, "/", FormatTime(v.CreatedAt))
}

// ParseNetgsmPush reads the webhook of Netgsm, the partner: one object or an
// array, with names in any case. A "+" that is missing before 90 is added. The
// posts are unsigned: keep the address secret.
func ParseNetgsmPush(body []byte) ([]Verdict, error) {
	type row struct {
		movementWire
		SubmitID     string          `json:"submitid"`
		ResultStatus string          `json:"resultstatus"`
		ErrCode      json.RawMessage `json:"errcode"`
		ErrMsg       string          `json:"errmsg"`
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	var rows []row
	if len(body) > 0 && body[0] == '{' {
		rows = make([]row, 1)
		if err := json.Unmarshal(body, &rows[0]); err != nil {
			return nil, fmt.Errorf("iys: the push of the partner cannot be read")
		}
	} else if err := json.Unmarshal(body, &rows); err != nil {
		return nil, fmt.Errorf("iys: the push of the partner cannot be read")
	}
	out := make([]Verdict, 0, len(rows))
	for _, w := range rows {
		v := Verdict{Movement: w.movement(0), SubmitID: w.SubmitID, Registered: w.ResultStatus == "success", Code: text(w.ErrCode), Message: w.ErrMsg}
		if v.Code == "null" {
			v.Code = ""
		}
		if v.Recipient == "" {
			return nil, fmt.Errorf("iys: the push of the partner has no recipient")
		}
		if v.Type != Eposta && v.Recipient[0] == '9' {
			v.Recipient = "+" + v.Recipient
		}
		out = append(out, v)
	}
	return out, nil
}
