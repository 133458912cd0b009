// Package payflex speaks to Vakıfbank's virtual POS (PayFlex VPOS 7/24), which Ziraat runs too. There are three services of three shapes: VPOS takes an XML
// document in the form field prmstr, the MPI takes plain fields and answers XML, the common payment page takes fields and answers XML or JSON.
//
// Nothing that is sent to VPOS and MPI is signed: merchant, password and the caller's registered address are all there is. The callback of the MPI is
// unsigned on the bank's old hosts and signed on its gateway; it never means that money moved. It is believed if its request id, which nobody can guess, is that of
// the attempt and merchant, amount, currency and installments are too; the charge names the request id, and the bank compares the rest with its own record.
// The return from the common payment page is a query string: it proves nothing, not even a failure, and the bank is always asked.
//
// Money is in decimals with a point on requests, whole kuruş in callbacks, with a comma in the query of the common payment page.
//
// Sources: the bank's guide of the hosted page 2.1 (2026), three sample projects of the maker, several public implementations, recorded answers of the test system.
//
// Unconfirmed:
//   - the signature of callbacks of the gateway: its formula is partly unreadable in the guide and completed by one implementation; an empty Eci counts as 00;
//   - names of rows in SettlementDetail, read leniently; the shape of the gateway's JSON errors;
//   - an own TransactionId on Capture, Cancel and Refund: sent, so that a lost answer can be searched for;
//   - old installations that want card and amount again in the charge after 3-D Secure (Ziraat may): not offered, for the card would have to be kept;
//   - points, deferred sales, surcharge: not offered.
package payflex
