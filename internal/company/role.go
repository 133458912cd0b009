package company

import (
	"slices"

	"github.com/onay/onay/internal/fault"
)

// Role is what a user is in one company; the same person may be something else in the next.
type Role string

// The roles. docs/roles.md tells people who gets which; a test compares it with the table below.
const (
	Administrator Role = "administrator"
	Manager       Role = "manager"
	Cashier       Role = "cashier"
	Accountant    Role = "accountant"
	Support       Role = "support"
)

// Roles lists them in the order of the console.
var Roles = []Role{Administrator, Manager, Cashier, Accountant, Support}

// Permission is one thing that may be allowed, object.verb.
type Permission string

// The permissions. One that writes does not include the one that reads.
const (
	CustomersRead     Permission = "customers.read"
	CustomersWrite    Permission = "customers.write"
	VerificationsRead Permission = "verifications.read"
	VerificationsSend Permission = "verifications.send"
	MessagesRead      Permission = "messages.read"
	MessagesSend      Permission = "messages.send"
	PaymentsRead      Permission = "payments.read"
	PaymentsTake      Permission = "payments.take"
	PaymentsRefund    Permission = "payments.refund"
	DayEndRead        Permission = "dayend.read"
	DayEndWrite       Permission = "dayend.write"
	TemplatesWrite    Permission = "templates.write"
	SettingsRead      Permission = "settings.read"
	SettingsWrite     Permission = "settings.write"
	ProvidersWrite    Permission = "providers.write"
	UsersWrite        Permission = "users.write"
	KeysWrite         Permission = "keys.write"
	WebhooksWrite     Permission = "webhooks.write"
	AuditRead         Permission = "audit.read"
	AbuseWrite        Permission = "abuse.write"
	CompaniesWrite    Permission = "companies.write"
)

// Permissions lists them in the order of docs/roles.md.
var Permissions = []Permission{CustomersRead, CustomersWrite, VerificationsRead, VerificationsSend, MessagesRead, MessagesSend, PaymentsRead, PaymentsTake, PaymentsRefund, DayEndRead, DayEndWrite, TemplatesWrite,
	SettingsRead, SettingsWrite, ProvidersWrite, UsersWrite, KeysWrite, WebhooksWrite, AuditRead, AbuseWrite, CompaniesWrite}

var grants = map[Role][]Permission{
	Administrator: Permissions,
	Manager: {CustomersRead, CustomersWrite, VerificationsRead, VerificationsSend, MessagesRead, MessagesSend, PaymentsRead, PaymentsTake, PaymentsRefund, DayEndRead, DayEndWrite, TemplatesWrite,
		SettingsRead, AuditRead, AbuseWrite},
	Cashier:    {CustomersRead, CustomersWrite, VerificationsSend, PaymentsRead, PaymentsTake},
	Accountant: {CustomersRead, VerificationsRead, MessagesRead, PaymentsRead, PaymentsRefund, DayEndRead, DayEndWrite, SettingsRead, AuditRead},
	Support:    {CustomersRead, VerificationsRead, VerificationsSend, MessagesRead, PaymentsRead, AbuseWrite},
}

// Can reports whether a role includes a permission. An unknown role includes none.
func Can(r Role, p Permission) bool { return slices.Contains(grants[r], p) }

// Valid returns the error of a role that does not exist.
func (r Role) Valid() error {
	if !slices.Contains(Roles, r) {
		return fault.Field("role", "invalid_role", "Böyle bir rol yok.", "There is no such role.")
	}
	return nil
}
