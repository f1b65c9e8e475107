package relay

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"dailytip/inbox"
	"dailytip/verdict"
)

// What must not go on the wire is refused without a connection.
func TestRefusedBeforeTheWire(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS})
	r := open(t, s, Options{})
	head := "Subject: x\r\n\r\n"
	tests := []struct {
		name string
		e    Envelope
		want verdict.Verdict
		says string
	}{
		{"bare CR", Envelope{Data: []byte(head + "a\rb\r\n")}, verdict.Ours, "line 3 has a CR without LF"},
		{"bare LF", Envelope{Data: []byte(head + "a\nb\r\n")}, verdict.Ours, "line 3 ends with LF without CR"},
		{"LF first", Envelope{Data: []byte("\n" + head)}, verdict.Ours, "line 1 ends with LF without CR"},
		{"CR last", Envelope{Data: []byte(head + "a\r")}, verdict.Ours, "CR without LF"},
		{"smuggling", Envelope{Data: []byte(head + "a\r\n.\rMAIL FROM:<b>\r\n")}, verdict.Ours, "CR without LF"},
		{"NUL", Envelope{Data: []byte(head + "a\x00b\r\n")}, verdict.Ours, "NUL"},
		{"long line", Envelope{Data: []byte(head + strings.Repeat("a", 999) + "\r\n")}, verdict.Ours, "longer than 998 bytes"},
		{"long last line", Envelope{Data: []byte(head + strings.Repeat("a", 999))}, verdict.Ours, "longer than 998 bytes"},
		{"empty", Envelope{Data: []byte("\r\n")}, verdict.Ours, "empty"},
		{"recipient with a line break", Envelope{To: "a@example.org>\r\nRCPT TO:<b@example.org"}, verdict.Dead, `character '>'`},
		{"recipient with brackets", Envelope{To: "<a@example.org>"}, verdict.Dead, "character '<'"},
		{"recipient with a parameter", Envelope{To: "a@example.org> NOTIFY=NEVER"}, verdict.Dead, "character '>'"},
		{"recipient without domain", Envelope{To: "ann"}, verdict.Dead, "name@domain"},
		{"no recipient", Envelope{To: "-"}, verdict.Dead, "name@domain"},
		{"recipient in another encoding", Envelope{To: "a\xe9@example.org"}, verdict.Dead, "UTF-8"},
		{"recipient with an impossible domain", Envelope{To: "a@\u2028.example"}, verdict.Dead, "domain"},
		{"recipient that is too long", Envelope{To: "a@" + strings.Repeat("b.", 130) + "example"}, verdict.Dead, "longer than 254 bytes"},
		{"return path with a space", Envelope{From: "a b@example.com"}, verdict.Ours, "return path"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := letter(1)
			if tt.e.Data != nil {
				e.Data = tt.e.Data
			}
			if tt.e.To != "" {
				e.To = tt.e.To
			}
			if tt.e.From != "" {
				e.From = tt.e.From
			}
			a := r.Send(t.Context(), e)
			if verdict.Judge(a) != tt.want || !strings.Contains(a.Text, tt.says) || !strings.HasPrefix(a.Text, "not sent: ") {
				t.Errorf("got %v: %v; want %v, %q", a, verdict.Judge(a), tt.want, tt.says)
			}
		})
	}
	if s.Connections() != 0 {
		t.Errorf("%d connections", s.Connections())
	}
}

// What this server has said it can't take is refused without trying, and the
// connection goes on.
func TestRefusedForThisServer(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS, MaxBytes: 500})
	r := open(t, s, Options{})
	big := letter(1)
	big.Data = append(big.Data, bytes.Repeat([]byte("filling\r\n"), 60)...)
	a := r.Send(t.Context(), big)
	if a.Code != 552 || a.Enhanced != "5.3.4" || verdict.Judge(a) != verdict.Ours {
		t.Errorf("too large: %v", a)
	}
	intl := letter(1)
	intl.To = "用户@example.org"
	a = r.Send(t.Context(), intl)
	if a.Enhanced != "5.6.7" || verdict.Judge(a) != verdict.Unroutable || verdict.Assess(a).Class != verdict.ClassUnroutable {
		t.Errorf("no SMTPUTF8: %v", a)
	}
	wantAccepted(t, r.Send(t.Context(), letter(2)))
	if s.Connections() != 1 {
		t.Errorf("%d connections, want 1", s.Connections())
	}
}

func TestInternationalAddresses(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS, UTF8: true})
	r := open(t, s, Options{})
	for i, tt := range []struct {
		to, wire string
		utf8     bool
	}{
		{"ann@example.org", "ann@example.org", false}, // SMTPUTF8 only where it is needed
		{"ann@bücher.example", "ann@xn--bcher-kva.example", false},
		{"用户@例子.example", "用户@xn--fsqu00a.example", true},
		{`"a b"@example.org`, `"a b"@example.org`, false},
		{"ann@EXAMPLE.org", "ann@EXAMPLE.org", false},
	} {
		e := letter(i)
		e.To = tt.to
		wantAccepted(t, r.Send(t.Context(), e))
		m := s.Messages()[i]
		got := m.To[0]
		if tt.to == `"a b"@example.org` {
			got = strings.ReplaceAll(`"`+got, "@", `"@`) // go-smtp unquotes it
			got = strings.Replace(got, `""`, `"`, 1)
		}
		if got != tt.wire || m.UTF8 != tt.utf8 {
			t.Errorf("%s: got %s, UTF8 %v", tt.to, got, m.UTF8)
		}
	}
	e := letter(9)
	e.From = ""
	wantAccepted(t, r.Send(t.Context(), e))
	if m := s.Messages()[5]; m.From != "" {
		t.Errorf("null return path became %q", m.From)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"plain":                           "plain",
		" two\r\n lines\tand\x00\x1b[31m": "two lines and[31m",
		"bidi \u202egnp.exe":              "bidi gnp.exe",
		"bad \xff byte":                   "bad \uFFFD byte",
		"café":                            "café",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	for _, s := range []string{strings.Repeat("a", 2000), strings.Repeat("é", 2000), strings.Repeat("語", 2000)} {
		if got := clean(s); len(got) > maxText || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Errorf("%d bytes, %q at the end", len(got), got[len(got)-6:])
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"a@b", `"a b"@c`, `"a\"b"@c`, "a@b>\r\n", "用户@例子.example", `"\"@c`, "a@b@c", "@", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := address(s)
		if err != nil {
			return
		}
		// Between < and > it must be one token: nothing may end it early.
		inQuotes, escaped := false, false
		for _, c := range got {
			switch {
			case c < ' ' || c == 0x7f:
				t.Fatalf("%q: control character in %q", s, got)
			case escaped:
				escaped = false
			case inQuotes && c == '\\':
				escaped = true
			case c == '"':
				inQuotes = !inQuotes
			case !inQuotes && strings.ContainsRune(" <>", c):
				t.Fatalf("%q: %q outside quotes in %q", s, c, got)
			}
		}
		if inQuotes || escaped {
			t.Fatalf("%q: open quote in %q", s, got)
		}
	})
}
