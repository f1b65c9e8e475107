package admins

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
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

// Label is what somebody is called where records of other rooms name them: their name
// with the way they came, and for the provider's people, who may call themselves what
// they like, with its name of them.
func (w Who) Label() string {
	if w.Way == ByOIDC {
		return fmt.Sprintf("%s (single sign-on, %s)", w.Name, w.ID)
	}
	return w.Name + " (" + w.Way + ")"
}

// ErrRefused means that name and password don't let anybody in.
var ErrRefused = errors.New("name and password don't belong together")

// CheckPassword returns who has a name and a password, or [ErrRefused], or
// [credential.ErrBusy]. It takes as long for a name that nobody has. client is where the
// try comes from; "": a device, whose tries are few.
func (a *Admins) CheckPassword(ctx context.Context, client, name, password string) (Who, error) {
	if len(a.People) == 0 {
		return Who{}, ErrRefused
	}
	i := a.find(name)
	h := a.decoy(name)
	if i >= 0 {
		h = a.hashes[i]
	}
	same, err := a.checker.Matches(ctx, client, h, password)
	switch {
	case err != nil:
		return Who{}, err
	case !same || i < 0:
		return Who{}, ErrRefused
	}
	return Who{Way: ByPassword, ID: a.People[i].Name, Name: a.People[i].Name, Role: a.People[i].Role}, nil
}

// find returns which of the people has a name; -1: nobody.
func (a *Admins) find(name string) int {
	name, err := credential.Name(name)
	if err != nil {
		return -1
	}
	return slices.IndexFunc(a.People, func(p Person) bool { return p.Name == name })
}

// decoy is whose hash is compared for a name that nobody has. Hashes may differ in what
// they cost, so each such name has one of its own for good, as a person has, and nobody
// can tell beforehand which.
func (a *Admins) decoy(name string) credential.Hash {
	if known, err := credential.Name(name); err == nil {
		name = known
	}
	keyed := hmac.New(sha256.New, a.decoys)
	_, _ = keyed.Write([]byte(name)) // never fails
	return a.hashes[binary.BigEndian.Uint64(keyed.Sum(nil))%uint64(len(a.hashes))]
}

// Has tells whether somebody signs in with a password under a name.
func (a *Admins) Has(name string) bool { return a.find(name) >= 0 }

// Known is the name under which the configuration has somebody, or "nobody". It's for
// a log: what is typed where a name belongs may be a password.
func (a *Admins) Known(name string) string {
	if i := a.find(name); i >= 0 {
		return a.People[i].Name
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
