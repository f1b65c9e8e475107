package letter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/locale"
	"dailytip/tips"
)

// needPython finds Debian's python3. In CI its absence is a failure.
func needPython(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("python3 is missing: apt-get install python3")
	}
	t.Skip("SKIPPED: python3 is missing, so no other program has parsed our mails (apt-get install python3)")
	return ""
}

// parsed is what testdata/parse.py prints for a mail.
type parsed struct {
	File, Subject, From, Language, Encoding, Text, HTML string
	ListID                                              string `json:"list_id"`
	Problems                                            []string
	Pictures                                            int
	To                                                  [][2]string
}

// names a stranger may give, each a trap for some encoder.
var names = []string{
	"", "Ana", `O"Brien, the \ 3rd`, "Zoë Müller", "王小明", "محمد", "=?utf-8?q?not_encoded?=",
	strings.Repeat("長", 64), strings.Repeat("Zoë ", 16) + "X", "a@b.example", "Anna (work) <x>",
	strings.Repeat(`"Anna", the second; `, 5) + "X", strings.Repeat("Anna ", 20) + "X", "Anna  Two", " Ana ",
}

func TestPythonParsesEveryMail(t *testing.T) {
	python := needPython(t)
	dir := t.TempDir()
	sayIt, constructs := load(t, "say-it"), load(t, "constructs")
	long := sayIt
	long.Title = strings.Repeat("Wörter mit Umlauten ", 8)
	family := sayIt
	family.Emoji, family.Title = "👩‍👩‍👧‍👦", strings.Repeat("家", 80)
	contents := []Content{
		content(sayIt), content(constructs), content(sayIt, constructs), content(long), content(family),
		content(load(t, "pictures")),
		content(tips.Tip{ID: "bare", Title: "=?utf-8?q?plain?= title", Body: "One line."}),
	}
	const withPicture = 5 // the pictures travel with the mail
	type want struct {
		l *Letter
		r Recipient
	}
	wants := map[string]want{}
	// Each language × 7 contents, with two titles of the newsletter by turns.
	titles := []string{"Management Tip of the Day", `每日管理小贴士, "today"` + strings.Repeat("、更多", 20)}
	for i, lang := range locale.Languages() {
		for j, c := range contents {
			k := (i + j) % 2
			title := titles[k]
			n := newsletter()
			n.Title, n.From.Name = title, title
			if j == withPicture {
				n.AssetURL, n.Assets = "", os.DirFS("../../render/testdata/gallery")
			}
			l, err := Compose(n, c, lang)
			if err != nil {
				t.Fatal(err)
			}
			r := recipient(len(wants))
			r.Name = names[(i+j+k)%len(names)]
			var data []byte
			if len(wants)%2 == 0 {
				data = mustMessage(t, l, r)
			} else {
				r.UnsubscribeURL, r.PreferencesURL = subscriber(len(wants)).UnsubscribeURL, subscriber(len(wants)).PreferencesURL
				data = merged(t, mergeOf(t, l), r)
			}
			file := fmt.Sprintf("%03d.eml", len(wants))
			if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
				t.Fatal(err)
			}
			wants[file] = want{l, r}
		}
	}
	out, err := exec.Command(python, "testdata/parse.py", dir).Output()
	if err != nil {
		t.Fatalf("parse.py: %v\n%s", err, stderrOf(err))
	}
	seen := 0
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for ; lines.Scan(); seen++ {
		var got parsed
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		w := wants[got.File]
		for _, problem := range got.Problems {
			t.Errorf("%s: %s", got.File, problem)
		}
		if got.Subject != w.l.Subject {
			t.Errorf("%s: subject %q, want %q", got.File, got.Subject, w.l.Subject)
		}
		if len(got.To) != 1 || !sameName(got.To[0][0], w.r.Name) || got.To[0][1] != w.r.Email {
			t.Errorf("%s: to %q, want %q %s", got.File, got.To, w.r.Name, w.r.Email)
		}
		if !strings.HasSuffix(got.ListID, " <management.tips.example.com>") {
			t.Errorf("%s: List-Id %q", got.File, got.ListID)
		}
		if got.Language != w.l.Language {
			t.Errorf("%s: Content-Language %s, want %s", got.File, got.Language, w.l.Language)
		}
		if want := len(w.l.pictures); got.Pictures != want {
			t.Errorf("%s: %d pictures, want %d", got.File, got.Pictures, want)
		}
		if got.Text != w.l.textFor(w.r) || got.HTML != htmlOf(t, w.l, w.r) {
			t.Errorf("%s: a part doesn't read as it was written", got.File)
		}
	}
	if seen != len(wants) || seen < 90 {
		t.Errorf("python read %d mails of %d", seen, len(wants))
	}
}

// sameName ignores blanks: Python before 3.13 keeps the one between adjacent
// encoded words of a name, which RFC 2047 §6.2 says to drop. TestMessageInGo
// compares names exactly.
func sameName(a, b string) bool {
	return strings.Join(strings.Fields(a), "") == strings.Join(strings.Fields(b), "")
}

func stderrOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(exit.Stderr)
	}
	return ""
}
