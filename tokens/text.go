package tokens

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"strings"
)

// The parts of a token's text, in characters.
const (
	mark        = "dt_"
	prefixChars = 8
	secretChars = 43 // 256 bits
	checkChars  = 6  // 32 bits
	textChars   = len(mark) + prefixChars + 1 + secretChars + checkChars
	prefixEnd   = len(mark) + prefixChars
)

// newText makes the text of a token that there hasn't been.
func newText() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	name := make([]byte, 5)  // 40 bits, fewer than the characters hold
	_, _ = rand.Read(name)
	text := mark + written(name, prefixChars) + "_" + written(secret, secretChars)
	return text + checksum(text)
}

// written is a number in so many characters, none of which ends a word when it's clicked
// on.
func written(number []byte, chars int) string {
	text := new(big.Int).SetBytes(number).Text(62)
	return strings.Repeat("0", chars-len(text)) + text
}

func checksum(text string) string {
	sum := crc32.NewIEEE()
	_, _ = sum.Write([]byte(text)) // never fails
	return written(sum.Sum(nil), checkChars)
}

// prefixOf is how a text begins; false: it's no token's.
func prefixOf(text string) (string, bool) {
	if len(text) != textChars || !strings.HasPrefix(text, mark) || text[prefixEnd] != '_' {
		return "", false
	}
	body := textChars - checkChars
	return text[:prefixEnd], checksum(text[:body]) == text[body:]
}

// hashOf is what is kept of a text. The secret in it has 256 bits, so nobody finds it
// by trying, and a slow hash would gain nothing.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
