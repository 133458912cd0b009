package verification

import (
	"context"
	"sync"
	"time"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/company"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/fault"
)

// limit counts what the rows already say, inside the transaction that adds one: exact, and still true after a restart.
// Numbers on the safe list pass all but the lockout.
func (s *Service) limit(tx db.Tx, c company.Company, v Verification, safe bool) error {
	l := c.Settings.Limits
	now := v.CreatedAt
	hour, day := db.Micros(now.Add(-time.Hour)), db.Micros(now.Add(-24*time.Hour))
	// Fixed order of locks: ip, key, phone.
	count := func(column, value string) (n int, err error) {
		if err := tx.Lock(column + ":" + c.ID + value); err != nil {
			return 0, err
		}
		err = tx.QueryRow("SELECT COUNT(*) FROM verification WHERE company_id = $1 AND "+column+" = $2 AND "+column+" <> '' AND created_at > $3", c.ID, value, hour).Scan(&n)
		return n, err
	}
	if !safe && v.ClientIP != "" && l.IPHour > 0 {
		n, err := count("client_ip", v.ClientIP)
		if err != nil {
			return err
		}
		if n >= l.IPHour {
			return tooMany("ip_limit", "Bu IP adresi bir saatte çok fazla kod istedi.", "This IP address asked for too many codes in an hour.", time.Hour)
		}
	}
	if !safe && v.LimitKey != "" && l.LimitKeyHour > 0 {
		n, err := count("limit_key", v.LimitKey)
		if err != nil {
			return err
		}
		if n >= l.LimitKeyHour {
			return tooMany("limit_key_limit", "Bu sınır anahtarı bir saatte çok fazla kod istedi.", "This limit key asked for too many codes in an hour.", time.Hour)
		}
	}
	if err := tx.Lock("phone:" + c.ID + v.Phone); err != nil {
		return err
	}
	var lastHour, lastDay, wrong int
	if err := tx.QueryRow(`SELECT COALESCE(SUM(CASE WHEN created_at > $1 THEN 1 ELSE 0 END), 0), COUNT(*),
		COALESCE(SUM(attempts - CASE WHEN status = 'approved' THEN 1 ELSE 0 END), 0)
		FROM verification WHERE company_id = $2 AND phone = $3 AND created_at > $4`, hour, c.ID, v.Phone, day).Scan(&lastHour, &lastDay, &wrong); err != nil {
		return err
	}
	switch {
	case l.LockAttempts > 0 && wrong >= l.LockAttempts:
		return tooMany("phone_locked", "Bu numara için çok fazla yanlış kod girildi; numara geçici olarak kilitli.", "Too many wrong codes were entered for this number; it is locked for a while.", 24*time.Hour)
	case !safe && l.PhoneHour > 0 && lastHour >= l.PhoneHour:
		return tooMany("phone_limit", "Bu numaraya bir saatte gönderilebilecek kod sayısı doldu.", "This number has had all the codes it may have in an hour.", time.Hour)
	case !safe && l.PhoneDay > 0 && lastDay >= l.PhoneDay:
		return tooMany("phone_limit", "Bu numaraya bir günde gönderilebilecek kod sayısı doldu.", "This number has had all the codes it may have in a day.", 24*time.Hour)
	}
	return nil
}

func tooMany(code, tr, en string, window time.Duration) error {
	return fault.Wait(window, code, tr, en)
}

// rates are the limits of a key or user by the minute and of a company by the day. They are kept in memory, so that the hottest
// rows of the database are not these counters, and are read anew from the rows now and then: after a restart, and for what
// other nodes did.
type rates struct {
	db    db.DB
	clock clock.Clock
	mu    sync.Mutex
	keys  map[string]*window
	days  map[string]*dayCount
}

type window struct {
	minute int64
	n      int
}

type dayCount struct {
	day     int64
	n       int
	read    time.Time
	reading bool
}

// recount is how long the company's count of the day is believed before it is read again.
const recount = 10 * time.Second

func newRates(d db.DB, c clock.Clock) *rates {
	return &rates{db: d, clock: c, keys: map[string]*window{}, days: map[string]*dayCount{}}
}

func dayOf(t time.Time) int64 {
	y, m, d := t.In(clock.Istanbul).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Istanbul).Unix()
}

func (r *rates) allow(ctx context.Context, c company.Company, actor string) error {
	l := c.Settings.Limits
	now := r.clock.Now()
	if l.CompanyDay > 0 {
		if err := r.readDay(ctx, c.ID, now); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.keys[c.ID+actor]; l.KeyMinute > 0 && w != nil && w.minute == now.Unix()/60 && w.n >= l.KeyMinute {
		return tooMany("key_limit", "Bu anahtar ya da kullanıcı dakikalık sınırına ulaştı.", "This key or user has reached its limit for the minute.", time.Duration(60-now.Unix()%60)*time.Second)
	}
	if d := r.days[c.ID]; l.CompanyDay > 0 && d != nil && d.n >= l.CompanyDay {
		return tooMany("company_limit", "Şirketin günlük doğrulama sınırı doldu.", "The company has reached its limit of the day.", time.Unix(d.day, 0).Add(24*time.Hour).Sub(now))
	}
	return nil
}

func (r *rates) readDay(ctx context.Context, companyID string, now time.Time) error {
	day := dayOf(now)
	r.mu.Lock()
	d := r.days[companyID]
	known := d != nil && d.day == day
	if known && (d.reading || time.Since(d.read) < recount) {
		r.mu.Unlock()
		return nil
	}
	if known {
		d.reading = true // one reads, the others believe the old count meanwhile
	}
	r.mu.Unlock()
	var n int
	err := r.db.Read(ctx, func(tx db.Tx) error {
		return tx.QueryRow("SELECT COUNT(*) FROM verification WHERE company_id = $1 AND created_at >= $2", companyID, db.Micros(time.Unix(day, 0))).Scan(&n)
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		if known {
			d.reading = false
		}
		return err
	}
	r.days[companyID] = &dayCount{day: day, n: n, read: time.Now()}
	return nil
}

// took counts one start.
func (r *rates) took(companyID, actor string) {
	minute := r.clock.Now().Unix() / 60
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.keys[companyID+actor]
	if w == nil || w.minute != minute {
		if len(r.keys) > 10_000 {
			clear(r.keys)
		}
		w = &window{minute: minute}
		r.keys[companyID+actor] = w
	}
	w.n++
	if d := r.days[companyID]; d != nil {
		d.n++
	}
}
