package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/onay/onay/internal/console/text"
)

// Page is what the frame around every screen needs to know.
type Page struct {
	Title     string
	Lang      text.Lang // Turkish when empty
	Theme     string    // light, dark, or empty for what the device prefers
	Path      string    // path and query of this page: where the switches come back to
	Nav       []NavItem // the places this person may enter, in order; see Places
	Active    string    // key of the current place
	User      string    // the person's name
	Role      string    // her role, in words
	Companies []Company // those she may switch to
	Company   string    // id of the current one
	Sandbox   bool      // a test environment: the striped band
	Flash     *FlashProps
	Search    string // what is in the search box
	Wide      bool   // no limit on the width of the content, for wide tables
}

// NavItem is a place in the rail.
type NavItem struct {
	Key    string // of Places; its name is the text "nav."+Key
	Href   string
	Icon   string
	Active bool // also set by Page.Active
	Count  int  // of things that wait for a person; shown when above 0
}

// Company is one a person may work for.
type Company struct{ ID, Name string }

// Places are all places of the console in the order of the rail. A handler keeps those that the person may enter.
func Places() []NavItem {
	return []NavItem{
		{Key: "today", Href: "/", Icon: "today"},
		{Key: "customers", Href: "/customers", Icon: "people"},
		{Key: "messages", Href: "/messages", Icon: "message"},
		{Key: "consents", Href: "/consents", Icon: "consent"},
		{Key: "orders", Href: "/orders", Icon: "order"},
		{Key: "payments", Href: "/payments", Icon: "card"},
		{Key: "reconciliation", Href: "/reconciliation", Icon: "calendar"},
		{Key: "settings", Href: "/settings", Icon: "settings"},
	}
}

// dockSlots is how many places the bottom bar of a phone shows before "Diğer".
const dockSlots = 4

func (p Page) dock() (shown, folded []NavItem) {
	if len(p.Nav) <= dockSlots+1 {
		return p.Nav, nil
	}
	return p.Nav[:dockSlots], p.Nav[dockSlots:]
}

func (p Page) foldedActive() bool {
	_, folded := p.dock()
	for _, n := range folded {
		if p.active(n) {
			return true
		}
	}
	return false
}

func (p Page) active(n NavItem) bool { return n.Active || (n.Key != "" && n.Key == p.Active) }

func (p Page) company() string {
	for _, c := range p.Companies {
		if c.ID == p.Company {
			return c.Name
		}
	}
	return ""
}

// PublicPage is what the frame around a payer's page needs to know.
type PublicPage struct {
	Title    string
	Lang     text.Lang
	Theme    string
	Path     string
	Merchant string // who asks; "Onay" on the console's own login
	Logo     string // address of the merchant's logo on this host; empty for none
	Sandbox  bool
	Flash    *FlashProps
	Script   bool   // load the script: for a code field that submits itself; the page works without
	Footer   string // who sees the data and why
	Switch   bool   // show the language switch
}

// Layout is the frame of the console; the screen is its children. It sets the language of everything inside.
func Layout(p Page) templ.Component {
	return inLang(p.Lang, func(inside templ.Component) templ.Component { return layout(p, inside) })
}

// PublicLayout is the frame of login and of the payer's pages: one column, nothing but the matter at hand.
func PublicLayout(p PublicPage) templ.Component {
	return inLang(p.Lang, func(inside templ.Component) templ.Component { return publicLayout(p, inside) })
}

// inLang gives a frame its children and sets the language for both.
func inLang(l text.Lang, frame func(inside templ.Component) templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if l == "" {
			l = text.From(ctx)
		}
		inside := templ.GetChildren(ctx)
		return frame(inside).Render(text.WithLang(templ.ClearChildren(ctx), l), w)
	})
}
