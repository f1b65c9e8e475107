package bounces

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostile are messages of a megabyte that are made to cost a reader much.
func hostile() map[string]string {
	const size = 1 << 20
	fill := func(head, piece string) string {
		return head + strings.Repeat(piece, (size-len(head))/len(piece))
	}
	const from = "From: MAILER-DAEMON@example.com\nSubject: Undelivered Mail\n"
	const plain = from + "\n"
	report := from + "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
	mixed := from + "Content-Type: multipart/mixed; boundary=b\n\n"
	var nested strings.Builder
	for i := range 20_000 {
		b := strings.Repeat("b", i%50+1)
		nested.WriteString("Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n")
	}
	return map[string]string{
		"fields":             fill("", "X-A: b\n"),
		"one field":          fill("Subject: a\n", " b\n"),
		"encoded words":      fill("Subject: ", "=?utf-8?q?a?="),
		"no line ends":       fill("", "a"),
		"carriage returns":   fill(plain, "\r"),
		"at signs":           fill(plain, "@"),
		"a@ without end":     fill(plain, "a@"),
		"domain without end": fill(plain+"a@", "a."),
		"addresses":          fill(plain, "a@example.com "),
		"lines of addresses": fill(plain, "<a@example.com>: 550 no\n"),
		"quotes":             fill(plain, `"@`),
		"reply codes":        fill(plain+"<a@example.com>: ", "550 "),
		"status codes":       fill(plain+"<a@example.com>: ", "5.1.9 "),
		"first words":        fill(plain+"<a@example.com>: ", "user "),
		"boundary lines":     fill(mixed, "--b\n"),
		"parts":              fill(mixed, "--b\nContent-Type: text/plain\n\nx\n"),
		"undeclared":         fill(plain, "--b"),
		"undeclared lines":   fill(plain, "--b\n\n"),
		"nested":             nested.String()[:size],
		"groups":             fill(report, "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n"),
		"one group":          fill(report, "Status: 5.1.1\n"),
		"folded status":      fill(report+"Final-Recipient: rfc822; a@example.com\nStatus: 5.1.1\n", " a\n"),
		"escapes":            fill(report+"Action: failed\nFinal-Recipient: utf-8; ", `\x{41}`),
		"base64":             fill(from+"Content-Transfer-Encoding: base64\n\n", "QUFBQUBleGFtcGxlLmNvbQ==\n"),
		"quoted printable":   fill(from+"Content-Transfer-Encoding: quoted-printable\n\n", "=41=40=\n"),
		"japanese":           fill(from+"Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B%f\x1b(B"),
		"unknown charset":    fill(from+"Content-Type: text/plain; charset=x-none\n\n", "\xff"),
		"html":               fill(from+"Content-Type: text/html\n\n", "<p><b a=b>a@example.com"),
		"html tag":           fill(from+"Content-Type: text/html\n\n<a ", "b=c "),
		"json":               fill(plain+`{"notificationType":"Bounce","bounce":{"bouncedRecipients":[`, `{"emailAddress":"a@example.com"},`),
		"json nested":        fill(plain+`{"notificationType":"Bounce","bounce":`, `{"a":`),
		"separators":         fill(plain, "-----"),
		"separator lines":    fill(plain, "--- original\n"),
		"original":           fill(plain+"--- Below this line is a copy\n", "a: b\n\n"),
		"recipients":         fill("X-Failed-Recipients: ", "a@example.com,") + "\n" + plain,
		"feedback":           fill(from+"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n", "Original-Rcpt-To: <a@example.com>\n"),
	}
}

// Whatever somebody sends, reading it takes at most 64 MB.
func TestHostileMessagesTakeLittleMemory(t *testing.T) {
	for name, text := range hostile() {
		raw := []byte(text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		found := Read(raw)
		runtime.ReadMemStats(&after)
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
			t.Errorf("%s: %d MB", name, took)
		}
		if len(found) == 0 || len(found) > mostGroups {
			t.Errorf("%s: %d findings", name, len(found))
		}
	}
}

// Each of these takes at most 50 ms on average.
func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile() {
		raw := []byte(text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Read(raw)
			}
			if took := b.Elapsed() / time.Duration(b.N); took > 50*time.Millisecond {
				b.Errorf("it takes %s", took)
			}
		})
	}
}
