package encoding

// Encoding is a way to write a text into an SMS.
type Encoding string

// The encodings, in the order in which a tie is decided.
const (
	GSM7           Encoding = "gsm7"            // default alphabet and extension table
	TurkishSingle  Encoding = "gsm7-tr-single"  // the Turkish single shift table (element 0x24)
	TurkishLocking Encoding = "gsm7-tr-locking" // the Turkish locking shift table (element 0x25)
	TurkishBoth    Encoding = "gsm7-tr-both"    // both; never useful to send, but it arrives
	UCS2           Encoding = "ucs2"            // really UTF-16BE
)

const (
	esc = 0x1b

	// The alphabet in the order of its septets; \x1b holds the place of the
	// escape. 0x09 is the capital Ç: the small one is not in the table.
	alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ" +
		" !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmnopqrstuvwxyzäöñüà"

	none = 0xffff // no way to write this character
)

// pair is a septet and the character it stands for.
type pair struct {
	septet byte
	char   rune
}

var (
	extension = []pair{
		{0x0a, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2f, '\\'},
		{0x3c, '['}, {0x3d, '~'}, {0x3e, ']'}, {0x40, '|'}, {0x65, '€'},
	}
	turkishSingle = []pair{
		{0x47, 'Ğ'}, {0x49, 'İ'}, {0x53, 'Ş'}, {0x63, 'ç'}, {0x67, 'ğ'}, {0x69, 'ı'}, {0x73, 'ş'},
	}
	turkishLocking = []pair{
		{0x04, '€'}, {0x07, 'ı'}, {0x0b, 'Ğ'}, {0x0c, 'ğ'},
		{0x1c, 'Ş'}, {0x1d, 'ş'}, {0x40, 'İ'}, {0x60, 'ç'},
	}
)

// table holds one 7-bit encoding in both directions.
type table struct {
	main, ext [128]rune // by septet; 0 in ext means not in the table
	// Codes by character: a septet, or the escape in the high byte and the
	// septet in the low one, or none. Two dense ranges and the euro sign hold
	// every character of every table, so that counting needs no map.
	latin [0x180]uint16
	greek [0x40]uint16 // from U+0380
	euro  uint16
}

var (
	defaultTable = newTable(false, false)
	singleTable  = newTable(true, false)
	lockingTable = newTable(false, true)
	bothTable    = newTable(true, true)
)

func newTable(single, locking bool) *table {
	t := &table{euro: none}
	for i := range t.latin {
		t.latin[i] = none
	}
	for i := range t.greek {
		t.greek[i] = none
	}
	i := 0
	for _, r := range alphabet {
		t.main[i] = r
		i++
	}
	if locking {
		for _, p := range turkishLocking {
			t.main[p.septet] = p.char
		}
	}
	for _, p := range extension {
		t.ext[p.septet] = p.char
	}
	if single {
		for _, p := range turkishSingle {
			t.ext[p.septet] = p.char
		}
	}
	// The extension first: where both can write a character, the one septet
	// of the main table wins.
	for s, r := range t.ext {
		if r != 0 {
			t.set(r, esc<<8|uint16(s))
		}
	}
	for s, r := range t.main {
		if s != esc {
			t.set(r, uint16(s))
		}
	}
	return t
}

func (t *table) set(r rune, code uint16) {
	switch {
	case r == '€':
		t.euro = code
	case r < 0x180:
		t.latin[r] = code
	default:
		t.greek[r-0x380] = code
	}
}

// code gives how to write r, or none.
func (t *table) code(r rune) uint16 {
	switch {
	case uint32(r) < uint32(len(t.latin)):
		return t.latin[r]
	case r == '€':
		return t.euro
	case r >= 0x380 && r < 0x3c0:
		return t.greek[r-0x380]
	}
	return none
}

// septets returns the table of a 7-bit encoding, nil for UCS-2 and for an
// encoding nobody knows.
func (e Encoding) septets() *table {
	switch e {
	case GSM7:
		return defaultTable
	case TurkishSingle:
		return singleTable
	case TurkishLocking:
		return lockingTable
	case TurkishBoth:
		return bothTable
	}
	return nil
}

// language gives the national language elements of the header: the locking
// one first.
func (e Encoding) language() []byte {
	switch e {
	case TurkishSingle:
		return []byte{0x24, 1, 1}
	case TurkishLocking:
		return []byte{0x25, 1, 1}
	case TurkishBoth:
		return []byte{0x25, 1, 1, 0x24, 1, 1}
	}
	return nil
}

// Capacity gives the units that one message holds when it stands alone, and
// that each part holds in a long message. wide means references of 16 bits.
// Both are 0 for an encoding nobody knows.
func (e Encoding) Capacity(wide bool) (single, part int) {
	if e != UCS2 && e.septets() == nil {
		return 0, 0
	}
	lang := len(e.language())
	concat := 5
	if wide {
		concat = 6
	}
	header := 0
	if lang > 0 {
		header = 1 + lang
	}
	return e.room(header), e.room(1 + concat + lang)
}

// room gives the units left in the 140 octets after a header of that length,
// its length octet included.
func (e Encoding) room(header int) int {
	if e == UCS2 {
		return (140 - header) / 2
	}
	return 160 - (header*8+6)/7
}
