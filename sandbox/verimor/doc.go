// Package verimor is the simulated Verimor: version 2 of the SMS API, pushed
// reports and incoming SMS. It is written from the protocol's description
// alone and shares no code with the client library.
//
// A client's base address is the address of Handler plus "/v2".
//
// The last two digits of a phone choose its fate: see package carrier. A send
// of nothing but repeats within 24 hours is refused (MUKERRER_RAPORLAMA); a
// repeat among other messages ends as DOUBLE_SEND_ERROR. The real list of
// addresses is compulsory; here an empty one allows every caller.
package verimor
