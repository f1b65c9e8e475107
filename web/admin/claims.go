package admin

import (
	"cmp"
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

// lacks tells whether there is no word of somebody's groups, or of what they are called:
// some providers tell that at the userinfo endpoint only.
func (c claims) lacks() bool { return c.Groups == nil || c.Email+c.Username+c.Full == "" }

// filledIn is what the ID token says, and what it leaves out as the userinfo endpoint says
// it. An address and whether it's verified belong together.
func (c claims) filledIn(more claims) claims {
	if c.Email == "" {
		c.Email, c.Verified = more.Email, more.Verified
	}
	c.Username, c.Full = cmp.Or(c.Username, more.Username), cmp.Or(c.Full, more.Full)
	if c.Groups == nil {
		c.Groups = more.Groups
	}
	return c
}

// longestName is how much is shown of somebody's name, in characters.
const longestName = 64

// name is how somebody is shown: by an address that is theirs, else by what they are
// called there. That they may often choose for themselves, also somebody else's name, so
// the provider's own name of them stands beside it.
func (c claims) name(subject string) string {
	if address := visible(c.Email); bool(c.Verified) && address != "" {
		return address
	}
	subject = visible(subject)
	for _, name := range []string{c.Username, c.Full} {
		if name = visible(name); name != "" {
			return name + " (" + subject + ")"
		}
	}
	return cmp.Or(subject, "nameless")
}

// visible is what can be seen of a name, and no more of it than is shown.
func visible(name string) string {
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))), " ")
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName]) + "…"
	}
	return name
}

// isInvisible tells of characters by which names differ that look the same: controls and
// formats, what a font shows nothing of (Unicode's Default_Ignorable_Code_Point), and the
// blank of Braille, which is no space.
func isInvisible(r rune) bool {
	return !unicode.IsGraphic(r) && !unicode.IsSpace(r) || r == '\u2800' ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
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
