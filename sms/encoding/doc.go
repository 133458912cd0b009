// Package encoding counts, writes and reads the text of an SMS: the GSM 03.38
// alphabet with its extension table, the two Turkish national language tables
// and UCS-2, with concatenation and packing (3GPP TS 23.038 and TS 23.040).
//
// Three steps, each a function of its own:
//
//  1. [Transliterate] prepares a text: NFC, typography, and if wanted plain
//     letters for Turkish ones.
//  2. [Count] chooses the encoding with the fewest parts and says how many.
//  3. [Encode] makes the parts as octets. It changes nothing: it refuses the
//     first character it cannot write.
//
// [Decode] and [DecodeTPUD] read what comes from a phone and never fail on an
// odd septet: they show what a phone would show.
//
// The national language elements are hexadecimal 24 and 25. A well-known Go
// library writes decimal 24 and 25 instead, which phones take for pictures;
// do not compare with it.
//
// Units are septets (an extension character costs two) or, in UCS-2, UTF-16
// code units (an emoji costs two).
package encoding
