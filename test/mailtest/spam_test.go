package mailtest_test

import (
	"bytes"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dailytip/test/daemontest"
	"dailytip/test/mailtest"
)

// mostSpam is what a mail must score less than. SpamAssassin calls 5 spam.
const mostSpam = 1.0

// gtube is the text that SpamAssassin always takes for spam.
const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

// verdict is what SpamAssassin writes into a mail's header.
type verdict struct {
	score float64
	rules string
}

// TestSpamAssassin scores what the demo delivers, as it was delivered. Network
// tests are off.
func TestSpamAssassin(t *testing.T) {
	t.Parallel()
	wantNoSpam(t, delivered(t))
}

func wantNoSpam(t *testing.T, mails []mailtest.Mail) {
	t.Helper()
	program := needProgram(t, "spamassassin")
	spam := mailtest.Mail{Name: "gtube", Raw: []byte("From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nMessage-ID: <gtube@example.com>\r\n\r\n" + gtube + "\r\n")}
	verdicts := assassinate(t, program, append(mails, spam))
	if v := verdicts["gtube"]; v.score < 900 {
		t.Errorf("SpamAssassin gives %.1f for a text that it always calls spam", v.score)
	}
	worst := verdict{score: -100}
	for _, m := range mails {
		v := verdicts[m.Name]
		t.Logf("%5.1f  %-50s %s", v.score, m.Name, v.rules)
		if v.score >= mostSpam {
			t.Errorf("%s scores %.1f, want less than %.1f: %s", m.Name, v.score, mostSpam, v.rules)
		}
		if v.score > worst.score {
			worst = v
		}
	}
	t.Logf("SpamAssassin: %d mails, the worst scores %.1f (%s)", len(mails), worst.score, worst.rules)
}

// delivered is what the demo's SMTP server got.
func delivered(t *testing.T) []mailtest.Mail {
	t.Helper()
	program, err := daemontest.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if said, err := exec.Command(program, "demo", "--once", "--out", out).CombinedOutput(); err != nil {
		t.Fatalf("dailytip demo: %v\n%s", err, said)
	}
	files, err := filepath.Glob(filepath.Join(out, "*.eml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("the demo delivered %d mails (%v)", len(files), err)
	}
	var mails []mailtest.Mail
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mailtest.Read("demo: "+strings.TrimSuffix(filepath.Base(file), ".eml"), raw)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, m)
	}
	return mails
}

var scored = regexp.MustCompile(`score=(-?[\d.]+) .*?tests=(\S*)`)

// assassinate gives the verdict of each mail by its name. It starts SpamAssassin
// once, with a mailbox of all, since starting takes a second; they come back in
// another order.
func assassinate(t *testing.T, program string, mails []mailtest.Mail) map[string]verdict {
	t.Helper()
	cmd := exec.Command(program, "--local", "--mbox", "--cf=use_bayes 0", "--cf=use_auto_welcomelist 0", "--cf=report_safe 0")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C")
	var box, stderr bytes.Buffer
	names := map[string]string{} // by Message-ID
	for _, m := range mails {
		box.WriteString("From tips@example.com Mon Nov 23 07:00:00 2026\n")
		for line := range bytes.Lines(bytes.ReplaceAll(m.Raw, []byte("\r\n"), []byte("\n"))) {
			if bytes.HasPrefix(line, []byte("From ")) {
				box.WriteByte('>')
			}
			box.Write(line)
		}
		box.WriteString("\n")
		names[header(t, string(m.Raw)).Get("Message-ID")] = m.Name
	}
	cmd.Stdin, cmd.Stderr = &box, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("spamassassin: %v\n%s", err, stderr.String())
	}
	verdicts := map[string]verdict{}
	for _, text := range strings.Split("\n"+string(out), "\nFrom tips@example.com ")[1:] {
		_, text, _ = strings.Cut(text, "\n") // the rest of the mailbox's From line
		h := header(t, text)
		v, err := read(h.Get("X-Spam-Status"))
		if err != nil {
			t.Fatal(err)
		}
		verdicts[names[h.Get("Message-ID")]] = v
	}
	if len(verdicts) != len(mails) {
		t.Fatalf("SpamAssassin judged %d mails of %d\n%s", len(verdicts), len(mails), stderr.String())
	}
	return verdicts
}

func header(t *testing.T, text string) mail.Header {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header
}

// read takes score and rules from an X-Spam-Status.
func read(status string) (verdict, error) {
	status = strings.ReplaceAll(strings.Join(strings.Fields(status), " "), ", ", ",")
	found := scored.FindStringSubmatch(status)
	if found == nil {
		return verdict{}, fmt.Errorf("X-Spam-Status: %q has no score", status)
	}
	score, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return verdict{}, fmt.Errorf("X-Spam-Status: %w", err)
	}
	rules := strings.Split(found[2], ",")
	slices.Sort(rules)
	return verdict{score, strings.Join(rules, " ")}, nil
}
