package bounces

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const postmark = "From MAILER-DAEMON Sat Nov 28 07:00:00 2026\n"

func TestEach(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string
	}{
		{"nothing", "", nil},
		{"one message", "Subject: a\n\nFrom here on\n\n" + postmark, []string{"0 Subject: a"}},
		{"one in an mbox", postmark + "Subject: a\n\nb\n", []string{"1 " + strings.TrimSpace(postmark)}},
		{"a sentence in an mbox", postmark + "Subject: a\n\nFrom then on\n\nFrom now\n", []string{"1 " + strings.TrimSpace(postmark)}},
		{"a postmark without an empty line", postmark + "Subject: a\n\nb\n" + postmark, []string{"1 " + strings.TrimSpace(postmark)}},
		{"two", postmark + "A: b\n\nc\n\n" + postmark + "D: e\n", []string{"1 " + strings.TrimSpace(postmark), "2 " + strings.TrimSpace(postmark)}},
		{"a long line", postmark + "A: b\n\n" + strings.Repeat("x", 100_000) + "\n\n" + postmark, []string{"1 " + strings.TrimSpace(postmark), "2 " + strings.TrimSpace(postmark)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			err := Each(iotest.OneByteReader(strings.NewReader(tt.file)), func(number int, raw []byte) error {
				first, _, _ := strings.Cut(string(raw), "\n")
				got = append(got, fmt.Sprintf("%d %s", number, first))
				return nil
			})
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestEachKeepsNoMoreThanIsRead(t *testing.T) {
	file := postmark + "A: b\n\n" + strings.Repeat(strings.Repeat("x", 1000)+"\n", 3000) + "\n" + postmark + "C: d\n"
	var lengths []int
	if err := Each(strings.NewReader(file), func(_ int, raw []byte) error {
		lengths = append(lengths, len(raw))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(lengths) != 2 || lengths[0] > MostBytes+64<<10 {
		t.Errorf("messages of %v bytes", lengths)
	}
}

func TestEachTellsWhatFails(t *testing.T) {
	broken := errors.New("broken disk")
	if err := Each(iotest.ErrReader(broken), func(int, []byte) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	stop := errors.New("stop")
	if err := Each(strings.NewReader("a"), func(int, []byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
