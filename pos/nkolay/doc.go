// Package nkolay speaks to N Kolay Sanal POS (Pay N Kolay), the virtual POS of a payment institution that takes the cards of all banks. Requests are forms,
// answers are JSON. An account has three long texts for three kinds of calls (sx for payments, one for lists, one for voids and refunds) and one secret that ends
// every hash and is never sent.
//
// The callback's hash covers neither the order nor what was asked for, so it is bound to the attempt by the reference of its beginning and confirmed by the
// list of payments under our own order id, which alone ties money and order together. Depending on the merchant's set-up a callback means that the money is
// taken, or that one more call takes it (PendingCompletion). A refusal often comes unsigned and is asked about too.
//
// Cards may be charged more than the amount asked for: the surcharge of installments comes on top (Result.Authorized).
//
// Sources: the institution's documentation and repositories, several public implementations, recorded answers of the test system.
//
// Unconfirmed:
//   - whether the hash of results has the currency (documents disagree; a recorded callback has it): a hash that does not fit never approves, and the list decides;
//   - the answer to a second CompletePayment; the sign and reference of rows of voids and refunds: the absolute value is taken;
//   - all shapes of pre-authorizations in lists; csAutoSave's value; the fields of the hosted page beyond the signed ones;
//   - currencies other than the lira; recurring instructions, payment links and cards without a full number (insurance): not offered.
package nkolay
