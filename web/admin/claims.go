package admin

import (
	"encoding/json"
	"strings"
	"unicode"
)

// claims are what a provider says of somebody.
type claims struct {
	Email    string    `json:"email"`
	Verified anyBool   `json:"email_verified"`
	Username string    `json:"preferred_username"`
	Full     string    `json:"name"`
	Groups   groupList `json:"groups"`
}

// longestName is how much is shown of somebody's name, in characters.
const longestName = 64

// name is how somebody is shown: by an address that is theirs, else by what they are
// called there.
func (c claims) name(subject string) string {
	all := []string{c.Username, c.Full, subject}
	if c.Verified {
		all = append([]string{c.Email}, all...)
	}
	for _, name := range all {
		name = strings.TrimSpace(strings.Map(func(r rune) rune {
			if !unicode.IsGraphic(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(name, "")))
		if runes := []rune(name); len(runes) > longestName {
			name = string(runes[:longestName]) + "…"
		}
		if name != "" {
			return name
		}
	}
	return "nameless"
}

// groupList reads groups as providers write them: a list, or one alone. Anything else in
// their place is no group.
type groupList []string

// UnmarshalJSON is for [json.Unmarshaler].
func (g *groupList) UnmarshalJSON(text []byte) error {
	*g = groupList{}
	var one string
	if json.Unmarshal(text, &one) == nil && one != "" {
		*g = groupList{one}
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil {
		return nil
	}
	for _, item := range list {
		if json.Unmarshal(item, &one) == nil && one != "" {
			*g = append(*g, one)
		}
	}
	return nil
}

// anyBool reads true as providers write it, which some do as a text.
type anyBool bool

// UnmarshalJSON is for [json.Unmarshaler].
func (b *anyBool) UnmarshalJSON(text []byte) error {
	*b = anyBool(string(text) == "true" || string(text) == `"true"`)
	return nil
}
