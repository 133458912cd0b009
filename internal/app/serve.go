package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"github.com/onay/onay/internal/api"
	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/console"
	"github.com/onay/onay/internal/console/paypage"
	"github.com/onay/onay/internal/idempotency"
	"github.com/onay/onay/sandbox"
)

// Serve answers requests until ctx ends, then lets what is under way finish.
func (a *App) Serve(ctx context.Context, out io.Writer) error {
	began := time.Now()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // little is alive between requests: collecting half as often costs a few MB and saves processor time
	}
	ln, err := net.Listen("tcp", a.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer ln.Close()
	var stopSandbox func()
	if a.Sandbox {
		if stopSandbox, err = a.startSandbox(ctx); err != nil {
			return err
		}
		defer stopSandbox()
	} else {
		a.Companies.RefuseKey(SandboxKey)
	}

	a.Messages.Start()
	a.Payments.At(a.publicURL(ln.Addr()))
	if a.DB.Engine() == "sqlite" { // no other node can be at work on what was left behind
		if err := a.Payments.Recover(ctx); err != nil {
			return err
		}
	}
	loops, stop := context.WithCancel(audit.WithActor(context.WithoutCancel(ctx), audit.System))
	var wg sync.WaitGroup
	a.loops(loops, &wg)

	handler, flush, err := a.traces(ctx, a.handler())
	if err != nil {
		stop()
		return err
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slogErrors(a.Logger)}
	secure, err := a.tls(srv)
	if err != nil {
		stop()
		return err
	}
	failed := make(chan error, 1)
	go func() {
		if secure {
			failed <- srv.ServeTLS(ln, "", "")
		} else {
			failed <- srv.Serve(ln)
		}
	}()
	a.hello(out, a.publicURL(ln.Addr()), time.Since(began))

	select {
	case err = <-failed:
	case <-ctx.Done():
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		err = srv.Shutdown(end)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close() // event streams stay open until they are cut
		}
	}
	stop()
	wg.Wait()
	a.Messages.Close()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := flush(end); err != nil {
		a.Logger.Warn("the last traces were not delivered", "error", err)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, a.DB.Close())
}

// loops runs what happens without a request. Each works on rows that it claims, so that several nodes may run all of them.
func (a *App) loops(ctx context.Context, wg *sync.WaitGroup) {
	every := func(d time.Duration, name string, fn func(context.Context) error) {
		wg.Go(func() {
			t := time.NewTicker(d)
			defer t.Stop()
			for {
				if err := fn(ctx); err != nil && ctx.Err() == nil {
					a.Logger.Error("background work failed; it is tried again", "work", name, "error", err)
				}
				select {
				case <-ctx.Done():
					return
				case <-t.C:
				}
			}
		})
	}
	wg.Go(func() { a.Log.Run(ctx, a.Logger, nil) })
	every(time.Second, "hand over waiting messages", a.Messages.Net)
	every(5*time.Second, "ask for delivery reports", a.Messages.Reports)
	every(2*time.Second, "end expired verifications", a.Verifications.Expire)
	every(250*time.Millisecond, "ask banks", a.Payments.Ask)
	if a.IPEcho != "" {
		every(10*time.Minute, "look at the outgoing address", func(ctx context.Context) error { return a.Payments.LookAtAddress(ctx, a.IPEcho) })
	}
	every(time.Minute, "compare yesterday with the banks", a.morning)
	every(10*time.Second, "send mails", a.Mail.Deliver)
	every(15*time.Second, "watch number blocks", a.Verifications.Watch)
	every(time.Second, "write webhook deliveries", a.Webhooks.Dispatch)
	every(time.Second, "deliver webhooks", a.Webhooks.Deliver)
	every(10*time.Minute, "clean up", func(ctx context.Context) error {
		_, err := a.Companies.CleanSessions(ctx)
		return errors.Join(err, idempotency.Clean(ctx, a.DB, a.Clock.Now()), a.Webhooks.Clean(ctx), a.Verifications.Retain(ctx), a.DayEnd.Clean(ctx), a.Mail.Clean(ctx))
	})
}

// morning runs the daily comparison of every company that is open.
func (a *App) morning(ctx context.Context) error {
	all, err := a.Companies.List(ctx)
	if err != nil {
		return err
	}
	ids := make([]string, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	return a.DayEnd.Morning(ctx, ids)
}

func (a *App) handler() http.Handler {
	m := newMetrics()
	rest := api.New(api.Deps{DB: a.DB, Log: a.Log, Companies: a.Companies, Verifications: a.Verifications, Messages: a.Messages, Customers: a.Customers, Payments: a.Payments, DayEnd: a.DayEnd,
		Vault: a.Vault, Webhooks: a.Webhooks, Clock: a.Clock, Logger: a.Logger, TrustedProxies: a.proxies, Version: a.Version, Observe: m.observe})
	mux := http.NewServeMux()
	for _, p := range []string{"/v1/", "/openapi.json", "/docs"} {
		mux.Handle(p, rest)
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if _, err := a.Companies.List(ctx); err != nil {
			a.Logger.Error("not ready", "error", err)
			http.Error(w, "database does not answer", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ready\n")
	})
	mux.Handle("GET /metrics", m.handler())
	clientIP := func(r *http.Request) string { return api.ClientIP(r, a.proxies).String() }
	pages := paypage.Deps{Payments: a.Payments, Companies: a.Companies, Logger: a.Logger, ClientIP: clientIP}
	if a.Sandbox {
		pages.TestCard = sandbox.TestCard
	}
	mux.Handle("/pay/", paypage.New(pages))
	origin, passkeys := a.passkeys()
	mux.Handle("/", console.New(console.Deps{Companies: a.Companies, Customers: a.Customers, Payments: a.Payments, DayEnd: a.DayEnd, Verifications: a.Verifications, Messages: a.Messages, Webhooks: a.Webhooks,
		Log: a.Log, Clock: a.Clock, Logger: a.Logger, Sandbox: a.Sandbox, SandboxURL: "http://" + a.SandboxListen, Secure: a.TLSCert != "" || a.ACMEHost != "" || strings.HasPrefix(a.PublicURL, "https://"),
		ClientIP: clientIP, Passkeys: passkeys, PasskeyOrigin: origin}))
	return mux
}

// passkeys tells at which address passkeys work. Browsers allow them for host names over TLS and for localhost, never for an IP
// address: without a public address they work at http://localhost and the port.
func (a *App) passkeys() (origin string, p *company.Passkeys) {
	public := a.PublicURL
	if public == "" && a.ACMEHost != "" {
		public = "https://" + a.ACMEHost
	}
	if public == "" {
		scheme := "http"
		if a.TLSCert != "" {
			scheme = "https"
		}
		_, port, _ := net.SplitHostPort(a.Listen)
		public = scheme + "://" + net.JoinHostPort("localhost", port)
	}
	u, err := url.Parse(public)
	if err != nil || u.Host == "" || net.ParseIP(u.Hostname()) != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return "", nil
	}
	origin = u.Scheme + "://" + u.Host
	if p, err = a.Companies.Passkeys(company.PasskeyConfig{RPID: u.Hostname(), Origin: origin}); err != nil {
		a.Logger.Warn("no passkeys at this address", "address", origin, "error", err)
		return "", nil
	}
	return origin, p
}

// tls sets certificates from files or from ACME.
func (a *App) tls(srv *http.Server) (bool, error) {
	switch {
	case a.ACMEHost != "":
		m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(a.ACMEHost), Cache: autocert.DirCache(filepath.Join(a.Data, "acme"))}
		srv.TLSConfig = m.TLSConfig()
		srv.TLSConfig.MinVersion = tls.VersionTLS12
		return true, nil
	case a.TLSCert != "":
		load := func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			c, err := tls.LoadX509KeyPair(a.TLSCert, a.TLSKey)
			return &c, err
		}
		if _, err := load(nil); err != nil {
			return false, fmt.Errorf("TLS certificate: %w", err)
		}
		// Read at each handshake: a renewed certificate needs no restart.
		srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: load}
		return true, nil
	}
	return false, nil
}

// publicURL is where people and banks find the program.
func (a *App) publicURL(addr net.Addr) string {
	switch {
	case a.PublicURL != "":
		return strings.TrimRight(a.PublicURL, "/")
	case a.ACMEHost != "":
		return "https://" + a.ACMEHost
	case a.TLSCert != "":
		return "https://" + addr.String()
	}
	return "http://" + addr.String()
}

func (a *App) hello(out io.Writer, url string, took time.Duration) {
	fmt.Fprintf(out, "Onay is ready (%d ms, %s)\n\n  Console   %s\n  API       %s/docs\n", took.Milliseconds(), a.DB.Engine(), url, url)
	if a.Sandbox {
		fmt.Fprintf(out, "  Sign in   %s · %s\n  API key   %s\n  Outside   http://%s   (the customer's phone, faults, clock)\n\n  Sandbox: nothing leaves this machine.\n", DemoEmail, DemoPassword, SandboxKey, a.SandboxListen)
	}
}
