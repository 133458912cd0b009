// Package text holds every word the console shows, once in Turkish and once in English,
// and writes numbers, phones and times the way people in Turkey write them.
//
// The catalogue is split by area: tr_core.go and en_core.go hold what all screens share,
// tr_customers.go and en_customers.go would hold one area's words. A file registers its keys in init:
//
//	func init() { add(TR, map[string]string{"customers.title": "Müşteriler"}) }
//
// The tests fail when a key is missing in one language or asked for and absent.
package text

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Lang is a console language.
type Lang string

const (
	TR Lang = "tr"
	EN Lang = "en"
)

// Parse turns "tr", "en", "en-GB"… into a Lang; anything else is Turkish.
func Parse(s string) Lang {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), "en") {
		return EN
	}
	return TR
}

// Accept picks the language from an Accept-Language header: the first of tr and en named in it, Turkish when neither is.
func Accept(header string) Lang {
	for part := range strings.SplitSeq(header, ",") {
		switch tag := strings.ToLower(strings.TrimSpace(part)); {
		case strings.HasPrefix(tag, "tr"):
			return TR
		case strings.HasPrefix(tag, "en"):
			return EN
		}
	}
	return TR
}

type langKey struct{}

// WithLang returns a context whose texts are in l.
func WithLang(ctx context.Context, l Lang) context.Context {
	return context.WithValue(ctx, langKey{}, l)
}

// From returns the language of the context; Turkish when none was set.
func From(ctx context.Context) Lang {
	if l, ok := ctx.Value(langKey{}).(Lang); ok && l == EN {
		return EN
	}
	return TR
}

var catalogue = map[Lang]map[string]string{TR: {}, EN: {}}

// add registers the texts of one area. A key registered twice is a mistake in the program, found by the first test that runs.
func add(l Lang, texts map[string]string) {
	for key, value := range texts {
		if _, twice := catalogue[l][key]; twice {
			panic(fmt.Sprintf("text: key %q registered twice in %s", key, l))
		}
		catalogue[l][key] = value
	}
}

// T returns the text of key in the language of ctx, with args put in as fmt.Sprintf does.
// An unknown key is shown as it is, so that it is seen and not silently empty.
func T(ctx context.Context, key string, args ...any) string { return From(ctx).T(key, args...) }

// T returns the text of key in this language; see the function T.
func (l Lang) T(key string, args ...any) string {
	if l != EN {
		l = TR
	}
	s, ok := catalogue[l][key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// Has tells whether the key exists.
func Has(key string) bool { _, ok := catalogue[TR][key]; return ok }

// Keys returns all keys, sorted.
func Keys() []string { return slices.Sorted(maps.Keys(catalogue[TR])) }

// N writes a count with its noun: N(ctx, "count.record", 1204) is "1.204 kayıt" or "1.204 records".
// The catalogue holds the noun twice: key with a %s for the number, and key+".one" for exactly one.
func N(ctx context.Context, key string, n int64) string {
	if n == 1 {
		return T(ctx, key+".one")
	}
	return T(ctx, key, Count(n))
}
