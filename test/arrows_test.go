// Package test holds the tests that look at the whole house.
package test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/onay/onay/"

// The rooms of the house, from the bottom up. A room holds its folder and all folders in it.
var (
	// What stands on nothing, or on errors and the database alone.
	ground = []string{"internal/fault", "internal/clock", "internal/vault", "internal/db", "internal/phone", "internal/idempotency", "internal/jobs"}
	// What every domain leans on.
	leans = []string{"internal/audit", "internal/company", "internal/webhook", "internal/mail"}
	// What Go programs outside use too.
	libraries = []string{"pos", "sms", "iys", "shop", "voice"}
	domains   = []string{"internal/message", "internal/verification", "internal/consent", "internal/customer", "internal/payment", "internal/order", "internal/reconciliation"}
	doors     = []string{"internal/api", "internal/compat", "internal/console"}
)

// arrows says what each room may import of the house besides itself. A room that is not here may not exist.
var arrows = map[string][]string{
	"internal/fault":       nil,
	"internal/clock":       nil,
	"internal/vault":       nil,
	"internal/db":          nil,
	"internal/phone":       {"internal/fault"},
	"internal/idempotency": {"internal/db", "internal/fault"},
	"internal/jobs":        {"internal/db", "internal/clock", "internal/fault"},

	"internal/audit":   {"internal/clock", "internal/db", "internal/vault"},
	"internal/company": join(ground, "internal/audit"),
	"internal/mail":    join(ground, "internal/audit"),
	"internal/webhook": join(ground, "internal/audit", "internal/company"),
	"internal/backup":  {"internal/audit", "internal/clock", "internal/db", "internal/vault"},

	"internal/message":        join(ground, leans, libraries),
	"internal/verification":   join(ground, leans, libraries, "internal/message"),
	"internal/consent":        join(ground, leans, libraries, "internal/message", "internal/verification"),
	"internal/customer":       join(ground, leans, libraries, "internal/message", "internal/verification", "internal/consent"),
	"internal/payment":        join(ground, leans, libraries),
	"internal/order":          join(ground, leans, libraries, "internal/message", "internal/payment"),
	"internal/reconciliation": join(ground, leans, libraries, "internal/payment"),

	"internal/api":     join(ground, leans, libraries, domains),
	"internal/compat":  join(ground, leans, libraries, domains),
	"internal/console": join(ground, leans, libraries, domains),

	"internal/app": join(ground, leans, libraries, domains, doors, "internal/backup", "sandbox"),
	"cmd":          join(ground, leans, libraries, domains, doors, "internal/backup", "sandbox", "internal/app", "client"),

	// Public rooms use nothing of internal, and not each other. The sandbox has no wire code of the libraries: each side is
	// written from the protocol by itself, or one mistake would hide in both.
	"pos": nil, "sms": nil, "iys": nil, "shop": nil, "voice": nil, "client": nil, "sandbox": nil,

	// Only for the tool chain: it names modules and nothing of the house.
	"internal/deps": nil,
	// Tests of the whole house see all of it.
	"test": join(ground, leans, libraries, domains, doors, "internal/backup", "sandbox", "internal/app", "client", "cmd"),
}

// forTests are folders that only tests import.
var forTests = []string{"internal/db/dbtest", "sms/smstest", "sms/internal/housetest", "pos/postest"}

func join(parts ...any) (out []string) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out = append(out, p)
		case []string:
			out = append(out, p...)
		}
	}
	return out
}

// room finds the room of a folder: the longest name in arrows that it is or lies in.
func room(folder string) (best string, ok bool) {
	for name := range arrows {
		if (folder == name || strings.HasPrefix(folder, name+"/")) && len(name) >= len(best) {
			best, ok = name, true
		}
	}
	return best, ok
}

// fault says what is wrong with an import between two folders of the house, or "".
func fault(from, to string) string {
	a, ok := room(from)
	if !ok {
		return from + " is in no room of the house: add it to arrows, with what it may import"
	}
	b, ok := room(to)
	switch {
	case !ok:
		return to + " is in no room of the house: add it to arrows, with what it may import"
	case slices.Contains(forTests, to) && !slices.Contains(forTests, from) && a != "test":
		return from + " imports " + to + ", which is for tests"
	case a != b && !slices.Contains(arrows[a], b):
		return from + " imports " + to + ": " + a + " may not lean on " + b
	}
	return ""
}

func TestArrowsGoDownOnly(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	files := 0
	err := fs.WalkDir(root, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() {
			if path != "." && (name == "node_modules" || name == "testdata" || name[0] == '.' || name[0] == '_') {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil // a test may build what it needs; TestTestsOfPublicRooms looks at those that may not
		}
		files++
		for _, to := range imports(t, root, path) {
			if s := fault(filepath.ToSlash(filepath.Dir(path)), to); s != "" {
				t.Error(s)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 15 {
		t.Errorf("only %d files were read: the test looks at the wrong folder", files)
	}
}

// The tests of a public room are what its users copy from, so they have to work without internal too.
func TestTestsOfPublicRooms(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	for _, public := range join(libraries, "client", "sandbox") {
		if err := fs.WalkDir(root, public, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return nil // the room is not built yet
			}
			for _, to := range imports(t, root, path) {
				if strings.HasPrefix(to, "internal/") {
					t.Errorf("%s imports %s", path, to)
				}
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
}

// imports are the folders of the house that a file imports.
func imports(t *testing.T, root fs.FS, path string) (out []string) {
	t.Helper()
	b, err := fs.ReadFile(root, path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, b, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if to, ok := strings.CutPrefix(name, module); ok {
			out = append(out, to)
		}
	}
	return out
}

func TestWrongArrowsAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"cmd/onay", "internal/app", true},
		{"internal/app", "internal/console/ui", true},
		{"internal/console/ui", "internal/console/text", true},
		{"internal/customer", "internal/message", true},
		{"internal/message", "sms/netgsm", true},
		{"sms/netgsm", "sms/encoding", true},
		{"sandbox/netgsm", "sandbox/outside", true},

		{"internal/app", "cmd/onay", false},
		{"internal/api", "internal/console", false},
		{"internal/verification", "internal/api", false},
		{"internal/message", "internal/verification", false},
		{"internal/verification", "internal/customer", false},
		{"internal/company", "internal/message", false},
		{"internal/audit", "internal/company", false},
		{"internal/phone", "internal/db", false},
		{"internal/db", "internal/vault", false},
		{"internal/message", "internal/db/dbtest", false},
		{"internal/message", "sandbox", false},
		{"sms/netgsm", "internal/phone", false},
		{"sms/netgsm", "pos", false},
		{"sandbox/netgsm", "sms/netgsm", false},
		{"sandbox", "internal/clock", false},
		{"client", "internal/api", false},
		{"internal/util", "internal/db", false},
	} {
		if s := fault(c.from, c.to); (s == "") != c.ok {
			t.Errorf("%s → %s: %q", c.from, c.to, s)
		}
	}
}
