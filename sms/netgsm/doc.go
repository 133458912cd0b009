// Package netgsm sends and receives SMS through Netgsm, a Turkish operator.
//
// Protocol: REST v2 (JSON, HTTP Basic) with the older XML interface as a
// transport of choice ([TransportXML]) and as the way out when REST v2 is not
// there. There is no test host: every accepted call is sent and billed, so
// point Config.BaseURL at a simulator while you try.
//
// Capabilities of [Client]: [sms.Sender] on both routes, [sms.Reporter],
// [sms.Balancer], [sms.HeaderLister], [sms.Canceler] and [sms.Inboxer];
// beyond these SendBulk (one text or many, scheduled), ReportPage, Length
// and CancelScheduled. [ParsePush] reads an incoming SMS pushed to a URL.
//
// # Sources
//
// Netgsm's published packages and samples: netgsm/netgsm-sms-js (REST v2),
// netgsm/otp, netgsm/sms, netgsm1/sms, netgsm/account, netgsm/bulk-sms,
// netgsm/API (XML and text); checked against independent clients such as
// macellan/netgsm, tarfin-labs/netgsm, tcgunel/netgsm and bilgi-ship-it/kepenk.
//
// # Rules
//
//   - Success is decided by the code in the answer, not by the HTTP status:
//     refusals come with 406 and sometimes with 200.
//   - Codes are per endpoint: 50 and 51 mean a bad number for a code SMS, and
//     missing İYS settings for a bulk SMS.
//   - Ids have 26 or 27 digits and stay text.
//   - A code SMS is transliterated to ASCII, because the server takes Turkish
//     letters there but does not promise to keep them. More than 150 units and
//     foreign numbers are refused before the network.
//   - Times on the wire are Turkish local time, UTC+3 all year.
//   - 20 tasks a minute to one number, 100 code SMS and 10 report calls a
//     minute; report data is kept for three months.
//
// Cancel, Headers and Length use REST v2 with either transport; reports,
// balance and inbox follow Config.Transport.
//
// # Falling back to XML
//
// A REST v2 answer of 404, 405, 410, 501, a redirect, or an HTML page with a
// status below 500 shows that no API read the request, so nothing was sent.
// Send and SendBulk then use XML for this and for five minutes every message.
// An HTML page with 500 or above is ambiguous and never sent twice.
//
// # Unconfirmed
//
// Seen in one source only, or decided here:
//
//   - unconfirmed: encoding "UNICODE" for texts with emoji, in JSON and XML;
//   - unconfirmed: code 62 (balance) in answers of send;
//   - unconfirmed: code "0" as success of REST v2 (a number instead of "00");
//   - unconfirmed: the length service, its encoding numbers 0 and 1, and that
//     it works with the same Basic login;
//   - unconfirmed: referansID at the root of a send request;
//   - unconfirmed: status 22 of a report (two readings, both a failure), and
//     status 14 (no credit, in one package only);
//   - unconfirmed: that reports may be asked by ids alone, without dates;
//   - unconfirmed: 429 and a Retry-After header with limits;
//   - unconfirmed: the push of form B (messageId, subscriberNumber,
//     sourceNumber, messageDateTime, content), seen at one receiver;
//   - unconfirmed: at most 500 texts in a request; Netgsm publishes no limit.
package netgsm
