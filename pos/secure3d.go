package pos

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
)

// Pair is a field of a form. Order matters to some signatures.
type Pair struct{ Name, Value string }

// Form is what the payer's browser posts to the bank. It may hold the card's number: it is for the payer's browser alone, is not
// kept and not logged, and prints without its values.
type Form struct {
	Method string // POST, or GET for a redirect
	Action string // address of the bank
	Fields []Pair
	HTML   []byte // instead of the fields: a page that the bank made
}

// Get returns the first value of a field.
func (f Form) Get(name string) string {
	for _, p := range f.Fields {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// String names the fields without their values.
func (f Form) String() string {
	names := make([]string, len(f.Fields))
	for i, p := range f.Fields {
		names[i] = p.Name
	}
	return f.Method + " " + f.Action + " [" + strings.Join(names, " ") + "]"
}

// Format keeps the values out of print whatever the verb.
func (f Form) Format(s fmt.State, _ rune) { io.WriteString(s, f.String()) }

// MarshalJSON keeps the values out of JSON.
func (f Form) MarshalJSON() ([]byte, error) { return []byte(quoteJSON(f.String())), nil }

// Page appends a page whose form submits itself, with a button for browsers without a script. nonce is that of the page's content
// security policy; the policy needs form-action with the origin of Action. button is the label, for example "Bankaya git".
func (f Form) Page(lang, button, nonce string) []byte {
	var b bytes.Buffer
	b.WriteString(`<!doctype html><html lang="`)
	b.WriteString(html.EscapeString(lang))
	b.WriteString(`"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>`)
	b.WriteString(html.EscapeString(button))
	b.WriteString(`</title><form method="`)
	b.WriteString(html.EscapeString(f.Method))
	b.WriteString(`" action="`)
	b.WriteString(html.EscapeString(f.Action))
	b.WriteString(`">`)
	for _, p := range f.Fields {
		b.WriteString(`<input type="hidden" name="`)
		b.WriteString(html.EscapeString(p.Name))
		b.WriteString(`" value="`)
		b.WriteString(html.EscapeString(p.Value))
		b.WriteString(`">`)
	}
	b.WriteString(`<button>`)
	b.WriteString(html.EscapeString(button))
	b.WriteString(`</button></form><script nonce="`)
	b.WriteString(html.EscapeString(nonce))
	b.WriteString(`">document.forms[0].submit()</script></html>`)
	return b.Bytes()
}

// InnerForm takes address and fields of the first form out of a page that a bank made, so that the page itself, with whatever script it
// has, is never shown in the shop's own origin. Action is empty if there is none.
func InnerForm(page []byte) Form {
	f := Form{Method: "POST"}
	z := nethtml.NewTokenizer(bytes.NewReader(page))
	inside := false
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return f
		case nethtml.EndTagToken:
			if t := z.Token(); inside && t.Data == "form" {
				return f
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			t := z.Token()
			at := map[string]string{}
			for _, a := range t.Attr {
				at[a.Key] = a.Val
			}
			switch {
			case t.Data == "form" && !inside:
				inside, f.Action = true, at["action"]
				if strings.EqualFold(at["method"], "get") {
					f.Method = "GET"
				}
			case t.Data == "input" && inside && at["name"] != "":
				f.Fields = append(f.Fields, Pair{Name: at["name"], Value: at["value"]})
			}
		}
	}
}

// PageForm is the form of a page that a bank made for the payer's browser: address and fields of the form in it, where it has a plain one with an https
// address, and the page itself for those that need their scripts. base is the address that the page came from.
func PageForm(page []byte, base string) Form {
	f := InnerForm(page)
	if b, err := url.Parse(base); err == nil && f.Action != "" {
		if u, err := b.Parse(f.Action); err == nil {
			f.Action = u.String()
		}
	}
	if CheckAddress("page", f.Action) != nil {
		f = Form{Method: "POST"}
	}
	f.HTML = page
	return f
}

// Attempt is what the shop knows of a payment that left for the bank. Callbacks are compared with it, for several banks sign
// neither amount nor order. It holds no card data; keep it as it is.
type Attempt struct {
	OrderID      string
	Amount       Money
	Installments int
	PreAuth      bool
	Model        Model
	ClientIP     string
	Email        string
	Nonce        string            // the random text of the form
	Recurring    *Plan             `json:",omitempty"`
	Extra        map[string]string `json:",omitempty"` // what the protocol needs again
}

// Begin makes the attempt of a payment, or tells what keeps it from starting. Every Start of the library begins with it.
func (p Payment) Begin(m Model, returnURL string) (Attempt, error) {
	switch {
	case m == NonSecure:
		return Attempt{}, Unsupported("3-D Secure of this account")
	case p.Card == nil && p.Stored == nil && !m.OnBankPage():
		return Attempt{}, Invalid("Card", "is missing: this model takes it on the shop's page")
	case len(returnURL) > maxReturnURL:
		return Attempt{}, Invalid("returnURL", "has at most 200 characters")
	case !validReturn(returnURL):
		return Attempt{}, Invalid("returnURL", "is no address, or has characters that are to be percent-encoded: banks sign them in different encodings")
	}
	return Attempt{OrderID: p.OrderID, Amount: p.Amount, Installments: p.Installments, PreAuth: p.PreAuth, Model: m, ClientIP: p.ClientIP, Email: p.Email,
		Nonce: rand.Text(), Recurring: p.Recurring}, nil
}

// maxReturnURL is what every bank takes (PayFor 200, PosNet 255).
const maxReturnURL = 200

// validReturn tells an address of http or https whose characters are the ones of RFC 3986.
func validReturn(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	if !ok || rest == "" || strings.IndexByte("/?#:@", rest[0]) >= 0 {
		return false
	}
	for i := range len(rest) {
		if c := rest[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return false
		}
	}
	return true
}

// ToBank is the result of a Start whose form is to be shown.
func ToBank(orderID string) Result {
	return Result{Outcome: Redirect, OrderID: orderID, Installments: -1}
}

// Values are the fields of a callback as they came: decoded, names as on the wire.
type Values map[string]string

// ErrDuplicateField is returned by [ReadValues] for a field that came twice: which of the two was signed?
var ErrDuplicateField = Invalid("callback", "a field came twice")

// ReadValues takes the posted form of a callback. A field that came twice with different values makes it an error.
func ReadValues(form url.Values) (Values, error) {
	v := make(Values, len(form))
	for name, values := range form {
		for _, x := range values[1:] {
			if x != values[0] {
				return nil, ErrDuplicateField
			}
		}
		v[name] = values[0]
	}
	return v, nil
}

// Get returns a field, looked up as it is, then with dots as underscores (as some web frameworks rewrite them).
func (v Values) Get(name string) string {
	if s, ok := v[name]; ok {
		return s
	}
	return v[strings.ReplaceAll(name, ".", "_")]
}

// Has reports whether a field came, even empty.
func (v Values) Has(name string) bool {
	_, ok := v[name]
	if !ok {
		_, ok = v[strings.ReplaceAll(name, ".", "_")]
	}
	return ok
}

// Names returns the names, sorted.
func (v Values) Names() []string {
	out := make([]string, 0, len(v))
	for n := range v {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// Signature is what a callback's signature is worth.
type Signature string

// The three worths of a signature.
const (
	SignatureValid   Signature = "valid"
	SignatureInvalid Signature = "invalid"
	SignatureMissing Signature = "missing" // none was sent
)

// Callback is a callback that was read and compared with its attempt.
type Callback struct {
	Result
	Signature Signature
	// NaiveHashMatches tells that a client which only recomputes the hash over what the message itself says it covers would have
	// been satisfied. With an invalid signature it is the mark of an attack.
	NaiveHashMatches bool

	MDStatus string
	ECI      string
	CAVV     string
	XID      string
	MD       string
	Proof    map[string]string `json:"-"` // what the charge needs of it, by the bank's names
}

// Reject turns a callback into one that is not believed.
func (c Callback) Reject(why string) Callback {
	c.Outcome, c.Reason = Rejected, why
	c.NextStep = "Ignore the message, keep it, and ask the bank what became of the order."
	return c
}

// Check refuses to complete an attempt with a callback that is about another one or was not believed: a guard against a caller
// that mixes them up. Every Complete begins with it.
func (c Callback) Check(a Attempt) error {
	switch c.Outcome {
	case Approved, Authenticated, Unverified, PendingCompletion:
		if c.OrderID != a.OrderID || c.Signature == SignatureInvalid {
			return Invalid("Callback", "is not one that Verify believed for this attempt")
		}
	}
	return nil
}

// Inspection says what a callback's signature covers and where it breaks.
type Inspection struct {
	Algorithm string
	Want      string // the signature as it should be
	Got       string
	Match     bool
	Fields    []InspectedField // in the order of the signature
	Notes     []string         // for a person
}

// InspectedField is one part of the signed text.
type InspectedField struct {
	Name    string
	Value   string // masked where it may be card data
	Missing bool
	Note    string
}
