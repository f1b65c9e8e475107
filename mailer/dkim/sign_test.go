package dkim

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const simple = "From: Daily Tip <tips@example.com>\r\n" +
	"To: reader@example.org\r\nSubject: Say it\r\n back first\r\n" +
	"List-Unsubscribe: <https://tips.example.com/u/x>\r\n" +
	"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
	"X-Other: not covered\r\n\r\nText.\r\n"

func names(keys []*Key) string {
	var all []string
	for _, k := range keys {
		all = append(all, k.Name()+"/"+k.Kind())
	}
	return strings.ReplaceAll(strings.Join(all, " "), "._domainkey.", "@")
}

func TestWhichKeysSign(t *testing.T) {
	s := New([]*Key{
		newKey(t, Ed25519, "example.com", "e"),
		newKey(t, RSA, "example.com", "r"),
		newKey(t, RSA, "news.example.com", "n"),
		newKey(t, RSA, "xn--bcher-kva.example", "b"),
		newKey(t, RSA, "co.uk", "bad"),
		newKey(t, RSA, "github.io", "bad"),
	})
	for from, want := range map[string]string{
		"tips@example.com":             "r@example.com/rsa e@example.com/ed25519",
		"Daily Tip <tips@Example.COM>": "r@example.com/rsa e@example.com/ed25519",
		"tips@mail.example.com":        "r@example.com/rsa e@example.com/ed25519",
		"tips@news.example.com":        "n@news.example.com/rsa",
		"tips@a.news.example.com":      "n@news.example.com/rsa",
		"tips@bücher.example":          "b@xn--bcher-kva.example/rsa",
		"tips@notexample.com":          "",
		"tips@com":                     "",
		"tips@example.co.uk":           "", // nobody owns co.uk
		"tips@someone.github.io":       "",
		"tips@localhost":               "",
		"tips@":                        "",
		"":                             "",
	} {
		if got := names(s.Keys(from)); got != want {
			t.Errorf("%s: signed by %q, want %q", from, got, want)
		}
	}
	if got := names(New(nil).Keys("tips@example.com")); got != "" {
		t.Errorf("no keys: %s", got)
	}
}

var (
	hTag     = regexp.MustCompile(`[ ;]h=([^;]*);`)
	timeTags = regexp.MustCompile(`(?s)[ ;]t=(\d+);.*[ ;]x=(\d+)`)
	aTag     = regexp.MustCompile(`[ ;]a=([^;]*);`)
)

func TestSign(t *testing.T) {
	s := New([]*Key{newKey(t, Ed25519, "example.com", "e"), newKey(t, RSA, "example.com", "r")})
	signed, err := s.Sign([]byte(simple), "tips@example.com")
	if err != nil {
		t.Fatal(err)
	}
	head, found := bytes.CutSuffix(signed, []byte(simple))
	if !found {
		t.Fatal("the mail itself was changed")
	}
	fields := strings.Split(strings.TrimPrefix(string(head), "DKIM-Signature:"), "\r\nDKIM-Signature:")
	if len(fields) != 2 {
		t.Fatalf("%d signatures: %s", len(fields), head)
	}
	for i, algorithm := range []string{"rsa-sha256", "ed25519-sha256"} {
		if got := aTag.FindStringSubmatch(fields[i]); got == nil || got[1] != algorithm {
			t.Errorf("signature %d is %q, want %s", i, got, algorithm)
		}
		// What is there once more than it is, and what isn't once.
		const want = "From:From:Sender:Reply-To:Mail-Reply-To:Mail-Followup-To:To:To:Cc:Subject:Subject:Date:Message-ID:In-Reply-To:References:" +
			"List-Id:List-Unsubscribe:List-Unsubscribe:List-Unsubscribe-Post:List-Unsubscribe-Post:List-Subscribe:List-Archive:" +
			"List-Help:List-Owner:List-Post:MIME-Version:Content-Type:Content-Transfer-Encoding:Content-Disposition:" +
			"Content-ID:Content-Description:Content-Location:Content-Base:Content-Language:Auto-Submitted:Precedence:Disposition-Notification-To:Return-Receipt-To"
		if got := hTag.FindStringSubmatch(fields[i]); got == nil || strings.Join(strings.Fields(got[1]), "") != want {
			t.Errorf("signature %d covers %q, want %s", i, got, want)
		}
		var made, ends int64
		if m := timeTags.FindStringSubmatch(fields[i]); m != nil {
			made, _ = strconv.ParseInt(m[1], 10, 64)
			ends, _ = strconv.ParseInt(m[2], 10, 64)
		}
		if left := time.Duration(ends-made) * time.Second; left < life-time.Minute || left > life+time.Minute {
			t.Errorf("signature %d holds for %v, want about %v", i, left, life)
		}
		if !strings.Contains(fields[i], "c=relaxed/simple;") {
			t.Errorf("signature %d: %s", i, fields[i])
		}
	}
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line %q", line)
		}
	}
}

func TestSignLeavesOthersMailsAlone(t *testing.T) {
	s := New([]*Key{newKey(t, RSA, "example.com", "r")})
	for _, from := range []string{"tips@example.net", ""} {
		signed, err := s.Sign([]byte(simple), from)
		if err != nil || string(signed) != simple {
			t.Errorf("%q: %q, %v", from, signed, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	s := New([]*Key{newKey(t, RSA, "example.com", "r")})
	for message, want := range map[string]string{
		"":                                 "no empty line",
		"From: a@example.com\r\n":          "no empty line",
		"To: a@example.com\r\n\r\n":        "0 From headers",
		"From: a@x\r\nFrom: b@x\r\n\r\nT.": "2 From headers",
		"From : a@x\r\n\r\n":               "0 From headers",
		"From: a@x\nTo: b@x\r\n\r\nT.\r\n": "bare CR or LF",
		"From: a@x\r\nTo: b\rc\r\n\r\n":    "bare CR or LF",
	} {
		_, err := s.Sign([]byte(message), "a@example.com")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", message, err, want)
		}
	}
}

// TestSignReusesRoom signs in a buffer that is used again, as for one mail after
// the other.
func TestSignReusesRoom(t *testing.T) {
	s := New([]*Key{newKey(t, Ed25519, "example.com", "e"), newKey(t, RSA, "example.com", "r")})
	buffer := make([]byte, 0, 8<<10)
	for i := range 3 {
		message := strings.Replace(simple, "Text.", strings.Repeat("Text. ", i), 1)
		signed, err := s.Sign(append(buffer, message...), "tips@example.com")
		if err != nil {
			t.Fatal(err)
		}
		if &signed[0] != &buffer[:1][0] {
			t.Error("there was room, and other memory was taken")
		}
		if !bytes.HasPrefix(signed, []byte("DKIM-Signature:")) || !bytes.HasSuffix(signed, []byte(message)) {
			t.Errorf("signed %q", signed)
		}
	}
}

// TestSignTogether has goroutines share a signer; the race detector watches.
func TestSignTogether(t *testing.T) {
	s := New([]*Key{newKey(t, Ed25519, "example.com", "e"), newKey(t, RSA, "example.com", "r")})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				message := fmt.Sprintf("From: tips@example.com\r\nSubject: %d %d\r\n\r\n%d\r\n", i, j, i)
				signed, err := s.Sign([]byte(message), "tips@example.com")
				if err != nil || !bytes.HasSuffix(signed, []byte(message)) {
					t.Errorf("%d %d: %v", i, j, err)
				}
			}
		})
	}
	all.Wait()
}

func FuzzSign(f *testing.F) {
	f.Add([]byte(simple))
	f.Add([]byte("From: a@x\r\n\r\n"))
	f.Add([]byte(": x\r\nFrom : a@x\r\n folded\r\n\r\n\r\n\r\n \t\r\n"))
	f.Add([]byte(" From: a@x\r\nfrom: b@x\r\n\r\nno end"))
	s := New([]*Key{newKey(f, Ed25519, "example.com", "e")})
	f.Fuzz(func(t *testing.T, message []byte) {
		signed, err := s.Sign(bytes.Clone(message), "tips@example.com")
		if err != nil {
			return
		}
		if !bytes.HasPrefix(signed, []byte("DKIM-Signature:")) || !bytes.HasSuffix(signed, message) {
			t.Errorf("signed %q", signed)
		}
	})
}
