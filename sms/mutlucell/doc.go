// Package mutlucell sends and receives SMS through Mutlucell, a Turkish SMS
// house.
//
// Protocol: XML over POST to smsgw.mutlucell.com/smsgw-ws; every answer is
// plain text with HTTP 200.
//
// Capabilities of [Client]: [sms.Sender] and [sms.BatchSender] on both routes,
// [sms.Reporter], [sms.Balancer], [sms.HeaderLister], [sms.Canceler] and
// [sms.Inboxer]; beyond these SendBulk (one text or many, scheduled, with an
// end). The house pushes nothing.
//
// # Sources
//
// The house's package mutlucell/api; Ardakilic/laravel-mutlucell-sms and
// semihs/gomutlucell agree with it.
//
// # Rules
//
//   - "$ID#CREDITS" is success and a bare number is an error, not the other way
//     round, as one public client has it. "#0.0" means that nothing was sent.
//   - An id is that of the package. Reports are told apart by phone alone, so a
//     batch never has one phone twice in a package.
//   - A report may be asked for one minute after sending and then every 15
//     minutes; who asks more often is locked out as an attacker. Reports keeps
//     to that by itself.
//   - A code is bounded by bitis, to the minute: Config.OTPValidity, rounded up.
//     There is no route for codes.
//   - There is no field for consent: texts are sent as they come, so a
//     commercial one must have been checked before.
//   - Code 24 (another operation of yours is running) and 25 (try again in some
//     minutes) mean that nothing was sent.
//   - Times are Turkish local time, UTC+3, to the minute.
//
// # Unconfirmed
//
// Seen in one source only, or decided here:
//
//   - unconfirmed: the answer of a cancel (what is neither a number nor a page
//     is taken for success);
//   - unconfirmed: the format of the time in incoming SMS (several are read),
//     and that a line without one continues the text before;
//   - unconfirmed: a "$" before the list of senders (dropped when it is there);
//   - unconfirmed: how Turkish letters are counted (taken as the single shift
//     table), and the longest text (7 parts, our own limit);
//   - unconfirmed: at most 500 texts in a package; the house publishes no limit;
//   - unconfirmed: whether the 15 minutes are for each package or for the
//     account: they are kept for each package.
package mutlucell
