//go:build unix

package dkim

import (
	"crypto"
	"crypto/sha256"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"
)

// eightKB is a mail as we write them: its fields are all that a mail of an
// edition has, its lines are those of quoted-printable.
var eightKB = func() []byte {
	const head = "From: =?UTF-8?B?VMOkZ2xpY2hlIFRpcHBz?= <tips@example.com>\r\n" +
		"To: \"Reader, Ana\" <reader@example.org>\r\n" +
		"Reply-To: <hello@example.com>\r\n" +
		"Subject: =?UTF-8?B?4pqTIFByZWfDum50YXRlIHNpIGxvIGVtcGV6YXLDrWFzIGhveQ==?=\r\n" +
		"Date: Mon, 23 Nov 2026 07:00:00 +0000\r\n" +
		"Message-ID: <1.3@example.com>\r\n" +
		"List-Id: Management Tip of the Day <management.example.com>\r\n" +
		"List-Unsubscribe: <https://tips.example.com/u/Kq0a3f9Zx1mD7cR5tW8yB2nL6vJ4hG0sP9eQ>,\r\n" +
		" <mailto:unsub+Kq0a3f9Zx1mD7cR5tW8yB2nL6vJ4hG0sP9eQ@example.com>\r\n" +
		"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
		"List-Archive: <https://tips.example.com/archive/management>\r\n" +
		"List-Help: <mailto:hello@example.com?subject=help>\r\n" +
		"List-Owner: <mailto:hello@example.com>\r\n" +
		"List-Post: NO\r\n" +
		"Precedence: bulk\r\n" +
		"Auto-Submitted: auto-generated\r\n" +
		"X-Auto-Response-Suppress: All\r\n" +
		"Feedback-ID: 42:es:management:example-com\r\n" +
		"Content-Language: es\r\n" +
		"MIME-Version: 1.0\r\n" +
		"Content-Type: multipart/alternative;\r\n boundary=\"=_ac5ffb4fd9ddd0f4dc394ed3_0\"\r\n\r\n"
	const line = "<td style=3D\"font-size:16px;line-height:24px\">Say it first, then =C2=BFwhy?=\r\n"
	return []byte(head + strings.Repeat(line, (8<<10-len(head))/len(line)))
}()

// free has the public key of a real one and signs at no cost, so what is left is
// what we add to the private key's own work.
type free struct{ crypto.Signer }

func (free) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return make([]byte, 256), nil }

// processorTime is what this process has used up, with the garbage collector's
// part.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSign signs a mail of 8 KB. raw is RSA's own operation on a digest, and
// overhead is everything else that an RSA signature takes.
func BenchmarkSign(b *testing.B) {
	r, e := newKey(b, RSA, "example.com", "r"), newKey(b, Ed25519, "example.com", "e")
	digest := sha256.Sum256(eightKB)
	b.Run("raw", measured(func() error {
		_, err := r.private.Sign(nil, digest[:], crypto.SHA256)
		return err
	}))
	b.Run("overhead", measured(signing(&Key{Domain: r.Domain, Selector: r.Selector, private: free{r.private}})))
	b.Run("RSA-2048", measured(signing(r)))
	b.Run("Ed25519", measured(signing(e)))
	b.Run("both", measured(signing(r, e)))
}

// signing signs in a buffer that is used again, as the mailer does.
func signing(keys ...*Key) func() error {
	s := New(keys)
	var mail []byte
	return func() (err error) {
		mail, err = s.Sign(append(mail[:0], eightKB...), "tips@example.com")
		return err
	}
}

func measured(f func() error) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		before := processorTime(b)
		for b.Loop() {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/1e3/float64(b.N), "cpu-µs/op")
	}
}
