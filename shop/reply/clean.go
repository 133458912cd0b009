package reply

import (
	"bytes"
	"strings"
)

// clean folds a text and takes out quotes: lines that begin with ">", all from
// a separator on, and what we sent ourselves. Line breaks become spaces.
func clean(text string, sent []string) string {
	b := fold(make([]byte, 0, len(text)+8), text)
	kept := b[:0]
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		l := bytes.TrimLeft(line, " ")
		if bytes.HasPrefix(l, []byte(">")) {
			continue
		}
		if separator(l) {
			break
		}
		kept = append(append(kept, line...), ' ')
	}
	s := collapse(kept)
	if len(sent) > 3 {
		sent = sent[len(sent)-3:]
	}
	for _, t := range sent {
		if len(s) < 20 {
			break
		}
		q := collapse(bytes.ReplaceAll(fold(make([]byte, 0, len(t)+8), t), []byte("\n"), []byte(" ")))
		switch {
		case len(q) >= 20 && strings.Contains(s, q):
			s = strings.ReplaceAll(s, q, " ")
		case len(q) >= 40:
			if i := strings.Index(s, q[:40]); i >= 0 {
				s = s[:i]
			}
		}
	}
	return strings.TrimSpace(s)
}

// separator says whether a line opens a quote.
func separator(line []byte) bool {
	for _, p := range []string{"---", "___", "ORIJINAL MESAJ", "ORIGINAL MESSAGE", "ILETILEN MESAJ"} {
		if bytes.HasPrefix(line, []byte(p)) {
			return true
		}
	}
	return false
}

// collapse makes one space of several and trims; it writes into b.
func collapse(b []byte) string {
	out := b[:0]
	for _, c := range b {
		if c == ' ' && (len(out) == 0 || out[len(out)-1] == ' ') {
			continue
		}
		out = append(out, c)
	}
	return string(bytes.TrimRight(out, " "))
}
