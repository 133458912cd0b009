// Package nestpay speaks to the virtual POS of NestPay (EST, Asseco, Payten): İş Bankası, Halkbank, TEB, Türkiye Finans, Ziraat, Şekerbank,
// ING, Alternatif Bank, Anadolubank and others. One product, hosted once for each bank, with the same two endpoints:
//
//   - /fim/api takes CC5Request documents: sale, pre-authorization, capture, void, refund, recurring plans, status and history of an order;
//   - /fim/est3Dgate takes the form of the payer's browser and posts the result back to the shop.
//
// 3-D Secure goes by the store type that the bank has set for the merchant number: "3d" authenticates and the shop charges, "3d_pay" charges at the
// gate, "3d_pay_hosting" and "pay_hosting" take the card on the gate's own page. The hash of the form is version 3 (SHA-512 over all fields), by setting
// version 1 (SHA-1, no separators) for old stores; version 2 is understood.
//
// Sources: Asseco's merchant manuals (API v2.23, 3D, 3D Pay, 3D Pay Hosting), its sample pages for hash version 3, and recorded answers of the shared
// test host; each table says where it differs.
//
// Unconfirmed:
//   - store type "3d_host": whether the gate charges; its return is never taken for a payment here, the bank is asked;
//   - captures above the pre-authorized amount, and the element PREAMT that goes with them;
//   - reuse of an order id after a void; lists by date (/servlet/listapproved), which this package does not offer;
//   - mdStatus values other than 0 to 8.
package nestpay
