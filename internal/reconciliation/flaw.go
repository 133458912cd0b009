package reconciliation

import (
	"errors"
	"fmt"
)

// ErrStatement is wrapped by what is wrong with a statement; nothing of the file is used then.
var ErrStatement = errors.New("the statement cannot be read")

// ErrColumns is wrapped where the columns are not all recognized; a person can say which is which.
var ErrColumns = fmt.Errorf("%w: its columns are not recognized", ErrStatement)

// flaw is what is wrong with a statement, in both languages of the program.
type flaw struct {
	tr, en string
	kind   error // ErrStatement or ErrColumns
}

func (f flaw) Error() string { return f.kind.Error() + ": " + f.en }
func (f flaw) Unwrap() error { return f.kind }

func flawed(tr, en string, args ...any) error {
	if len(args) > 0 {
		tr, en = fmt.Sprintf(tr, args...), fmt.Sprintf(en, args...)
	}
	return flaw{tr, en, ErrStatement}
}

// asFlaw is err as a flaw: what a decoder says has no Turkish words.
func asFlaw(err error) flaw {
	var f flaw
	if !errors.As(err, &f) {
		f = flaw{"dosyanın yapısı bozuk", "the file is not well-formed (" + err.Error() + ")", ErrStatement}
	}
	return f
}

// inLine says in which line of the file, or in which entry, something is wrong; 0: nowhere in particular.
func inLine(line int, err error) error {
	f := asFlaw(err)
	if line > 0 {
		f.tr, f.en = fmt.Sprintf("satır %d: %s", line, f.tr), fmt.Sprintf("line %d: %s", line, f.en)
	}
	return f
}

// inField says in which column.
func inField(field string, err error) error {
	f := asFlaw(err)
	f.tr, f.en = fieldNames[field]+": "+f.tr, field+": "+f.en
	return f
}

// fieldNames are the Turkish names of the columns that hold numbers and days.
var fieldNames = map[string]string{FieldCommission: "komisyon", FieldTax: "vergi", FieldFee: "ücret", FieldNet: "net tutar", FieldValueDate: "valör"}
