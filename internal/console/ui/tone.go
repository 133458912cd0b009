package ui

import (
	"maps"
	"slices"
)

// Tone is how good the news is. It is never shown by colour alone: a word or an icon goes with it.
type Tone string

const (
	Neutral Tone = ""     // nothing to say
	Good    Tone = "good" // done, arrived, agreed
	Wait    Tone = "wait" // something or someone is awaited
	Bad     Tone = "bad"  // failed, refused, needs a person
	Info    Tone = "info" // worth knowing
)

func (t Tone) class() string {
	if t == Neutral {
		return "tone"
	}
	return "tone tone-" + string(t)
}

func (t Tone) icon() string {
	switch t {
	case Good:
		return "check"
	case Wait:
		return "clock"
	case Bad:
		return "warn"
	case Info:
		return "info"
	}
	return "dot"
}

// Link is a labelled address.
type Link struct {
	Label string
	Href  string
}

func iconNames() []string { return slices.Sorted(maps.Keys(icons)) }
