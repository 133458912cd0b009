package smpp

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/sms/encoding"
)

type vector struct {
	Name, Kind       string
	Inputs, Expected json.RawMessage
}

func (v vector) read(t *testing.T, inputs, expected any) {
	t.Helper()
	if err := json.Unmarshal(v.Inputs, inputs); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(v.Expected, expected); err != nil {
		t.Fatal(err)
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) < 24 {
		t.Fatalf("%d vectors", len(list))
	}
	check := map[string]func(*testing.T, vector){
		"smpp_pdu": checkPDU, "smpp_time": checkTime, "smpp_dlr_text": checkReceiptText, "smpp_dlr_id_match": checkIDs,
	}
	for _, v := range list {
		t.Run(v.Kind+" "+v.Name, func(t *testing.T) {
			t.Parallel()
			check[v.Kind](t, v)
		})
	}
}

// fields are those of a PDU in the vectors.
type fields struct {
	Command              string
	Sequence             uint32 `json:"sequence_number"`
	Status               uint32 `json:"command_status"`
	SystemID             string `json:"system_id"`
	Password             string
	SystemType           string `json:"system_type"`
	Version              byte   `json:"interface_version"`
	AddrTON              byte   `json:"addr_ton"`
	AddrNPI              byte   `json:"addr_npi"`
	Range                string `json:"address_range"`
	ServiceType          string `json:"service_type"`
	Source               string `json:"source_addr"`
	SourceTON            byte   `json:"source_addr_ton"`
	SourceNPI            byte   `json:"source_addr_npi"`
	Destination          string `json:"destination_addr"`
	DestinationTON       byte   `json:"dest_addr_ton"`
	DestinationNPI       byte   `json:"dest_addr_npi"`
	ESMClass             byte   `json:"esm_class"`
	Protocol             byte   `json:"protocol_id"`
	Priority             byte   `json:"priority_flag"`
	Schedule             string `json:"schedule_delivery_time"`
	Validity             string `json:"validity_period"`
	Registered           byte   `json:"registered_delivery"`
	Replace              byte   `json:"replace_if_present_flag"`
	DataCoding           byte   `json:"data_coding"`
	DefaultMessage       byte   `json:"sm_default_msg_id"`
	UDH, Text, MessageID string
	IsReceipt            bool `json:"is_receipt"`
	TLV                  []struct {
		Tag   string
		Value string
	}
}

func (f *fields) UnmarshalJSON(b []byte) error {
	type plain fields
	if err := json.Unmarshal(b, (*plain)(f)); err != nil {
		return err
	}
	var id struct {
		MessageID string `json:"message_id"`
	}
	err := json.Unmarshal(b, &id)
	f.MessageID = id.MessageID
	return err
}

func (f fields) short(t *testing.T) short {
	t.Helper()
	m := short{
		serviceType: f.ServiceType, source: address{f.SourceTON, f.SourceNPI, f.Source},
		destination: address{f.DestinationTON, f.DestinationNPI, f.Destination}, esmClass: f.ESMClass, protocolID: f.Protocol,
		priority: f.Priority, schedule: f.Schedule, validity: f.Validity, registered: f.Registered, replace: f.Replace,
		dataCoding: f.DataCoding, defaultMessage: f.DefaultMessage,
	}
	enc := encoding.GSM7
	switch {
	case f.DataCoding == 8:
		enc = encoding.UCS2
	case f.UDH == "03240101":
		enc = encoding.TurkishSingle
	}
	parts, err := encoding.Encode(f.Text, enc, encoding.Reference{})
	if err != nil || len(parts) != 1 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	m.message = parts[0].ShortMessage()
	return m
}

func checkPDU(t *testing.T, v vector) {
	var in struct{ Fields fields }
	var want struct{ Hex string }
	v.read(t, &in, &want)
	f := in.Fields
	from := address{f.SourceTON, f.SourceNPI, f.Source}
	commands := map[string]struct {
		id   uint32
		body func([]byte) []byte
	}{
		"bind_transceiver": {cmdBindTransceiver, bind{f.SystemID, f.Password, f.SystemType, f.Version, f.AddrTON, f.AddrNPI, f.Range}.append},
		"submit_sm":        {cmdSubmit, nil},
		"deliver_sm":       {cmdDeliver, nil},
		"enquire_link":     {cmdEnquireLink, nil},
		"generic_nack":     {cmdNack, nil},
		"submit_sm_resp":   {cmdSubmit | respBit, func(dst []byte) []byte { return cstring(dst, f.MessageID) }},
		"query_sm":         {cmdQuery, func(dst []byte) []byte { return from.append(cstring(dst, f.MessageID)) }},
		"cancel_sm": {cmdCancel, func(dst []byte) []byte {
			return address{f.DestinationTON, f.DestinationNPI, f.Destination}.append(from.append(cstring(cstring(dst, f.ServiceType), f.MessageID)))
		}},
	}
	c, ok := commands[f.Command]
	if !ok {
		t.Fatalf("no command %q", f.Command)
	}
	if c.id == cmdSubmit || c.id == cmdDeliver {
		c.body = f.short(t).append
	}
	if got := hex.EncodeToString(appendPDU(nil, c.id, f.Status, f.Sequence, c.body)); got != want.Hex {
		t.Errorf("written as\n%s, want\n%s", got, want.Hex)
	}
	b, err := hex.DecodeString(want.Hex)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := net.Pipe()
	p, err := readPDU(a, bufio.NewReader(bytes.NewReader(b)), time.Second)
	if err != nil || p.id != c.id || p.seq != f.Sequence || p.status != f.Status {
		t.Fatalf("read %+v, %v", p, err)
	}
	switch c.id {
	case cmdSubmit, cmdDeliver:
		m, err := parseShort(p.body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f.short(t), m, cmp.AllowUnexported(short{}, address{}, tlv{})); diff != "" {
			t.Error(diff)
		}
		if m.isReceipt() != f.IsReceipt {
			t.Errorf("a receipt: %v", m.isReceipt())
		}
	case cmdSubmit | respBit:
		if got := parseID(p.body); got != f.MessageID {
			t.Errorf("id %q", got)
		}
	}
}

func checkTime(t *testing.T, v vector) {
	var in struct {
		Relative int       `json:"relative_seconds"`
		UTC      time.Time `json:"utc"`
		Offset   int       `json:"offset_minutes"`
	}
	var want struct{ Value string }
	v.read(t, &in, &want)
	got := relative(time.Duration(in.Relative) * time.Second)
	if !in.UTC.IsZero() {
		got = absolute(in.UTC.In(time.FixedZone("", in.Offset*60)))
	}
	if got != want.Value {
		t.Errorf("got %s, want %s", got, want.Value)
	}
}

func checkReceiptText(t *testing.T, v vector) {
	var in struct {
		Message string `json:"short_message"`
	}
	var want map[string]any
	v.read(t, &in, &want)
	r, ok := ParseReceipt(in.Message)
	if !ok {
		t.Fatal("not read")
	}
	have := map[string]any{
		"id": r.ID, "sub": r.Sub, "dlvrd": r.Delivered, "submit_date": r.SubmitDate, "done_date": r.DoneDate,
		"stat": r.Stat, "err": r.Err, "text": r.Text, "state": r.State().String(), "final": r.State().Final(),
	}
	for k := range have {
		if _, ok := want[k]; !ok {
			delete(have, k)
		}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func checkIDs(t *testing.T, v vector) {
	var in struct {
		Answer  string `json:"submit_sm_resp_message_id"`
		Receipt string `json:"receipt_id"`
		Mode    IDForm `json:"base_mode"`
	}
	var want struct{ Match bool }
	v.read(t, &in, &want)
	if got := SameID(in.Mode, in.Answer, in.Receipt); got != want.Match {
		t.Errorf("%s and %s by %s: %v", in.Answer, in.Receipt, in.Mode, got)
	}
	if want.Match && !SameID(IDAuto, in.Answer, in.Receipt) {
		t.Error("auto does not see it")
	}
}
