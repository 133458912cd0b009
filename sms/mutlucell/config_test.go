package mutlucell

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	ok := Config{Username: "ornek", Password: "gizli-12", Header: "ORNEKFIRMA"}
	for name, change := range map[string]func(*Config){
		"no password":     func(c *Config) { c.Password = "" },
		"no user":         func(c *Config) { c.Username = "" },
		"long header":     func(c *Config) { c.Header = "ABCDEFGHIJKL" },
		"short validity":  func(c *Config) { c.OTPValidity = time.Second },
		"base with login": func(c *Config) { c.BaseURL = "https://u:p@smsgw.mutlucell.com" },
	} {
		c := ok
		change(&c)
		if _, err := New(c, nil); err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), "gizli") {
			t.Errorf("%s: %v shows a secret", name, err)
		}
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "account", ok)
	client, err := New(ok, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(ok), fmt.Sprintf("%+v %#v", ok, ok), fmt.Sprintf("%v %#v", client, client), log.String(),
	} {
		if strings.Contains(text, "gizli") || !strings.Contains(text, "ornek") && text != log.String() {
			t.Errorf("account shows as %s", text)
		}
	}
}
