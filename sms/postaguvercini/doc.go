// Package postaguvercini sends SMS through Posta Güvercini (Figensoft), a
// Turkish SMS house.
//
// Protocol: four interfaces with the same operations, HTTP (name=value text),
// XML, SOAP 1.1 and JSON, on two hosts: one for codes (OTP) and one for bulk.
// [Config.Transport] chooses the interface, [sms.Message.Route] the host.
//
// Capabilities of [Client]: [sms.Sender] and [sms.BatchSender] on both routes,
// [sms.Reporter], [sms.Balancer] and [sms.HeaderLister] (one name: the
// account's); beyond these SendBulk (one text or many, scheduled). Nothing
// public documents cancelling, inbound SMS or pushed reports, so there is
// none of them.
//
// # The two hosts
//
//	                 OTP                        bulk
//	repeated text    sent again                 accepted, then status -202
//	send time        ignored, sent at once      honoured
//	validity         3 minutes                  at most 24 hours
//	consent checks   none at all                by the account's settings
//
// Because the OTP host checks no consent, a commercial message is refused on
// that route before the network.
//
// # Sources
//
// The product sheet "OTP SMS" v1.00 (27.08.2017) for the hosts; public clients
// for the wire: etartar/ET.Sms.PostaGuvercini, aykutkircan/posta-guvercini-unofficial-api,
// ogoktas14/postaguvercini (HTTP), Nuri-Akseli/posta-guvercini-api-integration,
// fkomaralp/postaguvercini (XML), two .NET clients and one in TypeScript (SOAP),
// Integrify-SDK/integrify-postaguvercini-python (JSON). The house's own API
// manuals were not available.
//
// # Rules
//
//   - HTTP 200 comes with refusals too: errno, res or StatusCode decides.
//   - A password never stands in an address: HTTP calls that can be are posted
//     as a form.
//   - Ids are opaque text, compared exactly, at least 64 characters long.
//   - The sender name belongs to the account; JSON alone can choose one.
//   - HTTP carries ISO-8859-9, the other interfaces UTF-8. What ISO-8859-9 does
//     not have (emoji) is refused there before the network.
//   - Times are Turkish local time, UTC+3, in three formats.
//   - Errors of the house's database and API (-2001, -2002, 1010 to 1040) come
//     before a message is taken: they are KindThrottled with half a minute.
//
// # Unconfirmed
//
// Seen in one source only, or decided here:
//
//   - unconfirmed: the name of the root of XML answers (elements are read at
//     any depth);
//   - unconfirmed: SOAP names Recepients and Messages in SmsInsert_N_N, and
//     MessageIds in SmsStatus; SmsStatus answers in the order of the request;
//   - unconfirmed: the casing of Receiver and Message inside Messages (JSON);
//   - unconfirmed: that Channel (JSON) may be sent on either host;
//   - unconfirmed: what stands behind the bar of a status (read as a time when
//     it looks like one);
//   - unconfirmed: whether an id of the OTP host is known to the bulk host:
//     reports are asked for at both;
//   - unconfirmed: whether a wrong login in SOAP is a fault or the text "10",
//     and that JSON says it with StatusCode 500 and a description;
//   - unconfirmed: a text with Turkish letters travels as UCS-2 and has at most
//     268 characters, inferred from status -447; a plain one has at most 480;
//   - unconfirmed: HTTP 429 with limits.
package postaguvercini
