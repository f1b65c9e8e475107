package tokens

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is something that a token lets a program do.
type Scope string

// The scopes. Whoever may change something may read it, too.
const (
	Read        Scope = "read"        // see everything, change nothing
	Subscribers Scope = "subscribers" // look after the list, and what came back
	Plan        Scope = "plan"        // pin and skip
	Send        Scope = "send"        // send test copies
	All         Scope = "all"
)

var scopes = []Scope{Read, Subscribers, Plan, Send, All}

// ParseScopes reads scopes with commas between them.
func ParseScopes(text string) (all []Scope, err error) {
	for name := range strings.SplitSeq(text, ",") {
		s := Scope(strings.TrimSpace(name))
		if !slices.Contains(scopes, s) {
			return nil, fmt.Errorf("the scope %q is unknown; write some of %s, with commas between them", s, strings.Join(Names(scopes), ","))
		}
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all, nil
}

// Names are scopes as texts.
func Names(scopes []Scope) []string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return names
}

// Allows tells whether a token has one of some scopes.
func (t Token) Allows(some ...Scope) bool {
	return slices.ContainsFunc(t.Scopes, func(s Scope) bool { return s == All || slices.Contains(some, s) })
}

// Sees tells whether a token may know of a newsletter.
func (t Token) Sees(newsletter string) bool { return t.Newsletter == "" || t.Newsletter == newsletter }
