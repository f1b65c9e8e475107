package admins

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// A device is a browser in which somebody has signed in by password before. Its tries
// are counted apart from all others, so whoever guesses elsewhere keeps nobody from
// signing in where they always do. What it shows lets nobody in, is worth something with
// the name of its person only, and nothing when they get another password.

// NewDevice is what the browser is to keep of somebody who has just shown their password.
func (a *Admins) NewDevice(who Who) string {
	number := rand.Text()
	return number + "." + a.deviceProof(a.find(who.ID), number)
}

// Device is the number of a device of the person with a name, of what a browser shows;
// "": it isn't one.
func (a *Admins) Device(name, shown string) string {
	number, proof, _ := strings.Cut(shown, ".")
	i := a.find(name)
	if i < 0 || !hmac.Equal([]byte(proof), []byte(a.deviceProof(i, number))) {
		return ""
	}
	return number
}

// deviceProof is what only we can say of a device's number: the key is the hash of its
// person's password, which has a salt that nobody else knows.
func (a *Admins) deviceProof(person int, number string) string {
	p := a.People[person]
	keyed := hmac.New(sha256.New, []byte(p.Password))
	_, _ = keyed.Write([]byte("device\x00" + p.Name + "\x00" + number)) // never fails
	return base64.RawURLEncoding.EncodeToString(keyed.Sum(nil))
}
