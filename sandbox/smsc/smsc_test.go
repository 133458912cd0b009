package smsc

import (
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onay/onay/sandbox/outside"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, outside.Istanbul)

// customer is the other end of a connection, one PDU at a time.
type customer struct {
	t    testing.TB
	conn net.Conn
	seq  uint32
}

func open(t testing.TB, edit func(*Account)) (*Server, *outside.Core, func() *customer) {
	t.Helper()
	core := outside.NewCore(func() time.Time { return noon }, outside.Limits{})
	a := DefaultAccounts()[0]
	a.Rate = 0
	if edit != nil {
		edit(&a)
	}
	s, err := New(core, Config{Accounts: []Account{a}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(core.Close)
	t.Cleanup(s.Close)
	return s, core, func() *customer {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return &customer{t: t, conn: conn}
	}
}

func (c *customer) write(command, status, seq uint32, body []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(packet{command, status, seq, body}.octets()); err != nil {
		c.t.Fatal(err)
	}
}

func (c *customer) read() packet {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	p, err := receive(c.conn)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// ask sends a request and gives its answer.
func (c *customer) ask(command uint32, body []byte) packet {
	c.t.Helper()
	c.seq++
	c.write(command, 0, c.seq, body)
	p := c.read()
	if p.seq != c.seq || p.command != command|answerBit && p.command != genericNack {
		c.t.Fatalf("%+v is no answer to %x %d", p, command, c.seq)
	}
	return p
}

func bindBody(id, password string, version int) []byte {
	var w writer
	return w.str(id).str(password).str("").num(version, 0, 0).str("").b
}

func (c *customer) bind() *customer {
	c.t.Helper()
	if p := c.ask(bindTransceiver, bindBody("onay", "sandbox1", 0x34)); p.status != rOK {
		c.t.Fatalf("bind: %x", p.status)
	}
	return c
}

// sm is a submit_sm with what tests change.
type sm struct {
	from, to, schedule, validity string
	ton, esm, priority, reg      int
	coding                       int
	text                         string
}

func good() sm { return sm{from: "ONAY", to: "905551112230", ton: 5, reg: 1, text: "Kodunuz 123456"} }

func (m sm) body() []byte {
	var w writer
	w.str("").num(m.ton, 0).str(m.from).num(1, 1).str(m.to).num(m.esm, 0, m.priority).str(m.schedule).str(m.validity)
	return w.num(m.reg, 0, m.coding, 0, len(m.text)).raw([]byte(m.text)).b
}

func TestBindIsChecked(t *testing.T) {
	t.Parallel()
	_, _, dial := open(t, func(a *Account) { a.MaxBinds = 1 })
	for name, c := range map[string]struct {
		body   []byte
		status uint32
	}{
		"system id": {bindBody("nobody", "sandbox1", 0x34), 0x0f}, "password": {bindBody("onay", "wrong", 0x34), 0x0e},
		"version": {bindBody("onay", "sandbox1", 0x50), 0x0d}, "cut": {[]byte("onay"), 0x02},
	} {
		x := dial()
		if p := x.ask(bindTransceiver, c.body); p.status != c.status {
			t.Errorf("%s: %x, want %x", name, p.status, c.status)
		}
		_ = x.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := receive(x.conn); err != io.EOF {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
	}
	first := dial().bind()
	if p := first.ask(bindTransceiver, bindBody("onay", "sandbox1", 0x34)); p.status != 0x05 {
		t.Errorf("bound twice: %x", p.status)
	}
	if p := dial().ask(bindTransceiver, bindBody("onay", "sandbox1", 0x34)); p.status != 0x05 {
		t.Errorf("one bind too many: %x", p.status)
	}
	_, _, apart := open(t, func(a *Account) { a.NoTransceiver = true; a.AllowedIPs = []string{"127.0.0.1"} })
	if p := apart().ask(bindTransceiver, bindBody("onay", "sandbox1", 0x34)); p.status != 0x0d {
		t.Errorf("transceiver: %x", p.status)
	}
	x := apart()
	if p := x.ask(bindReceiver, bindBody("onay", "sandbox1", 0x34)); p.status != 0 {
		t.Errorf("receiver: %x", p.status)
	}
	if p := x.ask(submitSM, good().body()); p.status != 0x04 {
		t.Errorf("submit on a receiver: %x", p.status)
	}
	_, _, foreign := open(t, func(a *Account) { a.AllowedIPs = []string{"192.0.2.1"} })
	if p := foreign().ask(bindTransceiver, bindBody("onay", "sandbox1", 0x34)); p.status != 0x0d {
		t.Errorf("foreign address: %x", p.status)
	}
}

func TestSubmitIsChecked(t *testing.T) {
	t.Parallel()
	s, core, dial := open(t, nil)
	if p := dial().ask(submitSM, good().body()); p.status != 0x04 {
		t.Errorf("before the bind: %x", p.status)
	}
	c := dial().bind()
	for name, x := range map[string]struct {
		edit   func(*sm)
		status uint32
	}{
		"sender":           {func(m *sm) { m.from = "BASKA" }, 0x0a},
		"sender's case":    {func(m *sm) { m.from = "onay" }, 0x0a},
		"number not ours":  {func(m *sm) { m.from, m.ton = "4610", 3 }, 0x0a},
		"ton":              {func(m *sm) { m.ton = 9 }, 0x48},
		"no country code":  {func(m *sm) { m.to = "05551112230" }, 0x0b},
		"too short":        {func(m *sm) { m.to = "90555111223" }, 0x0b},
		"word":             {func(m *sm) { m.to = "ORNEKFIRMA" }, 0x0b},
		"magic 9":          {func(m *sm) { m.to = "905551112239" }, 0x0b},
		"priority":         {func(m *sm) { m.priority = 4 }, 0x06},
		"registered":       {func(m *sm) { m.reg = 3 }, 0x07},
		"type of message":  {func(m *sm) { m.esm = 0x04 }, 0x43},
		"161 septets":      {func(m *sm) { m.text = strings.Repeat("a", 161) }, 0x01},
		"141 octets":       {func(m *sm) { m.text, m.coding = strings.Repeat("a", 142), 8 }, 0x01},
		"header and 156":   {func(m *sm) { m.esm, m.text = 0x40, "\x03\x24\x01\x01"+strings.Repeat("a", 156) }, 0x01},
		"broken header":    {func(m *sm) { m.esm, m.text = 0x40, "\x09abc" }, 0x43},
		"empty":            {func(m *sm) { m.text = "" }, 0x01},
		"validity too far": {func(m *sm) { m.validity = "000003000000000R" }, 0x62},
		"validity past":    {func(m *sm) { m.validity = "201123090000012+" }, 0x62},
		"validity odd":     {func(m *sm) { m.validity = "000000000300000X" }, 0x62},
		"schedule odd":     {func(m *sm) { m.schedule = "269923090000012+" }, 0x61},
		"good":             {func(*sm) {}, 0},
		"160 septets":      {func(m *sm) { m.text = strings.Repeat("a", 160) }, 0},
		"header and 155":   {func(m *sm) { m.esm, m.text = 0x40, "\x03\x24\x01\x01"+strings.Repeat("a", 155) }, 0},
		"foreign":          {func(m *sm) { m.to = "491701234560" }, 0},
		"three minutes":    {func(m *sm) { m.validity = "000000000300000R" }, 0},
		"coding":           {func(m *sm) { m.coding = 0x0d }, 0x45},
		"ASCII":            {func(m *sm) { m.coding, m.text = 1, "a@_$" }, 0},
		"own number":       {func(m *sm) { m.from, m.ton = "4609", 3 }, 0},
	} {
		m := good()
		m.reg = 0
		x.edit(&m)
		before := s.Accepted()
		p := c.ask(submitSM, m.body())
		if p.status != x.status || (s.Accepted() > before) != (x.status == 0) {
			t.Errorf("%s: %x, want %x", name, p.status, x.status)
		}
	}
	if p := c.ask(submitSM, []byte("\x00\x05")); p.status != 0x02 {
		t.Errorf("cut: %x", p.status)
	}
	if p := c.ask(0x21, nil); p.command != genericNack || p.status != 0x03 {
		t.Errorf("submit_multi: %+v", p)
	}
	got := core.Phones.Received("+905551112230")
	ascii := 0
	for _, m := range got {
		if m.Body == "a@_$" {
			ascii++
		}
	}
	if len(got) != 6 || ascii != 1 {
		t.Errorf("%d messages on the phone, %d in ASCII", len(got), ascii)
	}
}

func TestWindowAndRate(t *testing.T) {
	t.Parallel()
	_, _, dial := open(t, func(a *Account) { a.Window, a.AnswerDelay = 3, 100*time.Millisecond })
	c := dial().bind()
	m := good()
	m.reg = 0
	for i := range 5 {
		c.write(submitSM, 0, uint32(100+i), m.body())
	}
	got := map[uint32]int{}
	for range 5 {
		got[c.read().status]++
	}
	if diff := cmp.Diff(map[uint32]int{0: 3, 0x58: 2}, got); diff != "" {
		t.Error(diff)
	}
	_, _, dial = open(t, func(a *Account) { a.Rate = 10 })
	c = dial().bind()
	got = map[uint32]int{}
	for range 20 {
		got[c.ask(submitSM, m.body()).status]++
	}
	if got[0x58] < 10 || got[0] == 0 {
		t.Errorf("%v", got)
	}
}

// The end of a message comes on the world's clock, by the phone's last digit.
func TestReceipts(t *testing.T) {
	t.Parallel()
	for digit, want := range map[string]string{"0": "DELIVRD", "5": "UNDELIV", "6": "EXPIRED", "7": "REJECTD"} {
		_, core, dial := open(t, func(a *Account) { a.IDs, a.Receipts = IDsRespHex, ReceiptsBoth })
		c := dial().bind()
		m := good()
		m.to = "90555111223" + digit
		p := c.ask(submitSM, m.body())
		if string(p.body) != "7E0000A1\x00" {
			t.Fatalf("id %q", p.body)
		}
		core.Clock.SetOffset(3 * time.Second)
		d := c.read()
		text := "id:2113929377 sub:001 dlvrd:001 submit date:2611241200 done date:2611241200 stat:DELIVRD err:000 text:Kodunuz 123456"
		if d.command != deliverSM || digit == "0" && !strings.Contains(string(d.body), text) || !strings.Contains(string(d.body), "stat:"+want) {
			t.Errorf("%s: %+v %q", digit, d, d.body)
		}
		if !strings.Contains(string(d.body), "\x00\x1e\x00\x0b2113929377\x00\x04\x27\x00\x01") {
			t.Errorf("%s: no parameters in %q", digit, d.body)
		}
		// Not taken: it comes again. Taken: it does not.
		c.write(deliverSM|answerBit, 0x64, d.seq, []byte{0})
		for range 100 {
			time.Sleep(time.Millisecond)
			core.Clock.SetOffset(core.Clock.Offset() + time.Second)
		}
		again := c.read()
		if string(again.body) != string(d.body) {
			t.Errorf("%s: %q came again as %q", digit, d.body, again.body)
		}
		c.write(deliverSM|answerBit, 0, again.seq, []byte{0})
		if p := c.ask(enquireLink, nil); p.status != 0 {
			t.Errorf("%+v", p)
		}
	}
}

func TestScheduleQueryCancel(t *testing.T) {
	t.Parallel()
	_, core, dial := open(t, nil)
	c := dial().bind()
	m := good()
	m.reg, m.schedule = 0, "261124130000012+"
	id := func(p packet) string { return strings.TrimRight(string(p.body), "\x00") }
	first, second := id(c.ask(submitSM, m.body())), id(c.ask(submitSM, m.body()))
	phone := func() int { return len(core.Phones.Received("+905551112230")) }
	cancelBody := func(id string) []byte {
		var w writer
		return w.str("").str(id).num(5, 0).str("ONAY").num(1, 1).str(m.to).b
	}
	queryBody := func(id string) []byte {
		var w writer
		return w.str(id).num(5, 0).str("ONAY").b
	}
	if p := c.ask(cancelSM, cancelBody(first)); p.status != 0 {
		t.Errorf("cancel: %x", p.status)
	}
	core.Clock.SetOffset(59 * time.Minute)
	if phone() != 0 {
		t.Error("it came early")
	}
	core.Clock.SetOffset(61 * time.Minute)
	if phone() != 1 {
		t.Errorf("%d messages", phone())
	}
	core.Clock.SetOffset(62 * time.Minute)
	for name, x := range map[string]struct {
		command uint32
		body    []byte
		status  uint32
		state   byte
	}{
		"cancelled": {querySM, queryBody(first), 0, stateDeleted}, "delivered": {querySM, queryBody(second), 0, stateDelivered},
		"unknown": {querySM, queryBody("FFFF"), 0x0c, 0}, "too late": {cancelSM, cancelBody(second), 0x11, 0}, "nothing": {cancelSM, cancelBody("FFFF"), 0x0c, 0},
	} {
		p := c.ask(x.command, x.body)
		if p.status != x.status || x.state != 0 && p.body[len(p.body)-2] != x.state {
			t.Errorf("%s: %x %x", name, p.status, p.body)
		}
	}
}

func TestPhoneShowsTurkish(t *testing.T) {
	t.Parallel()
	for _, ignore := range []bool{false, true} {
		s, core, dial := open(t, func(a *Account) { a.IgnoreShift = ignore })
		c := dial().bind()
		m := good()
		m.reg, m.esm, m.text = 0, 0x40, "\x03\x24\x01\x01\x1bsaka"
		c.ask(submitSM, m.body())
		want := map[bool]string{false: "şaka", true: "saka"}[ignore]
		if got := core.Phones.Received("+905551112230"); len(got) != 1 || got[0].Body != want || got[0].Suffix != " B001" || got[0].Sender != "ONAY" {
			t.Errorf("%+v", got)
		}
		if !s.Receive("+905551112230", "4609", "olmaz, şimdi değil") || s.Receive("+905551112230", "4610", "x") {
			t.Error("the numbers are mixed up")
		}
		d := c.read()
		if d.command != deliverSM || !strings.Contains(string(d.body), "\x03\x24\x01\x01olmaz, \x1bsimdi de\x1bgil") {
			t.Errorf("%q", d.body)
		}
	}
}

// The password of a bind is in no log.
func TestLog(t *testing.T) {
	t.Parallel()
	s, _, dial := open(t, nil)
	dial().bind()
	all := ""
	for _, e := range s.Log() {
		all += string(e.Octets)
	}
	if !strings.Contains(all, "onay\x00********\x00") || strings.Contains(all, "sandbox1") {
		t.Errorf("%q", all)
	}
}

// The PDU of the dossier's vectors for a code, field by field.
func TestReadSubmission(t *testing.T) {
	t.Parallel()
	b, err := hex.DecodeString("0005004d4147415a414d0001013930353330313233343536370000000300303030303030303030333030303030520001000000144f6e6179206b6f64756e757a3a20343832393133")
	if err != nil {
		t.Fatal(err)
	}
	s, ok := readSubmission(b)
	want := submission{
		fromTON: 5, from: "MAGAZAM", toTON: 1, toNPI: 1, to: "905301234567", priority: 3, validity: "000000000300000R",
		registered: 1, lengthTold: 20, text: []byte("Onay kodunuz: 482913"), options: map[int][]byte{},
	}
	if diff := cmp.Diff(want, s, cmp.AllowUnexported(submission{})); !ok || diff != "" {
		t.Error(ok, diff)
	}
}

func FuzzSubmission(f *testing.F) {
	f.Add(good().body())
	m := good()
	m.esm, m.text = 0x40, "\x08\x00\x03\x01\x02\x01\x24\x01\x01\x1bs"
	f.Add(m.body())
	core := outside.NewCore(func() time.Time { return noon }, outside.Limits{})
	s, err := New(core, Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	set := s.Accounts()[0]
	f.Fuzz(func(t *testing.T, body []byte) {
		sub, ok := readSubmission(body)
		if !ok {
			return
		}
		if _, status := s.check(set, &sub); status == rOK {
			if len(sub.text) == 0 || sub.from == "" || len(sub.to) < 8 {
				t.Errorf("taken: %+v", sub)
			}
		}
		h, _ := readHeader(sub.text)
		if h.octets <= len(sub.text) {
			_ = shown(sub.text[h.octets:], sub.coding, h)
		}
	})
}

// A notice on the way never comes before the answer, and the end comes after it.
func TestIntermediateNotice(t *testing.T) {
	t.Parallel()
	_, core, dial := open(t, nil)
	c := dial().bind()
	m := good()
	m.reg = 0x11
	c.ask(submitSM, m.body())
	core.Clock.SetOffset(time.Minute)
	for _, want := range []string{"stat:ENROUTE", "stat:DELIVRD"} {
		d := c.read()
		if d.command != deliverSM || !strings.Contains(string(d.body), want) {
			t.Errorf("%q, want %s", d.body, want)
		}
		c.write(deliverSM|answerBit, 0, d.seq, []byte{0})
	}
}
