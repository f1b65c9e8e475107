package relay

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReadReply(t *testing.T) {
	for _, tt := range []struct {
		in   string
		code int
		text string
		err  error
	}{
		{"250 2.1.0 Ok\r\n", 250, "2.1.0 Ok", nil},
		{"250\r\n", 250, "", nil},
		{"250 \r\n", 250, "", nil},
		{"250 ok\n", 250, "ok", nil},
		{"550-5.1.1 one\r\n550-5.1.1 two\r\n550 5.1.1 three\r\n250 next", 550, "5.1.1 one\n5.1.1 two\n5.1.1 three", nil},
		{"550-\r\n550\r\n", 550, "\n", nil},
		{"354 go\r\n", 354, "go", nil},
		{"", 0, "", io.EOF},
		{"250 o", 0, "", io.ErrUnexpectedEOF},
		{"250-one\r\n", 0, "one", io.EOF},
		{"250-one\r\n550 two\r\n", 0, "one", errReply},
		{"25\r\n", 0, "", errReply},
		{"2500 ok\r\n", 0, "", errReply},
		{"150 ok\r\n", 0, "", errReply},
		{"600 ok\r\n", 0, "", errReply},
		{"2x0 ok\r\n", 0, "", errReply},
		{"+OK\r\n", 0, "", errReply},
		{"\r\n", 0, "", errReply},
		{"HTTP/1.1 400 Bad Request\r\n", 0, "", errReply},
		{"250 " + strings.Repeat("a", 5000) + "\r\n", 0, "", errLongReply},
	} {
		code, text, err := readReply(bufio.NewReader(strings.NewReader(tt.in)), nil)
		if code != tt.code || string(text) != tt.text || !errors.Is(err, tt.err) {
			t.Errorf("%.40q: got %d %.40q %v", tt.in, code, text, err)
		}
	}
	endless := strings.Repeat("250-more\r\n", 1e5)
	if _, text, err := readReply(bufio.NewReader(strings.NewReader(endless)), nil); !errors.Is(err, errLongReply) || len(text) > maxReply {
		t.Errorf("a reply without end: %v, %d bytes kept", err, len(text))
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "550-a\r\n550 b\r\n", "250\n", "354-\r\n354\r\n", "999 x\r\n", "\x00\r\n", "250-a\r\n251 b\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		for {
			code, text, err := readReply(r, nil)
			if err != nil {
				return
			}
			if code < 200 || code > 599 || len(text) > maxReply {
				t.Fatalf("%q: %d, %d bytes", data, code, len(text))
			}
			a := said(0, code, string(text))
			if a.Text != clean(a.Text) || strings.ContainsAny(a.Enhanced+a.Text, "\r\n") {
				t.Fatalf("%q: %+v", data, a)
			}
			// Nothing of the next reply is read.
			if read := data[:len(data)-r.Buffered()]; len(data) <= 4096 && read[len(read)-1] != '\n' {
				t.Fatalf("%q: stopped after %q", data, read)
			}
		}
	})
}
