// Package bank is what the simulated banks have in common: the book of transactions with its day end, the card holder's bank that says yes or no by
// the number of the card, and the 3-D Secure page where a person plays the payer. Each protocol is a room of its own beside it, written from the protocol's
// documents; none of them knows the clients of package pos.
//
// Cards. The four digits before the check digit choose what happens, at every bank:
//
//	00cc  the card's bank answers code cc (0051: insufficient funds)
//	9001  3-D Secure: the card is not enrolled        9011  attempt (half 3-D Secure)
//	9002  3-D Secure: cannot be done now              9012  the authentication is unavailable
//	9003  3-D Secure: an error                        9013  the authentication ends in an error
//	9901  no answer, and nothing was charged          9902  no answer, although the card was charged
//
// Every other card is approved. The password of the 3-D Secure page is 123456, or the one of the bank's own test system.
package bank
