package dkim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"dailytip/library"
	"dailytip/locale"
	"dailytip/mailer/letter"
	"dailytip/tips"
)

// needDkimpy finds a Python with dkimpy and PyNaCl. Debian's packages belong to
// Debian's Python, which another one may hide. In CI their absence is a failure.
func needDkimpy(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import dkim, nacl.signing").Run() == nil {
			return python
		}
	}
	const missing = "dkimpy is missing, so no other program has verified our signatures (apt-get install python3-dkim python3-nacl)"
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip("SKIPPED: " + missing)
	return ""
}

// verified is what testdata/verify.py prints for a mail.
type verified struct {
	File    string
	Results []any // true, or what was wrong
}

func (v verified) good() int {
	n := 0
	for _, r := range v.Results {
		if r == true {
			n++
		}
	}
	return n
}

// verify asks dkimpy about mails, by name.
func verify(t *testing.T, mails map[string][]byte, keys ...*Key) map[string]verified {
	t.Helper()
	python := needDkimpy(t)
	dir := t.TempDir()
	records := map[string]string{}
	for _, k := range keys {
		records[k.Name()] = k.Record()
	}
	data, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	mails["records.json"] = data
	for name, data := range mails {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	delete(mails, "records.json")
	out, err := exec.Command(python, "testdata/verify.py", dir).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("verify.py: %v\n%s", err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]verified{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var v verified
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all[v.File] = v
	}
	if len(all) != len(mails) {
		t.Fatalf("dkimpy looked at %d mails of %d", len(all), len(mails))
	}
	return all
}

// verifyHere counts the good signatures with go-msgauth.
func verifyHere(t *testing.T, mail []byte, keys ...*Key) int {
	t.Helper()
	records := map[string]string{}
	for _, k := range keys {
		records[k.Name()] = k.Record()
	}
	all, err := dkim.VerifyWithOptions(bytes.NewReader(mail), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) { return []string{records[strings.TrimSuffix(name, ".")]}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, v := range all {
		if v.Err == nil {
			good++
		}
	}
	return good
}

func bothKeys(t *testing.T) []*Key {
	return []*Key{newKey(t, Ed25519, "example.com", "tips-e"), newKey(t, RSA, "example.com", "tips-r")}
}

// starterMails are those of the starter library's mails that are wanted, by their
// name, which begins with the language, or by the sum of the tip's number and the
// language's.
func starterMails(t *testing.T, wanted func(name string, sum int) bool) map[string][]byte {
	t.Helper()
	shelf, err := tips.OpenFS(library.Files, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	look := letter.Newsletter{
		ID: "management", Title: "Management Tip of the Day", Language: "en", BaseURL: "https://tips.example.com",
		From: mail.Address{Name: "Tägliche Tipps, für alle", Address: "tips@example.com"}, ReplyTo: mail.Address{Address: "hello@example.com"},
		PostalAddress: "Example Press, 1 Example Street, Springfield", ArchiveURL: "https://tips.example.com/archive/management",
	}
	mails := map[string][]byte{}
	for i, tip := range shelf.Tips() {
		for j, lang := range locale.Languages() {
			name := lang + "-" + tip.ID + ".eml"
			if !wanted(name, i+j) {
				continue
			}
			l, err := letter.Compose(look, letter.Content{Edition: 42, LocalDate: "2026-11-23", Tips: []tips.Tip{tip}}, lang)
			if err != nil {
				t.Fatal(err)
			}
			id := fmt.Sprintf("1.%d", len(mails))
			data, err := l.Message(letter.Recipient{
				Email: "reader@example.org", Name: []string{"", "Ana", "王小明", `O"Brien, the 3rd`, "محمد"}[(i+j)%5],
				MessageID: id + "@example.com", ReturnPath: "bounces@example.com", Date: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC),
				UnsubscribeURL: "https://tips.example.com/u/" + strings.Repeat("t", 60), PreferencesURL: "https://tips.example.com/preferences/x",
				UnsubscribeMailto: "unsub+token@example.com",
			})
			if err != nil {
				t.Fatal(err)
			}
			mails[name] = data
		}
	}
	return mails
}

func TestDkimpyVerifiesMails(t *testing.T) {
	dkimpyVerifies(t, starterMails(t, func(_ string, sum int) bool { return sum%2 == 0 }))
}

func dkimpyVerifies(t *testing.T, mails map[string][]byte) {
	t.Helper()
	keys := bothKeys(t)
	signer := New(keys)
	for name, data := range mails {
		keepsItsBlanks(t, name, data)
		signed, err := signer.Sign(data, "tips@example.com")
		if err != nil {
			t.Fatal(err)
		}
		mails[name] = signed
	}
	for name, v := range verify(t, mails, keys...) {
		if len(v.Results) != 2 || v.good() != 2 {
			t.Errorf("%s: %v", name, v.Results)
		}
	}
	if len(mails) < 100 {
		t.Errorf("only %d mails", len(mails))
	}
	t.Logf("dkimpy verified %d mails in %d languages, each with two signatures", len(mails), len(locale.Languages()))
}

// keepsItsBlanks fails for a body that a relay might change: the signature
// doesn't allow for that. Relays take blanks away from ends of lines, end the
// last line, encode what isn't ASCII, and break lines of more than 998
// characters.
func keepsItsBlanks(t *testing.T, name string, mail []byte) {
	t.Helper()
	_, body, _ := bytes.Cut(mail, []byte("\r\n\r\n"))
	if !bytes.HasSuffix(body, []byte("\r\n")) {
		t.Errorf("%s: the last line has no end", name)
	}
	for line := range bytes.SplitSeq(body, []byte("\r\n")) {
		bad := func(r rune) bool { return r >= 0x80 || r < ' ' && r != '\t' }
		if len(line) > 998 || bytes.HasSuffix(line, []byte(" ")) || bytes.HasSuffix(line, []byte("\t")) || bytes.ContainsFunc(line, bad) {
			t.Errorf("%s: a relay may change the line %q", name, line)
		}
	}
}

// TestDkimpyVerifiesOddMails has what canonicalization (RFC 6376 §3.4) is
// about: blanks at ends of lines, empty lines at the end, odd folds.
func TestDkimpyVerifiesOddMails(t *testing.T) {
	keys := bothKeys(t)
	signer := New(keys)
	mails := map[string][]byte{}
	for i, body := range []string{
		"", "\r\n", "\r\n\r\n\r\n", "\r\n\r\ntext", "text", "text\r\n", "text \t\r\n\r\n \t\r\n", " lead\r\n\ttab\tand  two\r\n", ".\r\n..\r\nDKIM-Signature: v=1\r\n",
	} {
		for j, head := range []string{
			"From: tips@example.com\r\n",
			"from:tips@example.com\r\nsubject:x\r\n",
			"Subject:\r\n =?UTF-8?B?8J+SoQ==?=\r\n\t  second  line \r\nX-A: 1\r\nFROM:\ttips@example.com \r\nTo: \r\nDate:\r\n",
			"Received: by a\r\nFrom: tips@example.com\r\nReply-To: a@example.com\r\nReply-To: b@example.com\r\nList-Id: <a>\r\nList-Id: <b>\r\n",
		} {
			signed, err := signer.Sign([]byte(head+"\r\n"+body), "tips@example.com")
			if err != nil {
				t.Fatalf("%q %q: %v", head, body, err)
			}
			mails[fmt.Sprintf("%d-%d.eml", i, j)] = signed
		}
	}
	// The library reads 4096 bytes at a time: line ends stand on both sides of
	// where it stops, and are cut in two by it.
	for i := range 8 {
		const head = "From: tips@example.com\r\n\r\n"
		body := strings.Repeat("x", 4096-len(head)-i)
		for j, rest := range []string{"\r\n", "\r\n\r\n\r\n", "\r\n\r\n\r\ntext\r\n", "\r\n" + strings.Repeat("\r\n", 2048) + "text", "\r\n" + strings.Repeat("\r\n", 2048)} {
			signed, err := signer.Sign([]byte(head+body+rest), "tips@example.com")
			if err != nil {
				t.Fatal(err)
			}
			mails[fmt.Sprintf("cut-%d-%d.eml", i, j)] = signed
		}
	}
	for name, v := range verify(t, mails, keys...) {
		if len(v.Results) != 2 || v.good() != 2 {
			t.Errorf("%s: %v\n%q", name, v.Results, mails[name])
		}
	}
}

// TestDkimpyNoticesChanges changes what must not change, and what may.
func TestDkimpyNoticesChanges(t *testing.T) {
	keys := bothKeys(t)
	var message []byte
	for _, data := range starterMails(t, func(name string, _ int) bool { return strings.HasPrefix(name, "es-say-it-back") }) {
		message = data
	}
	signed, err := New(keys).Sign(message, "tips@example.com")
	if err != nil {
		t.Fatal(err)
	}
	field := func(name string) *regexp.Regexp {
		return regexp.MustCompile(`(?i)(\r\n` + name + `: )([^\r\n]+)`)
	}
	mails := map[string][]byte{}
	change := func(name string, data []byte) {
		t.Helper()
		if bytes.Equal(data, signed) {
			t.Errorf("%s: nothing was changed", name)
		}
		mails[name+".eml"] = data
	}
	// Each covered field that the mail has: another value, and none at all.
	for _, name := range covered {
		if f := field(name); f.Match(signed) {
			change("bad-value-"+name, f.ReplaceAll(signed, []byte("${1}x$2")))
			change("bad-gone-"+name, field(name).ReplaceAll(signed, []byte("\r\nX-Gone: $2")))
		}
	}
	for _, must := range []string{"From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "MIME-Version", "Content-Type"} {
		if mails["bad-value-"+must+".eml"] == nil {
			t.Errorf("the mail has no %s to change", must)
		}
	}
	// One more, that a program might believe: a second, or the first of its kind.
	for _, name := range covered {
		if name != feedbackID {
			change("bad-added-"+name, append([]byte(name+": <https://evil.example/>\r\n"), signed...))
			change("bad-added-below-"+name, bytes.Replace(signed, []byte("\r\n\r\n"), []byte("\r\n"+name+": <https://evil.example/>\r\n\r\n"), 1))
		}
	}
	for _, name := range []string{"Reply-To", "Mail-Reply-To", "Mail-Followup-To", "Return-Receipt-To", "Cc", "Sender", "List-Subscribe", "Content-Base", "Content-Transfer-Encoding", "Content-Disposition"} {
		if mails["bad-added-"+name+".eml"] == nil {
			t.Errorf("%s can be added", name)
		}
	}
	at := bytes.Index(signed, []byte("\r\n\r\n")) + 4
	change("bad-body-first", append(append(bytes.Clone(signed[:at]), 'x'), signed[at:]...))
	change("bad-body-last", append(bytes.Clone(signed), "x\r\n"...))
	change("bad-body-cut", signed[:len(signed)-40])
	change("bad-body-word", append(bytes.Clone(signed[:at]), bytes.Replace(signed[at:], []byte(" de "), []byte(" da "), 1)...))
	// What a relay on the way may do.
	change("bad-body-blank", append(bytes.Clone(signed[:at]), bytes.Replace(signed[at:], []byte("\r\n"), []byte(" \r\n"), 1)...))
	change("good-feedback", append([]byte("Feedback-ID: relay's own\r\n"), signed...))
	change("good-received", append([]byte("Received: by relay.example\r\n"), signed...))
	change("good-refolded", bytes.Replace(signed, []byte(" <tips@example.com>"), []byte("\r\n\t <tips@example.com> "), 1))
	change("good-empty-lines", append(bytes.Clone(signed), "\r\n\r\n"...))
	change("good-extra", bytes.Replace(signed, []byte("\r\n\r\n"), []byte("\r\nX-Spam-Score: 0.1\r\n\r\n"), 1))
	good, bad := 0, 0
	for name, v := range verify(t, mails, keys...) {
		want := 0
		if strings.HasPrefix(name, "good-") {
			want, good = 2, good+1
		} else {
			bad++
		}
		if len(v.Results) != 2 || v.good() != want {
			t.Errorf("%s: %v, want %d good signatures", name, v.Results, want)
		}
		if n := verifyHere(t, mails[name], keys...); n != want {
			t.Errorf("%s: go-msgauth finds %d good signatures, want %d", name, n, want)
		}
	}
	t.Logf("dkimpy refused %d changed mails and took %d that a relay touched", bad, good)
}
