package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"github.com/onay/onay/internal/console/screens"
	"github.com/onay/onay/internal/console/text"
	"github.com/onay/onay/internal/console/ui"
	"github.com/onay/onay/internal/fault"
)

func notFound() error {
	return fault.New(fault.NotFound, "not_found", text.TR.T("error.404.text"), text.EN.T("error.404.text"))
}

func unreadable() error {
	return fault.New(fault.Invalid, "invalid_text", text.TR.T("error.text"), text.EN.T("error.text"))
}

func forbidden() error {
	return fault.New(fault.Forbidden, "forbidden", text.TR.T("error.403.text"), text.EN.T("error.403.text"))
}

// fail shows an error as a page: a [fault.Error] with its words and status, anything else as our fault with the number to report.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	status, p := http.StatusInternalServerError, screens.Problem{Title: text.T(ctx, "error.500.title"), Text: text.T(ctx, "error.500.text", requestID(ctx))}
	var large *http.MaxBytesError
	switch f := fault.As(err); {
	case f != nil:
		status = int(f.Kind)
		p = screens.Problem{Title: text.T(ctx, problemTitle(f.Kind)), Text: f.Text(string(text.From(ctx)))}
		if f.RetryAfter > 0 {
			p.Text += " " + text.T(ctx, "error.429.text", text.Span(ctx, f.RetryAfter))
		}
		retryAfter(w, f.RetryAfter)
	case errors.As(err, &large):
		status, p = http.StatusRequestEntityTooLarge, screens.Problem{Title: text.T(ctx, "error.413.title"), Text: text.T(ctx, "error.413.text")}
	case errors.Is(err, context.Canceled):
		return // nobody waits for the answer
	default:
		c.Logger.ErrorContext(ctx, "page failed", "request", requestID(ctx), "method", r.Method, "path", r.URL.Path, "error", err)
	}
	c.render(w, r, status, c.problem(r, p))
}

func problemTitle(k fault.Kind) string {
	switch k {
	case fault.NotFound:
		return "error.404.title"
	case fault.Forbidden, fault.Unauthorized:
		return "error.403.title"
	case fault.Conflict:
		return "error.refused.title"
	case fault.TooMany:
		return "error.429.title"
	case fault.Unavailable:
		return "error.provider.title"
	}
	return "error.refused.title"
}

// problem puts the error into the frame that the person is in.
func (c *Console) problem(r *http.Request, p screens.Problem) templ.Component {
	if viewerOf(r).User.ID == "" {
		return inside(ui.PublicLayout(c.publicPage(r, p.Title)), screens.ProblemPage(p))
	}
	return inside(ui.Layout(c.page(r, p.Title, "")), screens.ProblemPage(p))
}

// inside puts a screen into its frame.
func inside(frame, screen templ.Component) templ.Component { return screens.Framed(frame, screen) }

// words returns the fault that a form is to show beside its fields, or nil if the error is for the whole page.
func words(err error) *fault.Error {
	if f := fault.As(err); f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		return f
	}
	return nil
}
