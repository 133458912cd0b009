// Package posnet speaks to Yapı Kredi's virtual POS ("PosNet XML"). A request is an XML document in the form field xmldata; there is no password: who
// calls is told by merchant, terminal and the caller's registered address. Money is whole kuruş, currencies have two letters (TL, US, EU), months
// come after years (YYMM). Order ids have exactly 24 characters and those of 3-D Secure (XID) exactly 20, both filled up with zeros from the left.
//
// 3-D Secure has one model: the shop asks the bank to pack the order, the payer's browser carries the packets, the shop has them resolved and charges. The
// bank does not check at the charge that the authentication succeeded, so everything between is checked here: the callback's signature, what the packet
// holds, the bank's own word on it with its MAC, and our own order, amount, currency, installments and accepted status.
//
// Documents of a request hold ASCII alone: the bank's samples declare ISO-8859-9 and its door decodes UTF-8, and numeric entities are right in both.
//
// Sources: the bank's documents "POSNET XML Servisleri" 2.1 and "POSNET ThreeD Secure XML Servis Entegrasyonu" 2.0.1.5, several public
// implementations, recorded answers and packets of the test system.
//
// Unconfirmed:
//   - the MAC of the answer to oosTranData: official, no recorded answer has known inputs. A mismatch is settled by an inquiry;
//   - the prefix under which 3-D orders are filed (TDS_ in the bank's documents, TDSC in some code): a setting;
//   - what the packets hold was worked out from recorded ones. One that cannot be read is left to the bank's own word;
//   - points (pointInquiry, pointUsage, saleWP), campaigns (koiCode) and interest-bearing sales (vft…), and the reversal of a refund: not offered.
package posnet
