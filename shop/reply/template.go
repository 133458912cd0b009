package reply

import (
	"strings"
	"unicode"
)

// Fill writes a template: (arg0) is the customer's name and surname, (arg1)
// the reference, in any case and also as Arg(0), Arg(1). Values are put in
// once: a customer named "(arg1)" stays that text. Their control characters
// and runs of spaces become one space. Other arguments stay as they are.
func Fill(template, arg0, arg1 string) string {
	var b strings.Builder
	for i := 0; i < len(template); {
		if len(template)-i >= 6 {
			switch s := template[i : i+6]; {
			case strings.EqualFold(s, "(arg0)"), strings.EqualFold(s, "arg(0)"):
				b.WriteString(oneLine(arg0))
				i += 6
				continue
			case strings.EqualFold(s, "(arg1)"), strings.EqualFold(s, "arg(1)"):
				b.WriteString(oneLine(arg1))
				i += 6
				continue
			}
		}
		b.WriteByte(template[i])
		i++
	}
	return b.String()
}

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}
