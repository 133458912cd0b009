package company

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheTableOfRolesIsTheCode(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/roles.md")
	if err != nil {
		t.Fatal(err)
	}
	var head []string
	got := map[Permission]map[Role]bool{}
	var order []Permission
	for line := range strings.Lines(string(doc)) {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if head == nil {
			head = cells
			continue
		}
		p := Permission(cells[0])
		order = append(order, p)
		got[p] = map[Role]bool{}
		for i := 2; i < len(cells); i++ {
			got[p][Role(head[i])] = cells[i] == "yes"
		}
	}
	want := map[Permission]map[Role]bool{}
	for _, p := range Permissions {
		want[p] = map[Role]bool{}
		for _, r := range Roles {
			want[p][r] = Can(r, p)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("docs/roles.md (+) differs from the code (-):\n%s", d)
	}
	if d := cmp.Diff(Permissions, order); d != "" {
		t.Errorf("order:\n%s", d)
	}
	if Can("owner", CustomersRead) || Can("", CustomersRead) {
		t.Error("an unknown role may do something")
	}
}
