package credential

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
)

const good = "four words that differ"

func make1(t testing.TB, password string) Hash {
	t.Helper()
	text, err := Make(password)
	if err != nil {
		t.Fatal(err)
	}
	h, err := ParseHash(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return h
}

func matches(t *testing.T, h Hash, password string) bool {
	t.Helper()
	ok, err := NewChecker(Limits{AtOnce: 1}).Matches(t.Context(), "", h, password)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestAPasswordMatchesItsHashOnly(t *testing.T) {
	h := make1(t, good)
	if !matches(t, h, good) {
		t.Error("the password doesn't match")
	}
	for _, other := range []string{"", good + " ", strings.ToUpper(good), good[1:], "\x00", "\xff", strings.Repeat("a", 300)} {
		if matches(t, h, other) {
			t.Errorf("%q matches", other)
		}
	}
	if make1(t, good).String() == h.String() {
		t.Error("two hashes of a password are the same: they have no salt")
	}
	// However a keyboard writes an ü or a blank.
	if !matches(t, make1(t, "u\u0308ber alle Berge und Taeler"), "\u00fcber\u3000alle Berge und Taeler") {
		t.Error("a password that is written in another way doesn't match")
	}
}

func TestPasswordsThatAreRefused(t *testing.T) {
	for password, want := range map[string]string{
		"":                           "too short",
		"fourteen chars":             "too short",
		strings.Repeat("ü", 14):      "too short",
		strings.Repeat("a", 257):     "longer than",
		"with a line\nbreak in it":   "nobody can type",
		"not UTF-8 \xff\xfe at all.": "nobody can type",
	} {
		if _, err := Make(password); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", password, err)
		}
	}
	if _, err := Make(strings.Repeat("ü", 15)); err != nil {
		t.Error(err)
	}
}

// The hash of another program, and what isn't one.
func TestHashesThatAreTaken(t *testing.T) {
	const (
		salt = "c29tZXNhbHRzb21lc2FsdA"
		key  = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8"
	)
	hash := func(costs string) string { return "$argon2id$v=19$" + costs + "$" + salt + "$" + key }
	for _, costs := range []string{"m=65536,t=3,p=4", "m=47104,t=1,p=1", "m=7168,t=5,p=1", "m=19456,t=2,p=1"} {
		if _, err := ParseHash(hash(costs)); err != nil {
			t.Errorf("%s: %v", costs, err)
		}
	}
	for text, want := range map[string]string{
		"":        "isn't a hash",
		"hunter2": "isn't a hash",
		"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy": "isn't a hash",
		strings.Replace(hash("m=19456,t=2,p=1"), "id", "i", 1):         "isn't a hash",
		strings.Replace(hash("m=19456,t=2,p=1"), "v=19", "v=16", 1):    "isn't a hash",
		hash("m=19456,t=2,p=1") + "=":                                  "isn't a hash",
		hash("m=19456,t=2,p=1") + "\n":                                 "isn't a hash",
		hash("m=19456,t=2,p=1,x=1"):                                    "isn't a hash",
		hash("m=019456,t=2,p=1"):                                       "isn't a hash",
		hash("t=2,m=19456,p=1"):                                        "isn't a hash",
		hash("m=19456,t=2,p=0"):                                        "isn't a hash",
		hash("m=19456,t=0,p=1"):                                        "isn't a hash",
		"$argon2id$v=19$m=19456,t=2,p=1$$" + key:                       "isn't a hash",
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$":                 "isn't a hash",
		hash("m=19456,t=1,p=1"):                                        "could be guessed",
		hash("m=1024,t=16,p=1"):                                        "could be guessed",
		hash("m=65537,t=1,p=1"):                                        "more work",
		hash("m=65536,t=5,p=1"):                                        "more work",
		hash("m=32768,t=16,p=1"):                                       "more work",
		hash("m=4294967295,t=2,p=1"):                                   "more work",
		hash("m=19456,t=4294967295,p=1"):                               "more work",
		hash("m=19456,t=2,p=255"):                                      "more work",
	} {
		if _, err := ParseHash(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Whoever waits for their turn can give up.
func TestOnlySoManyAtOnce(t *testing.T) {
	c := NewChecker(Limits{AtOnce: 1, Waiting: 1, OfOne: 1})
	c.slots <- struct{}{} // somebody is at it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Matches(ctx, "here", make1(t, good), good); !errors.Is(err, context.Canceled) {
		t.Errorf("while another is compared: %v", err)
	}
	<-c.slots
	if ok, err := c.Matches(t.Context(), "here", make1(t, good), good); !ok || err != nil {
		t.Errorf("afterwards: %t, %v", ok, err)
	}
}

// Who comes while as many wait as may is sent away, and doesn't wait: of all, and of those
// who come from the same place, whatever room there is for others. Who is known waits.
func TestOnlySoManyWait(t *testing.T) {
	c, h := NewChecker(Limits{AtOnce: 1, Waiting: 3, OfOne: 2}), make1(t, good)
	c.slots <- struct{}{} // somebody is at it, who is known
	ctx, cancel := context.WithCancel(t.Context())
	all := []string{"here", "here", "there", "elsewhere"}
	waiting := make(chan error, len(all))
	try := func(from string) {
		go func() {
			_, err := c.Matches(ctx, from, h, good)
			waiting <- err
		}()
	}
	under := func(n int) {
		t.Helper()
		for !c.waits(n) {
			runtime.Gosched()
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave() // whoever waits all the same doesn't wait for ever
	try(all[0])
	try(all[1])
	under(2)
	if _, err := c.Matches(gone, "here", h, good); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many of one place: %v", err)
	}
	try(all[2])
	try(all[3])
	under(4)
	if _, err := c.Matches(gone, "far away", h, good); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := c.Matches(gone, "", h, good); !errors.Is(err, context.Canceled) {
		t.Errorf("somebody who is known: %v", err)
	}
	cancel()
	for range all {
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("one who waited: %v", err)
		}
	}
	<-c.slots
	if ok, err := c.Matches(t.Context(), "here", h, good); !ok || err != nil {
		t.Errorf("afterwards: %t, %v", ok, err)
	}
	if !c.waits(0) || len(c.clients) > 0 {
		t.Errorf("it keeps %v", c.clients)
	}
}

// waits tells whether so many are compared or wait.
func (c *Checker) waits(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all == n
}

// A page of text isn't prepared to be seen as too long.
func TestALongNameIsRefusedAtOnce(t *testing.T) {
	long := strings.Repeat("\uff21\u0308", 10_000)
	if n := testing.AllocsPerRun(10, func() {
		if _, err := Name(long); err == nil {
			t.Error("it's taken")
		}
	}); n > 0 {
		t.Errorf("it was prepared: %v allocations", n)
	}
	if name, err := Name(strings.Repeat("u\u0308", 64)); err != nil || name != strings.Repeat("ü", 64) {
		t.Errorf("64 characters as some keyboards write them: %q, %v", name, err)
	}
}

func TestName(t *testing.T) {
	for text, want := range map[string]string{"Ana": "ana", "ana@example.com": "ana@example.com", "JÜRGEN": "jürgen", "李": "李", "ａｎａ": "ana"} {
		if got, err := Name(text); err != nil || got != want {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " ", "ana li", "ana\n", "a\u202eb", "\xff", strings.Repeat("a", 65)} {
		if got, err := Name(text); err == nil {
			t.Errorf("%q is taken as %q", text, got)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(make1(f, good).String())
	f.Add("$argon2id$v=19$m=1,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHash(text)
		if err == nil && (h.String() != text || h.memory > mostMemory || h.time > mostTime || h.memory*h.time > mostWork || h.time == 0 || h.threads == 0) {
			t.Errorf("%q is taken as %s", text, h)
		}
	})
}

func FuzzName(f *testing.F) {
	f.Add("Ana")
	f.Add("Ⅳ\u0345")
	f.Fuzz(func(t *testing.T, text string) {
		once, err := Name(text)
		if err != nil {
			return
		}
		if again, err := Name(once); err != nil || again != once {
			t.Errorf("%q is %q, and that is %q, %v", text, once, again, err)
		}
	})
}
