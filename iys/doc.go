// Package iys speaks with İYS (İleti Yönetim Sistemi), the Turkish registry of
// consents to commercial messages, by its REST API, version 3.2.0 of 25
// February 2026.
//
// [Client] writes decisions one by one ([Client.Add]) and in lists of 1000
// ([Client.AddBatch], [Client.BatchResult]), asks for records ([Client.Status],
// [Client.BulkStatus], [Client.History]), lists what changed ([Client.Pull],
// [Client.PullAll]), registers for push, and closes days ([Client.Agreement],
// [Client.DayFile]). [Receiver] takes the push of İYS, [ParseNetgsmPush] that
// of Netgsm as a partner. [Consent.Validate], [NormalizeRecipient] and
// [Calendar] check before anything is sent; [Book] shows how movements add up.
//
// # Sources
//
// The official OpenAPI document of the İYS API (stored in
// WeCanDoItAgency/IYS_Gateway_Api); checked against clients of the real service
// such as durmazmehmet/IYSRestruct, inarli/iys-php-client, mhunesi/yii2-iys,
// tarfin-labs/laravel-iys; netgsm/netiys for the partner's webhook.
//
// # Rules
//
//   - Dates on the wire are Turkish local time without a zone.
//   - A record is named by brand, address, type and recipient type; records
//     never influence each other.
//   - A transaction id is not unique alone: two movements of one address within
//     a second share it. [Movement.Mark] adds the status.
//   - Movements are ordered by their registration, never by consentDate: a
//     closed line repeats the old date.
//   - What İYS made itself (sources IYS_…) is applied and never sent back.
//   - 10 calls a second for each source address ([Pace]); token calls an hour
//     within [Config.TokenBudget]; 1000 status and 100 history queries an hour.
//     After H084 no token is asked for during an hour, also behind a restart if
//     the [TokenStore] outlives it.
//   - An address with 20 000 calls in 24 hours of which fewer than 70 % succeed
//     is blocked: so everything is checked locally first, and what is permanent
//     is not repeated.
//   - Every [Error] has an [Outcome], which says what to do, and tells whether
//     the request reached İYS (NotSent, Ambiguous). Writes use the second
//     generation of paths, where the identical request may be repeated.
//
// # Unconfirmed
//
// Not said outright by the official document, or decided here:
//
//   - unconfirmed: token calls an hour (100 and 10 are both written; 10 is kept
//     to), and whether the hour slides;
//   - unconfirmed: that a used refresh token dies at once (assumed);
//   - unconfirmed: the flat shape of H084 (seen in one client);
//   - unconfirmed: the answer of a status query for an unknown address: {},
//     no status, and 404 all count as not registered;
//   - unconfirmed: that a batch with one bad element is refused as a whole (from
//     the examples), and that an equal consentDate is refused with H178;
//   - unconfirmed: that H486 is the answer to HS_KARAR as a first record, and
//     that HS_2015 fails with H467 today: the local check says H467;
//   - unconfirmed: how İYS counts three business days; half holidays count here,
//     which is never too late;
//   - unconfirmed: phone ranges beyond E.164 and the first digit after +90: İYS
//     knows the unassigned ranges and may refuse with H121;
//   - unconfirmed: the status of a bulk query with more than 1000 addresses;
//   - unconfirmed: whether the day's hash covers the header line, and whether
//     the sample hash of 64 characters means another method (96 expected);
//   - unconfirmed: the retry policy of push; and 201 as a success of its
//     registration, 204 of the list;
//   - unconfirmed: that Netgsm posts arrays of events (seen in one receiver) and
//     addresses without "+";
//   - unconfirmed: the meaning of H215 to H222 one by one.
//
// Not here: dealers and their access lists, calls of integrators, ViA, the
// tables of cities and towns.
package iys
