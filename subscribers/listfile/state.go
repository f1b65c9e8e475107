package listfile

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"dailytip/subscribers"
)

// stateWords is what the words mean that programs and people write for a state. A word
// that isn't here costs its row: nobody may guess who wants mail.
var stateWords = func() map[string]subscribers.State {
	all := map[string]subscribers.State{}
	for state, words := range map[subscribers.State]string{
		subscribers.Active:  "active, subscribed, enabled, confirmed, verified, opted in, regular, premium, gifted, trialed, unpaid, churning, past due, valid",
		subscribers.Pending: "pending, unconfirmed, unactivated, unverified, not confirmed, validating, waiting",
		subscribers.Paused:  "paused",
		subscribers.Unsubscribed: "unsubscribed, unsubscribe, inactive, disabled, deactivated, cancelled, canceled, removed, deleted, archived, left, " +
			"opted out, opt out, optout, non subscribed, nonsubscribed",
		subscribers.Suppressed: "suppressed, bounced, hard bounced, bounce, soft bounced, cleaned, complained, complaint, spam, spammy, marked as spam, " +
			"blocked, blocklisted, blacklisted, held, invalid, undeliverable",
	} {
		for word := range strings.SplitSeq(words, ", ") {
			all[word] = state
		}
	}
	return all
}()

// parseState reads a state; "" is none.
func parseState(column, s string) (subscribers.State, error) {
	if s == "" {
		return "", nil
	}
	if state, ok := stateWords[plain(s)]; ok {
		return state, nil
	}
	return "", fmt.Errorf(`%s %q is unknown; write one of active, pending, paused, unsubscribed, suppressed, or nothing (--map "%s=" leaves the column alone)`, column, s, column)
}

// stateOfAll is the state of everybody in the file whose row doesn't say: what the
// operator says, else what the columns do or the first word of the file's name.
// Mailchimp writes three files, and which one it is tells. Only a state that gets no
// mail counts.
func (f *File) stateOfAll() (subscribers.State, string) {
	if f.options.State != "" {
		return f.options.State, ""
	}
	for i, column := range f.header.names {
		if state := saysAll[plain(column)]; state != "" && f.header.meanings[i] != "" {
			return state, fmt.Sprintf("everybody in the file is %s, as its column %s says", state, column)
		}
	}
	file := filepath.Base(f.options.Name)
	first := append(strings.FieldsFunc(strings.ToLower(file), notLetter), "")[0]
	state := nameStates[first]
	mailchimp := slices.ContainsFunc(f.header.names, func(name string) bool { return plain(name) == "member rating" })
	if f.header.at(colState) >= 0 || state == "" || first == "cleaned" && !mailchimp { // elsewhere a list is cleaned of the others
		return "", ""
	}
	return state, fmt.Sprintf("everybody in the file is %s, as the name %s says (--state active takes them as they stand)", state, file)
}

// nameStates are the words that a file's name may begin with, when everybody in it is
// in one state.
var nameStates = map[string]subscribers.State{
	"unsubscribed": subscribers.Unsubscribed, "unsubscribers": subscribers.Unsubscribed, "unsubscribes": subscribers.Unsubscribed, "nonsubscribed": subscribers.Unsubscribed,
	"optouts": subscribers.Unsubscribed, "cleaned": subscribers.Suppressed, "bounced": subscribers.Suppressed, "bounces": subscribers.Suppressed,
	"complaints": subscribers.Suppressed, "suppressed": subscribers.Suppressed, "suppressions": subscribers.Suppressed,
	"blocklist": subscribers.Suppressed, "blacklist": subscribers.Suppressed,
}

// stricter tells whether a state keeps more mail away than another.
func stricter(a, b subscribers.State) bool {
	order := []subscribers.State{"", subscribers.Active, subscribers.Paused, subscribers.Pending, subscribers.Unsubscribed, subscribers.Suppressed}
	return slices.Index(order, a) > slices.Index(order, b)
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// parseTruth reads a yes or no in the languages of spreadsheets. ok is false for
// anything else.
func parseTruth(s string) (yes, ok bool) {
	switch strings.ToLower(s) {
	case "true", "t", "yes", "y", "1", "on", "x", "✓", "✔", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "sì", "verdadero", "vero", "sim", "verdadeiro":
		return true, true
	case "false", "f", "no", "n", "0", "off", "nein", "falsch", "non", "faux", "falso", "não", "nao", "nee":
		return false, true
	}
	return false, false
}
