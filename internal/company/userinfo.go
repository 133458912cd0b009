package company

import (
	"context"
	"sync"
	"sync/atomic"
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

// userChanges counts the changes that this process made; an answer remembered before the newest one is read again.
// An answer read while a change was under way carries the older number, so it can never outlive the change.
var userChanges atomic.Int64

type infoKey struct {
	s  *Service
	id string
}

type rememberedInfo struct {
	cached[UserInfo]
	change int64
}

var infos = struct {
	sync.Mutex
	m map[infoKey]rememberedInfo
}{m: map[infoKey]rememberedInfo{}}

// maxCachedUsers bounds the memory of the answers remembered.
const maxCachedUsers = 10_000

// UserInfo returns a user, his epoch and his memberships. What another node changed is seen within two seconds.
func (s *Service) UserInfo(ctx context.Context, id string) (UserInfo, error) {
	change := userChanges.Load()
	infos.Lock()
	r, ok := infos.m[infoKey{s, id}]
	infos.Unlock()
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
	infos.Lock()
	if len(infos.m) >= maxCachedUsers {
		clear(infos.m)
	}
	infos.m[infoKey{s, id}] = rememberedInfo{cached[UserInfo]{u, time.Now().Add(cacheFor)}, change}
	infos.Unlock()
	return u, nil
}
