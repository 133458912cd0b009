// Package payfor speaks to the virtual POS called PayFor: QNB (Finansbank), Enpara, Ziraat Katılım. The same field names travel as an XML document
// (XMLGate.aspx, for calls between servers), as the form of the payer's browser (Default.aspx, 3DHost.aspx) and as the fields of a callback.
//
// Three models: 3DModel authenticates and a second call takes the money, 3DPay takes it at once, 3DHost too with the card typed at the bank. Since February
// 2026 QNB wants its 3-D form started from the merchant's registered server: [Config.ServerStart] posts the form from here and hands on the page that the bank answers.
//
// What the hash of a callback does not cover: amount, currency, installments and the guid of the second call. And its values are joined without borders, so
// a genuine message can be cut anew. Every success is therefore confirmed by an inquiry.
//
// Sources: sample scripts of the bank's developer site, up to five public implementations, recorded answers of the test system.
//
// Unconfirmed:
//   - SHA-256 as the digest of callbacks without HashType (worked out from one recorded message, which it reproduces);
//   - the answer of EodDetail, which is not offered;
//   - IsBatchClosed and SettlementDate of the history, on which nothing is built;
//   - Ziraat Katılım's callback hashes, reported as inconsistent.
package payfor
