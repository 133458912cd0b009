// Package garanti speaks to the virtual POS of Garanti BBVA: VPServlet takes XML for everything between servers, gt3dengine the form of the payer's
// browser. Money is whole kuruş. Every request carries a hash made with the password of the user who acts (PROVAUT pays and asks, PROVRFN voids and refunds,
// PROVOOS signs forms of the bank's own page); every answer carries one too, and is not believed without it.
//
// Version 512 (SHA-512) is used; version v0.01 (SHA-1) is kept for reading old captures.
//
// Sources: the bank's developer portal and sample project, six public implementations, recorded answers of the test system.
//
// Unconfirmed:
//   - refunds on the day of the sale (seen refused with 0208, once passed on to the host);
//   - whether a void looks at the amount: the original one is sent;
//   - the user of recurringvoid: PROVAUT, a setting;
//   - the state words of an order after void and refund; the ReasonCode of an order id used before;
//   - settlementinq, batchinq, bininq, rewardinq: no answer was recorded, so they are not offered.
package garanti
