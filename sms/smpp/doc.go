// Package smpp sends and receives SMS over SMPP 3.4, straight to the centre of
// an operator.
//
// A [Client] is one account: it keeps its connections bound, shares the window
// and the contract's rate among the messages, and lets codes go before
// everything else. It is an [sms.Sender], [sms.BatchSender], [sms.Reporter]
// (from what receipts have told, or by query_sm) and [sms.Canceler]. Delivery
// receipts and messages from phones come through Config.OnReport and
// Config.OnInbound, and are answered only after these return: what is not
// stored, the centre sends again.
//
//	client, err := smpp.New(smpp.Config{Addr: "smsc.example:2775", SystemID: "…", Password: "…", Header: "ORNEKFIRMA",
//		OnReport: func(r smpp.Receipt) error { return store(r) }})
//	defer client.Shutdown(ctx)
//	accepted, err := client.Send(ctx, m)
//
// # Sources
//
// SMPP 3.4 issue 1.2 as linxGnu/gosmpp, fiorix/go-smpp, farhadi/node-smpp,
// Kannel and jookies/jasmin agree on it; receipts after its appendix B and
// Jasmin; texts by 3GPP TS 23.038 and TS 23.040 (package encoding). The
// codec's vectors were made by two other encoders and read by a third.
//
// # Rules
//
//   - A message of which not every octet was written was not sent
//     (KindNotSent). Once it was written and no answer came, it may have been
//     (KindAmbiguous): the client never repeats it. Behind TLS every message
//     that was begun counts as written. A late answer goes to
//     Config.OnLateAnswer.
//   - 58 and 14 hex (throttled, queue full) pause the whole account, lower the
//     rate by a fifth or more, and the message is tried again within
//     Timing.OTPWait or BulkWait; then it is KindThrottled. The rate rises by
//     a tenth each second.
//   - 08 and FF hex count as not sent, 45 hex (submit failed) as ambiguous.
//   - Parts of a long message go one after the other on one connection. The
//     first that is refused ends the message; if some were accepted, no error
//     of it is retryable.
//   - A receipt finds its message by its id, read in every form that
//     Config.IDs allows, and by the phone. One that comes before the answer
//     to its message is held, unanswered, until that comes or Timing.Early is
//     over. The first final state of a part stays.
//   - enquire_link is not counted in the window.
//   - After a lost connection 1 s, doubling to 60 s, ±20 %; after a refused
//     login 60 s at once; after the operator's unbind 10 s.
//
// # Limits
//
// Deliveries are queued for eight handlers, 4096 each; what comes on top is
// answered with 64 hex, so that reading never waits for a slow handler, and the
// centre sends it again.
//
// Remembered messages live in memory: after a restart tell them by
// [Client.Restore], or look receipts up by their RawID with [SameID]. A part of
// an inbound message that was answered while the others were missing is lost
// with the process. No packed 7-bit texts, no default alphabet but GSM 03.38,
// no replace_sm, submit_multi, outbind. The centre is never asked to schedule.
//
// # Unconfirmed
//
// No Turkish operator's own paper was at hand. Ask the operator about:
//
//   - unconfirmed: that data_coding 0 means the GSM alphabet, one septet to an
//     octet;
//   - unconfirmed: that the centre passes the Turkish language elements on
//     (Config.Encodings), and the room that its own code takes at the end of a
//     text (Config.Reserve);
//   - unconfirmed: sender types: ton 5 npi 0 for names, ton 3 npi 0 up to six
//     digits, ton 1 npi 1 for longer numbers;
//   - unconfirmed: relative validity periods, and the shortest one it keeps;
//   - unconfirmed: priority 3 for codes;
//   - unconfirmed: window, rate, number of binds, and service types of a code
//     product;
//   - unconfirmed: the form of ids in receipts, and the zone of their dates
//     (UTC+3 here);
//   - unconfirmed: 64 hex makes the centre repeat a delivery, 65 does not;
//   - unconfirmed: that query_sm is answered at all;
//   - unconfirmed: statuses 0400 to 04FF (Config.VendorKinds).
package smpp
