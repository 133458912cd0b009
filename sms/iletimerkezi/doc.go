// Package iletimerkezi sends SMS through İleti Merkezi, a Turkish SMS house.
//
// Protocol: JSON over POST, version 1 of the API (api.iletimerkezi.com/v1);
// key and hash stand in every body. API access has to be allowed in the panel.
//
// Capabilities of [Client]: [sms.Sender] and [sms.BatchSender] on both routes,
// [sms.Reporter], [sms.Balancer], [sms.HeaderLister] and [sms.Canceler]; beyond
// these SendBulk (one text or many, scheduled) and Summaries. [ParseWebhook]
// reads a pushed report. Incoming SMS are not offered: the house took that call
// out of its documentation in 2026, and the shape of its rows is not public.
//
// # Sources
//
// The house's documentation (iletimerkezi/apidocs-website, toplusmsapi.com) and
// its SDKs, for example iletimerkezi/iletimerkezi-go.
//
// # Rules
//
//   - "receipents" is their spelling. Numbers have ten digits.
//   - The hash is issued by the panel: copy it, never compute it.
//   - The code in the answer repeats the HTTP status; both numbers and text
//     occur.
//   - An id is that of the order. Reports are told apart by phone alone, so a
//     batch never has one phone twice in an order.
//   - iys is sent with every order: "0" for informational texts, "1" with the
//     list for commercial ones. A wrong "1" drops codes for people who refused
//     advertising.
//   - The same text to the same phones within 10 minutes is refused (451): the
//     text of a repeated code has to differ.
//   - There is no route for codes and no validity: a code goes as an order of
//     its own and may arrive late.
//   - 100 recipients a second, at most 50 000 in an order.
//   - APITEST is a sender for trials: its text is replaced by a fixed one.
//   - Times are Turkish local time, UTC+3.
//   - A pushed report is not signed and carries the text: use a secret path,
//     and keep the body out of logs.
//
// # Unconfirmed
//
// Seen in one source only, or decided here:
//
//   - unconfirmed: how Turkish letters are counted (taken as the single shift
//     table, 155 and 149); 453 speaks of more than 7 parts;
//   - unconfirmed: sendDateTime as a list (the documentation) or as plain text
//     (an SDK); the list is sent;
//   - unconfirmed: that 503 in an answer means that nothing was taken;
//   - unconfirmed: HTTP 429 with limits;
//   - unconfirmed: whether the webhook comes again when it is not answered.
package iletimerkezi
