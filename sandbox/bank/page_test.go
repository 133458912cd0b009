package bank

import "testing"

func TestSumsReadAsPayersWriteThem(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency string
		tr, en   string
	}{{5, "949", "0,05 TL", "0.05 TL"}, {124_990, "TL", "1.249,90 TL", "1,249.90 TL"}, {123_456_789_00, "US", "123.456.789,00 USD", "123,456,789.00 USD"}, {99_999, "978", "999,99 EUR", "999.99 EUR"}} {
		x := Challenge{Minor: c.minor, Currency: c.currency}
		if x.Sum(true) != c.tr || x.Sum(false) != c.en {
			t.Errorf("%s, %s; want %s, %s", x.Sum(true), x.Sum(false), c.tr, c.en)
		}
	}
}
