// Package smsc is a simulated SMS centre of an operator that speaks SMPP 3.4.
// It is written from the protocol dossier alone and shares no code with the
// client library, so that a misreading cannot hide in both.
//
// The last digit of a phone chooses what becomes of a message: 0 to 4
// delivered, 5 undeliverable, 6 expired, 7 rejected, 8 on its way for ever, 9
// refused at once with ESME_RINVDSTADR.
//
// It refuses what real centres refuse: a wrong login, too many binds, messages
// before the bind or on a receiver, senders that are not approved, phones that
// are none, texts that do not fit, a validity over the maximum, more than the
// window or the rate. Faults (see Fault) play the rest.
//
// Unconfirmed, because no operator's paper was at hand:
//
//   - unconfirmed: a submit over the window is answered like one over the rate,
//     with 58 hex;
//   - unconfirmed: a refused bind is followed by a close;
//   - unconfirmed: a delivery that is answered with 64 hex, or with anything
//     else than 0, 65 and 66 hex, is repeated after five seconds.
package smsc
