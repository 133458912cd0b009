package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestOpenAPIDescribesEveryOperation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	doc := h.must(200, "GET", "/openapi.json", "", "Authorization", "")
	if doc.text("openapi") != "3.1.0" {
		t.Errorf("openapi %v", doc.json["openapi"])
	}
	type media map[string]struct {
		Schema  any
		Example json.RawMessage
	}
	var d struct {
		Paths map[string]map[string]struct {
			OperationID, Summary, Description string
			RequestBody                       *struct{ Content media }
			Responses                         map[string]struct{ Content media }
		}
	}
	if err := json.Unmarshal([]byte(doc.raw), &d); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for path, item := range d.Paths {
		for method, op := range item {
			name := method + " " + path
			if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" || op.Description == "" {
				t.Errorf("%s: id %q (twice: %v), summary %q, description %q", name, op.OperationID, ids[op.OperationID], op.Summary, op.Description)
			}
			ids[op.OperationID] = true
			if op.RequestBody != nil {
				for ct, m := range op.RequestBody.Content {
					if len(m.Example) == 0 {
						t.Errorf("%s: no example of the %s body", name, ct)
					}
				}
			}
			for status, res := range op.Responses {
				for ct, m := range res.Content {
					if len(m.Example) == 0 {
						t.Errorf("%s: no example of the %s answer (%s)", name, status, ct)
					}
					if status >= "400" && ct != "application/problem+json" {
						t.Errorf("%s: %s answers %s", name, status, ct)
					}
				}
			}
		}
	}
	if len(ids) == 0 {
		t.Fatal("no operations")
	}
	res, err := http.Get(h.url + "/docs")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, _ := io.ReadAll(res.Body)
	for id := range ids {
		if !strings.Contains(string(page), `id="`+id+`"`) {
			t.Errorf("/docs leaves out %s", id)
		}
	}
	for _, no := range []string{"<script", "src=", `href="http`, "@import", "url("} {
		if strings.Contains(string(page), no) {
			t.Errorf("/docs holds %s", no)
		}
	}
}

func TestNoOperationFailsOnRubbish(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var d struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Example map[string]any }
			}
		}
	}
	if err := json.Unmarshal([]byte(h.must(200, "GET", "/openapi.json", "").raw), &d); err != nil {
		t.Fatal(err)
	}
	values := []any{nil, true, -1, 1.5, 1e300, "", "\u202e", strings.Repeat("ş", 5000), []any{}, []any{nil}, []any{map[string]any{}}, map[string]any{}, map[string]any{"a": []any{1}}}
	fill := strings.NewReplacer("{id}", "xyz_1", "{phone}", "%2B9", "{prefix}", "%2B", "{delivery_id}", "x")
	for path, item := range d.Paths {
		for method, op := range item {
			bodies := []string{"", "null", "[]", "1", `""`, "{", `{"a":`}
			for field := range op.RequestBody.Content["application/json"].Example {
				for _, v := range values {
					body := map[string]any{}
					for f, x := range op.RequestBody.Content["application/json"].Example {
						body[f] = x
					}
					body[field] = v
					b, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					bodies = append(bodies, string(b))
				}
			}
			for _, body := range bodies {
				r := h.call(strings.ToUpper(method), fill.Replace(path)+"?limit=1&cursor=%27", body)
				if r.status >= 500 || r.status >= 400 && r.text("code") == "" {
					t.Errorf("%s %s %.200s: %d %s", method, path, body, r.status, r.raw)
				}
			}
		}
	}
}
