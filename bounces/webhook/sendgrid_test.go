package webhook

import (
	"testing"
)

// The key may be written with or without PEM's lines, or broken over several.
func TestSendGridKeyInEveryForm(t *testing.T) {
	key := newWorld(t).hooks.o.SendGridPublicKey
	for _, text := range []string{
		key, " " + key + "\n", key[:64] + "\n" + key[64:],
		"-----BEGIN PUBLIC KEY-----\n" + key[:64] + "\n" + key[64:] + "\n-----END PUBLIC KEY-----\n",
	} {
		if _, err := ParseSendGridKey(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
