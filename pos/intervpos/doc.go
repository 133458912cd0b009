// Package intervpos speaks to Denizbank's virtual POS InterVPOS (software by Intertech): form fields in both directions, answers as "Name=value;;Name=value".
//
// Three models: 3DModel authenticates and the shop charges, 3DPay charges at once, 3DHost too with the card typed at the bank. A callback's keyed hash covers
// mdStatus and not 3DStatus, and none of authorization code, reference and transaction id; so 3DStatus must equal mdStatus, and every success is confirmed by an
// inquiry. Early rejections come with a hash that was made without the key: such a message is recorded and never believed.
//
// Sources: five public implementations agree on requests and hashes; answers and callbacks were recorded from the test system, all of them failures. No official document could be read.
//
// Unconfirmed:
//   - the shape of a successful StatusHistory (only a refused one was recorded): it is read defensively;
//   - rules of the day (void before the batch closes, refund afterwards), limits of captures, length of order ids;
//   - codes other than 00, 81 and two-digit answers of the card's bank.
package intervpos
