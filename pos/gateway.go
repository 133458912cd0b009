package pos

import (
	"context"
	"slices"
)

// Gateway is a merchant's account at one bank. Errors are for calls that were not made ([ErrInvalid], [ErrUnsupported]); whatever
// was sent ends in a [Result], a lost answer in [Unknown].
type Gateway interface {
	// Capabilities tells what the account can do, as data.
	Capabilities() Capabilities
	// Sale charges a card without 3-D Secure, or holds the amount if the payment says PreAuth.
	Sale(ctx context.Context, p Payment) (Result, error)
}

// Optional abilities, found by type assertion. [Capabilities] says the same as data.
type (
	// Capturer captures a pre-authorization, in whole or (amount below the original) in part.
	Capturer interface {
		Capture(ctx context.Context, r Reference, amount Money) (Result, error)
	}
	// Voider cancels a transaction of the open batch.
	Voider interface {
		Void(ctx context.Context, r Reference) (Result, error)
	}
	// Refunder gives back a settled transaction, in whole or in part.
	Refunder interface {
		Refund(ctx context.Context, r Reference, amount Money) (Result, error)
	}
	// Inquirer asks what became of an order.
	Inquirer interface {
		Inquire(ctx context.Context, r Reference) (List, error)
	}
	// OrderHistory lists everything that happened to an order.
	OrderHistory interface {
		History(ctx context.Context, r Reference) (List, error)
	}
	// DayHistory lists the transactions of a time.
	DayHistory interface {
		Transactions(ctx context.Context, p Period) (List, error)
	}
	// InstallmentQuerier asks in how many installments a card may pay an amount, and what each costs the payer.
	InstallmentQuerier interface {
		Installments(ctx context.Context, bin string, amount Money) (InstallmentTable, error)
	}
	// CardVault keeps cards for returning payers at the bank: the shop has tokens only. Which payer a token belongs to is for the shop to check.
	CardVault interface {
		StoredCards(ctx context.Context, customerKey string) (StoredCards, error)
		DeleteStoredCard(ctx context.Context, c StoredCard) (Result, error)
	}
	// RecurringManager cancels the payments of a plan that are still to come.
	RecurringManager interface {
		CancelRecurring(ctx context.Context, r Reference, recurringID string) (Result, error)
	}
)

// Secure3D pays with 3-D Secure: the payer's browser goes to the bank with a form and comes back with a callback.
type Secure3D interface {
	// Start returns the form to show to the payer, and the attempt to keep until the callback. It is to be on disk before the
	// form is shown. Some banks are asked first, so it takes a context; one that refuses gives a Result and no form.
	Start(ctx context.Context, p Payment, returnURL string) (Form, Attempt, Result, error)
	// Verify reads a callback without asking anybody: is it authentic, is it about this attempt, what does it say? The values
	// come through the payer's browser, so they are hostile until proven.
	Verify(a Attempt, values Values) Callback
	// Complete sends what a verified callback still needs: the charge, or the question whether it was made. For a callback that
	// already tells the end it returns that.
	Complete(ctx context.Context, a Attempt, c Callback) (Result, error)
}

// Inspector tells field by field why a callback's signature does not match.
type Inspector interface {
	Inspect(values Values) Inspection
}

// InstallmentTable are the ways in which a card may pay an amount.
type InstallmentTable struct {
	Result
	Options []InstallmentOption
}

// InstallmentOption is one of them.
type InstallmentOption struct {
	Installments int    // 1: a single payment
	Total        Money  // what the payer pays in all
	Monthly      Money  // each of them; rounded, Total is what counts
	Rate         string // percent that the payer bears, as decimal text; empty for none
}

// StoredCard is a card that the bank keeps.
type StoredCard struct {
	CustomerKey string // the shop's key of the payer
	Token       string
	TranID      string
	MaskedCard  string
	Issuer      string
	Brand       string
	Alias       string // the payer's name for it
}

// StoredCards are the cards that the bank keeps for a payer.
type StoredCards struct {
	Result
	Cards []StoredCard
}

// Ability is one thing that a bank can or cannot do.
type Ability string

// The abilities.
const (
	AbilitySale             Ability = "sale"
	AbilityPreAuth          Ability = "pre_authorization"
	AbilityCapture          Ability = "capture"
	AbilityPartialCapture   Ability = "partial_capture"
	AbilityVoid             Ability = "void"
	AbilityRefund           Ability = "refund"
	AbilityPartialRefund    Ability = "partial_refund"
	AbilityInquiry          Ability = "inquiry"
	AbilityOrderHistory     Ability = "order_history"
	AbilityDayHistory       Ability = "day_history"
	AbilityInstallments     Ability = "installments"
	AbilityMOTO             Ability = "moto"
	AbilityRecurring        Ability = "recurring"
	AbilityStoredCards      Ability = "stored_cards"
	AbilityInstallmentQuery Ability = "installment_query"
)

// Model is a way to pay with or without 3-D Secure.
type Model string

// The models.
const (
	NonSecure    Model = "non_secure"     // the shop sends the card, no 3-D Secure
	Secure       Model = "3d"             // the bank authenticates, the shop charges
	SecurePay    Model = "3d_pay"         // the bank authenticates and charges
	SecureHosted Model = "3d_pay_hosting" // and takes the card on its own page
	SecureHost   Model = "3d_host"        // takes the card on its own page; the shop charges
	Hosted       Model = "pay_hosting"    // the bank's page without 3-D Secure
)

// Hosted reports whether the card is typed on the bank's own page.
func (m Model) OnBankPage() bool { return m == SecureHosted || m == SecureHost || m == Hosted }

// Capabilities are what an account can do.
type Capabilities struct {
	Protocol   string
	Models     []Model
	Abilities  []Ability
	Currencies []Currency
	// ChargesAlone tells that the bank may charge in its 3-D pages whatever the model says: a payer who does not come back may have paid.
	ChargesAlone bool
	// HeldLooksCaptured tells that an inquiry shows a held amount like a captured one.
	HeldLooksCaptured bool
	// VoidedDisappears tells that a held amount which was voided is in no answer any more, as if it had never been.
	VoidedDisappears bool
}

// Has reports whether the account has an ability.
func (c Capabilities) Has(a Ability) bool { return slices.Contains(c.Abilities, a) }

// HasModel reports whether the account can pay in a way.
func (c Capabilities) HasModel(m Model) bool { return slices.Contains(c.Models, m) }

// HasCurrency reports whether the account takes a currency.
func (c Capabilities) HasCurrency(x Currency) bool { return slices.Contains(c.Currencies, x) }
