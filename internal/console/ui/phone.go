package ui

import (
	"context"

	"github.com/onay/onay/internal/console/text"
)

func phoneField(ctx context.Context, p PhoneProps) FieldProps {
	f := FieldProps{
		Name: p.Name, Label: p.Label, ID: p.ID, Type: "tel", Value: text.Phone(p.Value), Hint: p.Hint, Error: p.Error,
		Required: p.Required, Autofocus: p.Autofocus, Inputmode: "tel", Autocomplete: "off", MaxLength: 24,
		Placeholder: "0555 111 22 33", Narrow: true, Attrs: p.Attrs,
	}
	if f.Label == "" {
		f.Label = text.T(ctx, "word.phone")
	}
	if p.Own {
		f.Autocomplete = "tel"
	}
	return f
}
