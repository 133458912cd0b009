package company

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/internal/fault"
)

// Question says what an entry point asks when a mobile number is entered.
// A code is never a condition of a sale: Required means that the question must be answered, Evet or Hayır, and that Hayır is
// kept with who and why; the card can be saved either way.
type Question string

const (
	Off      Question = "off"
	Optional Question = "optional"
	Required Question = "required"
)

// The three places where a customer is added.
const (
	CustomerCard = "customer_card"
	StoreSale    = "store_sale"
	ServiceForm  = "service_form"
)

// EntryPoints lists them in the order of the console.
var EntryPoints = []string{CustomerCard, StoreSale, ServiceForm}

// Settings are a company's system parameters. Zero limits mean "no limit".
type Settings struct {
	IYSNumber   string              `json:"iys_number" doc:"İYS number of the merchant, as given by the integrator"`
	EntryPoints map[string]Question `json:"entry_points" doc:"customer_card, store_sale, service_form → off, optional, required"`

	CodeLength   int      `json:"code_length" doc:"digits, 4 to 10"`
	ValidSeconds int      `json:"valid_seconds" doc:"life of a code, 60 to 600"`
	MaxAttempts  int      `json:"max_attempts" doc:"wrong codes before the verification ends, 1 to 10"`
	MaxSends     int      `json:"max_sends" doc:"messages for one verification, the first included, 1 to 5"`
	ResendWait   int      `json:"resend_wait_seconds" doc:"seconds before the same code may be sent again"`
	Countries    []string `json:"countries" doc:"allowed countries, ISO 3166 codes"`
	WebOTPHost   string   `json:"web_otp_host" doc:"host name in the last line of the SMS, so that a browser fills the code in; empty: no such line"`
	Payee        string   `json:"payee" doc:"merchant's name in messages"`

	Limits Limits `json:"limits"`
	Watch  Watch  `json:"watch"`

	RetentionDays int `json:"retention_days" doc:"days that ended verifications and messages are kept"`
}

// Limits stop one caller from sending many codes.
type Limits struct {
	PhoneHour    int `json:"phone_hour" doc:"verifications for one phone in an hour"`
	PhoneDay     int `json:"phone_day"`
	IPHour       int `json:"ip_hour" doc:"verifications for one client_ip in an hour"`
	LimitKeyHour int `json:"limit_key_hour" doc:"verifications for one limit_key in an hour"`
	KeyMinute    int `json:"key_minute" doc:"verifications by one API key or user in a minute"`
	CompanyDay   int `json:"company_day" doc:"verifications of the company in a day"`
	LockAttempts int `json:"lock_attempts" doc:"wrong codes for one phone in a day, over all verifications, before it is locked"`
}

// Watch finds number blocks to which codes go and from which none come back (SMS pumping).
type Watch struct {
	Mode          string `json:"mode" doc:"off, shadow (only tells), on (blocks)"`
	MinStarts     int    `json:"min_starts" doc:"verifications of a block in the last hour before it is judged"`
	MinConversion int    `json:"min_conversion" doc:"percent of codes typed back below which a block is suspicious"`
}

// DefaultSettings is what a new company starts with.
func DefaultSettings() Settings {
	return Settings{
		EntryPoints: map[string]Question{CustomerCard: Optional, StoreSale: Optional, ServiceForm: Optional},
		CodeLength:  6, ValidSeconds: 180, MaxAttempts: 3, MaxSends: 3, ResendWait: 60,
		Countries: []string{"TR"},
		Limits:    Limits{PhoneHour: 5, PhoneDay: 10, IPHour: 20, LimitKeyHour: 20, KeyMinute: 600, CompanyDay: 0, LockAttempts: 15},
		Watch:     Watch{Mode: "on", MinStarts: 20, MinConversion: 20},

		RetentionDays: 3 * 365,
	}
}

// ValidFor is the life of a code.
func (s Settings) ValidFor() time.Duration { return time.Duration(s.ValidSeconds) * time.Second }

// Ask returns the question mode of an entry point.
func (s Settings) Ask(entryPoint string) Question {
	if q, ok := s.EntryPoints[entryPoint]; ok {
		return q
	}
	return Optional
}

var (
	hostName  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)
	country   = regexp.MustCompile(`^[A-Z]{2}$`)
	iysNumber = regexp.MustCompile(`^[0-9]{0,10}$`)
)

// Validate returns the first field at fault.
func (s Settings) Validate() error {
	between := func(field string, v, lo, hi int) error {
		if v < lo || v > hi {
			return fault.Field(field, "out_of_range", field+" izin verilen aralıkta değil.", field+" is out of its range.")
		}
		return nil
	}
	for _, err := range []error{
		between("code_length", s.CodeLength, 4, 10),
		between("valid_seconds", s.ValidSeconds, 60, 600),
		between("max_attempts", s.MaxAttempts, 1, 10),
		between("max_sends", s.MaxSends, 1, 5),
		between("resend_wait_seconds", s.ResendWait, 15, 600),
		between("limits.phone_hour", s.Limits.PhoneHour, 0, 1_000_000),
		between("limits.phone_day", s.Limits.PhoneDay, 0, 1_000_000),
		between("limits.ip_hour", s.Limits.IPHour, 0, 1_000_000),
		between("limits.limit_key_hour", s.Limits.LimitKeyHour, 0, 1_000_000),
		between("limits.key_minute", s.Limits.KeyMinute, 0, 10_000_000),
		between("limits.company_day", s.Limits.CompanyDay, 0, 1_000_000_000),
		between("limits.lock_attempts", s.Limits.LockAttempts, 0, 10_000),
		between("watch.min_starts", s.Watch.MinStarts, 1, 1_000_000),
		between("watch.min_conversion", s.Watch.MinConversion, 0, 100),
		between("retention_days", s.RetentionDays, 30, 3650),
	} {
		if err != nil {
			return err
		}
	}
	for name, q := range s.EntryPoints {
		if !slices.Contains(EntryPoints, name) || !slices.Contains([]Question{Off, Optional, Required}, q) {
			return fault.Field("entry_points", "invalid_entry_point", "Giriş noktası ayarı geçersiz.", "The entry point setting is not valid.")
		}
	}
	if len(s.Countries) == 0 || len(s.Countries) > 250 || !all(s.Countries, country.MatchString) {
		return fault.Field("countries", "invalid_country", "En az bir ülke kodu gerekir (örnek: TR).", "At least one country code is needed (for example TR).")
	}
	if s.WebOTPHost != "" && (!hostName.MatchString(s.WebOTPHost) || len(s.WebOTPHost) > 60 || isIP(s.WebOTPHost)) {
		return fault.Field("web_otp_host", "invalid_host", "Alan adı geçersiz (örnek: magaza.com.tr).", "The host name is not valid (for example magaza.com.tr).")
	}
	if !slices.Contains([]string{"off", "shadow", "on"}, s.Watch.Mode) {
		return fault.Field("watch.mode", "invalid_mode", "Gözetim kipi geçersiz.", "The watch mode is not valid.")
	}
	if !iysNumber.MatchString(s.IYSNumber) {
		return fault.Field("iys_number", "invalid_iys_number", "İYS numarası yalnızca rakamdan oluşur.", "The İYS number has digits only.")
	}
	if len([]rune(s.Payee)) > 30 || strings.ContainsAny(s.Payee, "\r\n") {
		return fault.Field("payee", "invalid_payee", "Mesajlardaki ad en çok 30 karakter olabilir.", "The name in messages has at most 30 characters.")
	}
	return nil
}

func all[T any](s []T, ok func(T) bool) bool {
	return !slices.ContainsFunc(s, func(v T) bool { return !ok(v) })
}

func isIP(s string) bool { _, err := netip.ParseAddr(s); return err == nil }
