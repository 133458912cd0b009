// Package house holds what the adapters of SMS houses have in common: one
// HTTP exchange with the judgement that matters when no clear answer comes,
// the choice of letters for a text, and the grouping of a batch. It knows no
// protocol.
package house
