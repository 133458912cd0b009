package iletimerkezi

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	ok := Config{Key: "gizli-key-12", Hash: "gizli-12", Header: "ORNEKFIRMA"}
	for name, change := range map[string]func(*Config){
		"no key":          func(c *Config) { c.Key = "" },
		"no hash":         func(c *Config) { c.Hash = "" },
		"long header":     func(c *Config) { c.Header = "ABCDEFGHIJKL" },
		"Turkish header":  func(c *Config) { c.Header = "MAĞAZA" },
		"base with login": func(c *Config) { c.BaseURL = "https://u:p@api.iletimerkezi.com" },
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
		if strings.Contains(text, "gizli") || !strings.Contains(text, "ORNEKFIRMA") && text != log.String() {
			t.Errorf("account shows as %s", text)
		}
	}
}
