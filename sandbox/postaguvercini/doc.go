// Package postaguvercini is the simulated Posta Güvercini: HTTP, XML, SOAP and
// JSON on an OTP host and a bulk host, as a client sees them. It is written
// from the protocol's description alone and shares no code with the client
// library, so that a misreading cannot hide in both.
//
// A client's base addresses are the address of Handler plus "/otp" and "/bulk".
// Without such a prefix the host name decides: otpsms.… is the OTP host.
//
// The last two digits of a phone choose its fate: see package carrier. What
// nothing public shows is answered in the least surprising way: a wrong login
// is errno 10, <ERROR>10</ERROR>, ["10"] and StatusCode 500; a malformed send
// time on the bulk host is -1004, ERR1050 and 1063. Inbound messages,
// cancelling and pushed reports are not known of the real house, so they do
// not exist here.
package postaguvercini
