// Package netgsm is the simulated Netgsm: REST v2, the legacy XML and GET
// calls, balance and inbound SMS, as a client sees them. It is written from the
// protocol dossier alone and shares no code with the client library, so that a
// misreading cannot hide in both.
//
// A client's base address is the sandbox address plus "/netgsm".
//
// Phone numbers with these last two digits fail on purpose, in the report and on
// the phone: 02 timed out, 03 wrong number, 11 refused by the operator, 13
// duplicate, 15 on the blacklist (not for codes), 16 refused by İYS (only with
// iysfilter 11 or 12).
package netgsm
