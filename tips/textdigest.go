package tips

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// TextDigest changes when a reader would read something else, in whatever language:
// the title, the text, the mind map, the source. It doesn't when only what is written
// about the tip changes, such as its tags or its day, or the place of its file. The
// digest is of this tip as it is: one that was cut to an instant by [Tip.At] has fewer
// languages, and another digest.
func (t *Tip) TextDigest() (string, error) {
	// What isn't named here counts: a field that is new ends an approval rather than
	// passing unseen.
	text := *t
	text.Path, text.Digest, text.Tags, text.Links, text.Extra = "", "", nil, nil, nil
	text.Created, text.Modified = time.Time{}, time.Time{}
	text.Pin, text.Date, text.NotBefore, text.Expires, text.Draft, text.NeverRendered = "", "", "", "", false, false
	text.Translations = append([]Translation(nil), t.Translations...)
	for i := range text.Translations {
		tr := &text.Translations[i]
		tr.Modified, tr.Links, tr.NotBefore, tr.Expires = time.Time{}, nil, "", ""
	}
	b, err := json.Marshal(text)
	if err != nil {
		return "", fmt.Errorf("digest the text of tip %s: %w", t.ID, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
