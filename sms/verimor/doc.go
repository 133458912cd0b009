// Package verimor sends and receives SMS through Verimor, a Turkish operator.
//
// Protocol: version 2 of the SMS API (sms.verimor.com.tr/v2), JSON over POST to
// send, GET to ask; user name and API password stand in each call, and the
// caller's address has to be on the list in the panel.
//
// Capabilities of [Client]: [sms.Sender] and [sms.BatchSender] on both routes,
// [sms.Reporter], [sms.Balancer], [sms.HeaderLister], [sms.Canceler] and
// [sms.Inboxer]; beyond these SendBulk (one text or many, scheduled, with a
// validity) and Campaign. [ParsePush] reads pushed reports and incoming SMS,
// which come to the same URL.
//
// # Sources
//
// The operator's user guide (verimor/SMS-API) and its newer documentation
// (verimor/docs).
//
// # Rules
//
//   - A good answer is the campaign's id as plain text with HTTP 200, a refusal
//     is a word as plain text with HTTP 400. The newer JSON answer is read too.
//   - An id is that of the campaign, which may have many messages; reports
//     differ by phone, so a batch never has one phone twice in a campaign.
//     Message.Reference goes along as the message's own id and comes back.
//   - A code is bounded by valid_for (Config.OTPValidity); there is no route for
//     codes.
//   - datacoding is chosen here: 0 plain, 1 Turkish (only ş Ş ğ Ğ ç ı İ need
//     it), 2 Unicode. 1 is never sent abroad.
//   - The same text with the same sender to the same phone is refused or thrown
//     away within the day (MUKERRER_RAPORLAMA, DOUBLE_SEND_ERROR): the text of a
//     repeated code has to differ.
//   - 240 sends and 20 report calls a minute, 50 000 messages and 10 MB in a
//     send. Many codes are to be gathered into one send a second: SendBatch.
//   - Times are Turkish local time, UTC+3, or ISO 8601 with a zone.
//   - A push is not signed: use a secret path and the caller's address. Without
//     HTTP 200 it comes 3 times more, 5 minutes apart, and then never.
//
// # Unconfirmed
//
// Seen in one source only, or decided here:
//
//   - unconfirmed: greater_than=0 for the first page of a campaign;
//   - unconfirmed: further pages of the inbox by greater_than alone, without
//     the dates;
//   - unconfirmed: the JSON answer of a send (seen in the newer documentation);
//   - unconfirmed: whether one bad number refuses the whole send, as is assumed;
//   - unconfirmed: that SENT (abroad) never becomes DELIVERED.
package verimor
