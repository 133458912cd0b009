// Package posnetv1 speaks to Albaraka Türk's virtual POS ("PosNet V1"): JSON, whole kuruş, error codes shared with package posnet. Every request carries a MAC
// over the fields that MACParams names, joined without separators, and the merchant's key.
//
// The design is weak in places that this package makes up for. The MAC of a callback covers neither order nor amount: both are compared with the attempt. It has
// no separators: a genuine failure can be cut anew so that it reads as a success, so every signed field must have its exact shape. The list of signed
// fields is posted by the payer's browser: it must be the known one. A caller keeps SecureTransactionId (Callback.XID) and takes each only once.
//
// Sources: two public implementations, one with recorded answers; no document of the bank was found.
//
// Unconfirmed:
//   - TransactionType of a reverse beyond Sale and Auth, and the words of TransactionType in an inquiry beyond Sale and Return;
//   - Amount and CurrencyCode in the return of an order paid with 3-D Secure: always sent;
//   - the length of order ids of direct sales: 20, by a setting 24;
//   - there is no list by date.
package posnetv1
