package reply

import "time"

// Message is an inbound SMS.
type Message struct {
	From string // as the provider gives it
	Text string
	// Sent are the texts already sent to this phone, oldest first; the last
	// three are looked for as quotes.
	Sent []string
}

// State is where the confirmation of an order stands.
type State string

// The states. PendingSend and Unreachable act like Awaiting.
const (
	PendingSend State = "pending_send"
	Unreachable State = "unreachable"
	Awaiting    State = "awaiting"
	Confirmed   State = "confirmed"
	Cancelled   State = "cancelled"
	Expired     State = "expired"
	Void        State = "void"
	Shipped     State = "shipped"
)

func (s State) open() bool { return s == Awaiting || s == PendingSend || s == Unreachable }

// Order is one confirmation request that the reply may be about. Orders of
// other phones may be among them: their references are recognised, never
// acted on and never named in a suggestion.
type Order struct {
	Ref         string   // the reference the customer was shown
	Aliases     []string // other accepted names, for example the store's id
	Phones      []string // every phone of the order, in any form
	State       State
	StoreStatus string        // as last seen in the store; may be empty
	Age         time.Duration // since State was entered
}

// Config is how an event reads.
type Config struct {
	Keywords       []string // confirm, beside the built-in words
	CancelKeywords []string // cancel, beside the built-in words
	Strict         bool     // only Keywords confirm; ONAY and EVET are plain words then
	OwnNumbers     []string // our own numbers: never answer them
	// Waiting are the store statuses in which an expired order may still be
	// confirmed. Default: waiting_for_approval.
	Waiting []string
}

// Intent is what the customer wants.
type Intent string

// The intents.
const (
	Confirm       Intent = "confirm"
	Cancel        Intent = "cancel"
	Ambiguous     Intent = "ambiguous"
	Question      Intent = "question"
	BareReference Intent = "bare_reference"
	None          Intent = "none"
	OptOut        Intent = "opt_out"
)

// Outcome is what follows for the order, or for the message when no order is
// acted on.
type Outcome string

// The outcomes.
const (
	OutcomeConfirmed        Outcome = "confirmed"
	OutcomeConfirmedLate    Outcome = "confirmed_late" // expired, but the store still waits
	OutcomeCancelled        Outcome = "cancelled"
	OutcomeAlreadyConfirmed Outcome = "already_confirmed"
	OutcomeAlreadyCancelled Outcome = "already_cancelled"
	// OutcomeCancelAfterConfirm: nothing is written, the merchant decides.
	OutcomeCancelAfterConfirm Outcome = "cancel_after_confirm"
	OutcomeTooLateShipped     Outcome = "too_late_shipped"
	OutcomeTooLateCancelled   Outcome = "too_late_cancelled"
	OutcomeTooLateExpired     Outcome = "too_late_expired"
	OutcomeAskIntent          Outcome = "ask_intent"    // ask for the exact words
	OutcomeAskReference       Outcome = "ask_reference" // several orders are open
	OutcomeUnknownReference   Outcome = "unknown_reference"
	OutcomeNotYourOrder       Outcome = "not_your_order"
	OutcomeNoOpenOrder        Outcome = "no_open_order"
	OutcomeStatusOrHelp       Outcome = "status_or_help"
	OutcomeHelp               Outcome = "help"
	OutcomeOptOut             Outcome = "opt_out"
	OutcomeIgnoredSender      Outcome = "ignored_sender"
	OutcomeReplied            Outcome = "replied"   // by an event with a fixed text, see Route
	OutcomeUnhandled          Outcome = "unhandled" // no event took it, see Route
)

// Flag is a remark for the merchant beside the intent.
type Flag string

// The flags.
const (
	FlagTypo        Flag = "typo"
	FlagQuestion    Flag = "question"    // confirmed or cancelled, and a question is in the text
	FlagDenied      Flag = "denied"      // "I ordered nothing": perhaps a false order
	FlagConditional Flag = "conditional" // "but …", "if …": read the text
)

// Action is what one order gets.
type Action struct {
	Index   int // in the orders given to Read
	Ref     string
	Outcome Outcome
}

// Word is one token of the cleaned text and what it was taken for.
type Word struct {
	Text string // folded
	Role Role
	Ref  string // for RoleReference: the order meant
}

// Role is what a word was taken for.
type Role string

// The roles.
const (
	RolePlain     Role = ""
	RoleConfirm   Role = "confirm"
	RoleWeakYes   Role = "weak_confirm"
	RoleCancel    Role = "cancel"
	RoleWeakNo    Role = "weak_cancel"
	RoleNegation  Role = "negation"
	RoleDoubt     Role = "doubt"
	RoleHarmless  Role = "harmless" // a negation about something else: "sorun yok"
	RoleDenial    Role = "denial"
	RoleQuestion  Role = "question"
	RoleCondition Role = "condition"
	RoleOptOut    Role = "opt_out"
	RoleAll       Role = "all"
	RoleReference Role = "reference"
	RoleForeign   Role = "foreign_reference"
	RoleUnknown   Role = "unknown_reference"
	RoleNumber    Role = "number" // amount, date, time, phone, or too short for a reference
	RoleTypo      Role = "typo"
)

// Result is the reading of one message.
type Result struct {
	Intent  Intent
	Outcome Outcome  // of the first reference in the text, if there are several
	Actions []Action // the orders acted on
	Refs    []string // the orders acted on, or else those found in the text
	Suggest []string // open orders the reply may offer, at most three
	Reply   bool     // whether an SMS goes back; its text may still be empty
	Flags   []Flag
	Rule    Rule   // what decided the intent
	Because string // the folded word that decided; may be empty
	Clean   string // the folded text without quotes
	Words   []Word
}

// Has says whether a flag is set.
func (r Result) Has(f Flag) bool {
	for _, g := range r.Flags {
		if f == g {
			return true
		}
	}
	return false
}

// Read reads a message. It never panics and keeps nothing of its arguments but
// their strings.
func Read(m Message, orders []Order, c Config) Result {
	from := sender(m.From)
	if from == "" || own(from, c.OwnNumbers) {
		return Result{Intent: None, Outcome: OutcomeIgnoredSender, Rule: RuleIgnoredSender}
	}
	r := reading{config: c, orders: orders, from: from}
	r.names()
	r.clean = clean(m.Text, m.Sent)
	r.tokenize()
	r.references()
	r.classify()
	r.decide()
	return r.result()
}

func own(from string, numbers []string) bool {
	for _, n := range numbers {
		if e, _, ok := Phone(n); ok && e == from {
			return true
		}
	}
	return false
}
