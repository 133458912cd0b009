// Package mutlucell is the simulated Mutlucell: the XML calls and their plain
// answers, always with HTTP 200. It is written from the protocol's description
// alone and shares no code with the client library.
//
// A client's base address is the address of Handler plus "/smsgw-ws".
//
// The last two digits of a phone choose its fate: see package carrier. Who asks
// for a report within a minute after sending, or twice within 15 minutes while
// messages are pending, is locked out: every call answers 30 until the account
// is saved again. The real answer to a locked account is not known.
package mutlucell
