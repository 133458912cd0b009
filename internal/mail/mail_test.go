package mail

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/db/dbtest"
	"github.com/onay/onay/internal/fault"
	"github.com/onay/onay/internal/vault"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

// smtp is a mail server that refuses the first so many mails.
type smtp struct {
	mu     sync.Mutex
	refuse int
	mails  []string
	to     []string
}

func (s *smtp) serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go s.talk(c)
	}
}

func (s *smtp) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	say("220 mail.example.com")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch word := strings.ToUpper(strings.Fields(line + " x")[0]); word {
		case "EHLO", "HELO":
			say("250 mail.example.com")
		case "MAIL":
			s.mu.Lock()
			refused := s.refuse > 0
			if refused {
				s.refuse--
			}
			s.mu.Unlock()
			if refused {
				say("451 later")
				continue
			}
			say("250 ok")
		case "RCPT":
			s.mu.Lock()
			s.to = append(s.to, strings.TrimSpace(line[8:]))
			s.mu.Unlock()
			say("250 ok")
		case "DATA":
			say("354 go on")
			var body strings.Builder
			for {
				l, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				body.WriteString(l)
			}
			s.mu.Lock()
			s.mails = append(s.mails, body.String())
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestMailsAreTriedAgainAndSentOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	box := &smtp{refuse: 1}
	go box.serve(l)
	server, err := ParseServer("smtp://" + l.Addr().String() + "?from=onay@example.com")
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t)
	dir := t.TempDir()
	v, err := vault.Open(filepath.Join(dir, "keys"), "")
	if err != nil {
		t.Fatal(err)
	}
	c := &clock.System{}
	var ahead time.Duration
	shift := func(by time.Duration) { ahead += by; c.SetOffset(ahead) }
	log := audit.New(d, v, c, filepath.Join(dir, "head"))
	s := New(d, log, c, slog.New(slog.NewTextHandler(io.Discard, nil)), server)
	if err := d.Write(ctx, func(tx db.Tx) error {
		return s.Queue(tx, Mail{CompanyID: "com_a", To: []string{"muhasebe@example.com", "patron@example.com"}, Subject: "Gün sonu: 3 açık fark", Body: "İş Bankası: ğüşöçıİ\n"})
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // refused, and not yet due again
		if err := s.Deliver(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.mails) != 0 {
		t.Fatal("sent before its time")
	}
	shift(2 * time.Minute)
	var wg sync.WaitGroup
	for range 4 { // several nodes
		wg.Go(func() {
			if err := s.Deliver(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(box.mails) != 1 || len(box.to) != 2 || !strings.Contains(box.mails[0], "Message-ID: <mai_") || !strings.Contains(box.mails[0], "onay@example.com") {
		t.Errorf("%q %q", box.mails, box.to)
	}
	events, err := log.List(ctx, audit.Filter{CompanyID: "com_a", Kind: "mail."})
	if err != nil || len(events) != 1 || events[0].Kind != "mail.sent" {
		t.Errorf("%+v %v", events, err)
	}

	// Nobody answers for a day: it is given up, and that is told.
	l.Close()
	if err := d.Write(ctx, func(tx db.Tx) error {
		return s.Queue(tx, Mail{CompanyID: "com_a", To: []string{"a@example.com"}, Subject: "x", Body: "y"})
	}); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		if err := s.Deliver(ctx); err != nil {
			t.Fatal(err)
		}
		shift(time.Hour)
	}
	if events, err = log.List(ctx, audit.Filter{CompanyID: "com_a", Kind: "mail.failed"}); err != nil || len(events) != 1 || strings.Contains(events[0].Reason, "127.0.0.1") {
		t.Errorf("%+v %v", events, err)
	}
}

func TestServersAndAddresses(t *testing.T) {
	t.Parallel()
	if s, err := ParseServer("smtps://u:p%40ss@mail.example.com?from=a@example.com"); err != nil || s != (Server{Host: "mail.example.com", User: "u", Password: "p@ss", From: "a@example.com", Port: 465, TLS: true}) {
		t.Errorf("%+v %v", s, err)
	}
	for _, bad := range []string{"mail.example.com", "smtp://u:geheim@mail.example.com", "http://mail.example.com?from=a@b.com", "smtp://:25?from=a@b.com"} {
		if _, err := ParseServer(bad); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if to, err := Addresses("mail_to", " a@b.com,\r\nc@d.com "); err != nil || len(to) != 2 {
		t.Errorf("%q %v", to, err)
	}
	for _, bad := range []string{"a", "a@", "Ad <a@b.com>", "a@b.com\x00"} {
		if _, err := Addresses("mail_to", bad); fault.Code(err) != "invalid_email" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
