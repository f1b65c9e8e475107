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

// digits write a number in as few characters as can be, none of which ends a word when
// it's clicked on.
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newText makes the text of a token that there hasn't been.
func newText() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	name := make([]byte, 5)  // 40 bits, fewer than the characters hold
	_, _ = rand.Read(name)
	text := mark + written(name, prefixChars) + "_" + written(secret, secretChars)
	return text + checksum(text)
}

// written is a number in so many characters.
func written(number []byte, chars int) string {
	n, base, digit := new(big.Int).SetBytes(number), big.NewInt(int64(len(digits))), new(big.Int)
	out := make([]byte, chars)
	for i := chars - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = digits[digit.Int64()]
	}
	return string(out)
}

func checksum(text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	return written([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}, checkChars)
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
