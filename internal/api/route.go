package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const routeKey = "route"

// route describes an operation beyond what its types say.
type route struct {
	method, path string
	id           string // operation id
	scope        string // that the key needs
	tag          string
	summary      string
	doc          string
	status       int // of success; 0: 200
	codes        []code
	body, answer any  // examples
	maxBody      int  // of the request; 0: maxBody
	secret       bool // the answer holds a secret that is shown once and is not kept for a repeated request
}

// code is an error that the operation can give, beside those that all can give.
type code struct {
	name   string
	status int
}

// answer is the output of an operation with a body.
type answer[T any] struct{ Body T }

func reply[T any](v T) *answer[T] { return &answer[T]{v} }

// none is the output of an operation without one.
type none struct{}

// IDInput is the input of operations on one object.
type IDInput struct {
	ID string `path:"id" maxLength:"80" doc:"Id of the object."`
}

// Page holds the parameters of every list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"80" doc:"next_cursor of the page before."`
}

// list is the shape of every list.
type list[T any] struct {
	Data       []T     `json:"data" nullable:"false"`
	NextCursor *string `json:"next_cursor" doc:"Give it as cursor for the next page; null: this was the last."`
}

// paged turns limit+1 rows into a page.
func paged[S, T any](rows []S, limit int, cursor func(S) string, view func(S) T) *answer[list[T]] {
	out := list[T]{Data: make([]T, 0, len(rows))}
	if len(rows) > limit {
		rows = rows[:limit]
		next := cursor(rows[limit-1])
		out.NextCursor = &next
	}
	for _, r := range rows {
		out.Data = append(out.Data, view(r))
	}
	return reply(out)
}

// whole turns all rows of a short list into its only page.
func whole[S, T any](rows []S, view func(S) T) *answer[list[T]] {
	return paged(rows, len(rows), nil, view)
}

// viewed is the end of most operations: the object as the API shows it, or the error.
func viewed[S, T any](v S, err error, view func(S) T) (*answer[T], error) {
	if err != nil {
		return nil, err
	}
	return reply(view(v)), nil
}

// done is the end of operations that answer nothing.
func done(err error) (*none, error) {
	if err != nil {
		return nil, err
	}
	return &none{}, nil
}

type handler[I, O any] func(ctx context.Context, c *caller, in *I) (*O, error)

// handle registers an operation. again answers a repeated request whose first answer got lost: it tells the object as it is
// now; nil for operations that may simply run again.
func handle[I, O any](d *door, r route, do handler[I, O], again func(ctx context.Context, c *caller, in *I, id string) (*O, error)) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.maxBody == 0 {
		r.maxBody = maxBody
	}
	statuses := []int{401, 403}
	var names strings.Builder
	for _, c := range r.codes {
		d.codes[c.name] = c.status
		statuses = append(statuses, c.status)
		names.WriteString("\n- `" + c.name + "` (" + strconv.Itoa(c.status) + ")")
	}
	slices.Sort(statuses)
	op := huma.Operation{Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Tags: []string{r.tag}, DefaultStatus: r.status,
		Description: r.doc, Errors: slices.Compact(statuses), Metadata: map[string]any{routeKey: &r}, Security: []map[string][]string{{"key": {}}},
		MaxBodyBytes: int64(r.maxBody) + 1, Extensions: map[string]any{"x-scope": r.scope}}
	if names.Len() > 0 {
		op.Description += "\n\nErrors, beside those that every operation can give:\n" + names.String()
	}
	if r.method == http.MethodPost {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Example: "order-1042",
			Description: "Repeating the request with the same key and body gives the first answer (header Idempotency-Replayed: true).",
			Schema:      &huma.Schema{Type: "string", MinLength: ptr(1), MaxLength: ptr(255)}})
	}
	huma.Register(d.huma, op, func(ctx context.Context, in *I) (*O, error) {
		c := callerOf(ctx)
		var out *O
		var err error
		if c.repeated && again != nil {
			out, err = again(ctx, c, in, c.made)
		} else {
			out, err = do(ctx, c, in)
		}
		if err != nil {
			return nil, d.asProblem(ctx, err)
		}
		return out, nil
	})
	d.illustrate(r)
}

// illustrate puts the examples into the description.
func (d *door) illustrate(r route) {
	item := d.huma.OpenAPI().Paths[r.path]
	op := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}[r.method]
	if op.RequestBody != nil && r.body != nil {
		op.RequestBody.Content["application/json"].Example = r.body
	}
	for status, res := range op.Responses {
		if m := res.Content["application/json"]; m != nil && status == strconv.Itoa(r.status) && r.answer != nil {
			m.Example = r.answer
		}
	}
}

func ptr[T any](v T) *T { return &v }
