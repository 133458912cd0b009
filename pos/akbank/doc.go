// Package akbank speaks to Akbank's own virtual POS (JSON over HTTPS, one HMAC-SHA512 header, a browser form for 3-D Secure), which replaces the
// bank's older NestPay service. A merchant who was given a merchantSafeId, a terminalSafeId and a long secret is on this protocol.
//
// Every operation but the report goes to /transaction/process; the report, which lists one day or one batch, to /portal/report/transaction. The card is
// typed on the shop's page (models 3D and 3D_PAY) or on the bank's (3D_PAY_HOSTING, PAY_HOSTING).
//
// What the signature of a callback does not protect: the list of signed fields is itself unsigned, values are joined without separators, and amount and
// currency are not signed at all. So only the known ordered lists are accepted, values must have their shape, and an approval is confirmed by an inquiry
// before it is told.
//
// Sources: four public implementations agree on the calls; answers were recorded from the bank's test system.
//
// Unconfirmed:
//   - the path of the report (another integration uses /report/transaction): a setting;
//   - the exact length and alphabet of order ids (12 to 36 of A–Z, a–z, 0–9 and hyphen are seen);
//   - whether an order id whose first attempt was declined may be used again: it never is here;
//   - refunds on the day of the sale.
package akbank
