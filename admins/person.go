package admins

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"dailytip/credential"
)

// Person is somebody who signs in with a password.
type Person struct {
	Name     string // as [credential.Name] writes it
	Password string // the hash, as [credential.ParseHash] reads it
	Role     Role
}

// The ways to sign in.
const (
	ByPassword = "password"
	ByOIDC     = "oidc"
)

// Who is somebody who was let in.
type Who struct {
	Way  string // ByPassword or ByOIDC
	ID   string // the name in the configuration, or the provider's name of them
	Name string // how they are shown
	Role Role
}

// ErrRefused means that name and password don't let anybody in.
var ErrRefused = errors.New("name and password don't belong together")

// CheckPassword returns who has a name and a password, or [ErrRefused]. It takes as
// long for a name that nobody has.
func (a *Admins) CheckPassword(ctx context.Context, name, password string) (Who, error) {
	if len(a.People) == 0 {
		return Who{}, ErrRefused
	}
	name, err := credential.Name(name)
	i := slices.IndexFunc(a.People, func(p Person) bool { return err == nil && p.Name == name })
	same, err := a.checker.Matches(ctx, a.hashes[max(i, 0)], password)
	switch {
	case err != nil:
		return Who{}, err
	case !same || i < 0:
		return Who{}, ErrRefused
	}
	return Who{Way: ByPassword, ID: a.People[i].Name, Name: a.People[i].Name, Role: a.People[i].Role}, nil
}

// Known is the name under which the configuration has somebody, or "nobody". It's for
// a log: what is typed where a name belongs may be a password.
func (a *Admins) Known(name string) string {
	name, err := credential.Name(name)
	if err == nil && slices.ContainsFunc(a.People, func(p Person) bool { return p.Name == name }) {
		return name
	}
	return "nobody"
}

// mark is what a session has to agree with as long as it lasts: what the configuration
// says that lets its person in. "": it lets them in no longer.
func (a *Admins) mark(w Who) string {
	switch w.Way {
	case ByPassword:
		for _, p := range a.People {
			if p.Name == w.ID && p.Role == w.Role {
				return digest(ByPassword, p.Name, p.Password, string(p.Role))
			}
		}
	case ByOIDC:
		if a.OIDC != "" {
			return digest(ByOIDC, a.OIDC)
		}
	}
	return ""
}

// digest is a hash of some texts, each with its end marked.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// HighestOf is the highest of some roles; "" of none.
func HighestOf(roles []Role) Role {
	if len(roles) == 0 {
		return ""
	}
	return slices.MaxFunc(roles, func(a, b Role) int {
		return cmp.Compare(slices.Index(Roles(), a), slices.Index(Roles(), b))
	})
}
