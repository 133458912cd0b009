package company

import (
	"context"
	"time"

	"github.com/onay/onay/internal/db"
)

// UserInfo is what a door must know about a user at each request.
type UserInfo struct {
	User
	Memberships []Membership
}

// Role returns the user's role in a company, "" for none.
func (u UserInfo) Role(companyID string) Role {
	for _, m := range u.Memberships {
		if m.CompanyID == companyID {
			return m.Role
		}
	}
	return ""
}

// Can reports whether the user may do something in a company now.
func (u UserInfo) Can(companyID string, p Permission) bool {
	return !u.Disabled() && Can(u.Role(companyID), p)
}

type rememberedInfo struct {
	cached[UserInfo]
	change int64
}

// maxCachedUsers bounds the memory of the answers remembered.
const maxCachedUsers = 10_000

// UserInfo returns a user, his epoch and his memberships. What another node changed is seen within two seconds.
func (s *Service) UserInfo(ctx context.Context, id string) (UserInfo, error) {
	change := s.userChanges.Load()
	s.mu.Lock()
	r, ok := s.users[id]
	s.mu.Unlock()
	if ok && r.change == change && time.Now().Before(r.until) {
		return r.v, nil
	}
	var u UserInfo
	err := s.db.Read(ctx, func(tx db.Tx) (err error) {
		if u.User, err = readUser(tx, "id", id); err != nil {
			return err
		}
		u.Memberships, err = memberships(tx, id)
		return err
	})
	if err != nil {
		return UserInfo{}, missing(err, id)
	}
	s.mu.Lock()
	if len(s.users) >= maxCachedUsers {
		clear(s.users)
	}
	s.users[id] = rememberedInfo{cached[UserInfo]{u, time.Now().Add(cacheFor)}, change}
	s.mu.Unlock()
	return u, nil
}
