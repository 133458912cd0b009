// Package reply reads a customer's SMS reply to the question "did you order
// this?" and says what it means for the open cash-on-delivery orders of that
// phone.
//
// [Read] is a pure function: the same message, orders and settings always give
// the same [Result], nothing is stored and nothing is asked. The Result names
// the intent, the outcome, the rule that decided, and what every word was
// taken for, so that a page can explain it.
//
// Two mistakes are not alike. A reply that is not understood costs one more
// SMS; an order confirmed against the customer's will costs the parcel, twice
// the cargo and the customer. So a text which denies, negates, doubts or asks
// does not confirm, and a reference is never "near enough". What remains in
// doubt is asked again ([AskIntent], [AskReference]).
//
// Turkish needs care with letters: strings.ToUpper leaves "İ" dotted and
// strings.EqualFold takes neither "İ" for "i" nor "ı" for "I". [Fold] has its
// own table.
package reply
