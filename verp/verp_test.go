package verp_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"dailytip/verp"
)

var (
	monday  = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	oldKey  = verp.Key{Secret: []byte("old")}
	newKey  = verp.Key{Secret: []byte("new"), From: monday}
	mails   = []verp.Mail{{Edition: 1, Subscriber: 2}, {Notice: 36}, {Edition: math.MaxInt64, Subscriber: math.MaxInt64}, {Notice: math.MaxInt64}}
	domain  = "bounces.example.com"
	mangled = func(address string) []string {
		local, at, _ := strings.Cut(address, "@")
		return []string{
			"", "@", address + "x", local, local + "@example.com", "x" + address, local + "x@" + at, local[:len(local)-1] + "@" + at,
			strings.Replace(address, "+", "-", 1), strings.Replace(address, "+", "+0", 1), strings.Replace(address, ".", "..", 1),
			strings.Replace(address, "+", "++", 1), local + "@" + at + "@" + at, strings.Repeat("a", 1<<20) + address,
		}
	}
)

func TestTags(t *testing.T) {
	tags := verp.New(oldKey)
	for _, m := range mails {
		address := tags.ReturnPath(m, monday, domain)
		local, _, _ := strings.Cut(address, "@")
		if address != strings.ToLower(address) || len(local) > 64 {
			t.Errorf("%s: an address of 64 octets in lower case is wanted", address)
		}
		for _, seen := range []string{address, strings.ToUpper(address), "<" + address + ">"} {
			if tag, got, ok := tags.CheckReturnPath(seen, domain); !ok || got != m || tag != string(tags.Append(nil, m, monday)) {
				t.Errorf("%s: %+v %v, want %+v", seen, got, ok, m)
			}
		}
		for _, seen := range mangled(address) {
			if _, got, ok := tags.CheckReturnPath(seen, domain); ok {
				t.Errorf("%.100s is taken for %+v", seen, got)
			}
		}
		id := string(tags.Append(nil, m, monday)) + "@example.com"
		for _, seen := range []string{id, "<" + id + ">", " <" + strings.ToUpper(id) + "> "} {
			if _, got, ok := tags.CheckMessageID(seen); !ok || got != m {
				t.Errorf("%s: %+v %v, want %+v", seen, got, ok, m)
			}
		}
		if _, _, ok := tags.CheckReturnPath(address, ""); ok {
			t.Error("without a domain of ours, an address is taken")
		}
	}
}

func TestUnsubscribing(t *testing.T) {
	tags := verp.New(oldKey)
	before := tags.UnsubscribeAddress(7, domain)
	tags.Use([]verp.Key{oldKey, newKey})
	for _, address := range []string{before, strings.ToUpper(before), tags.UnsubscribeAddress(7, domain)} {
		if got, ok := tags.CheckUnsubscribe(address, domain); !ok || got != 7 {
			t.Errorf("%s: %d %v, want 7", address, got, ok)
		}
	}
	for _, seen := range mangled(before) {
		if _, ok := tags.CheckUnsubscribe(seen, domain); ok {
			t.Errorf("%.100s is taken", seen)
		}
	}
	// A code of one kind is worthless for the other.
	notice := tags.ReturnPath(verp.Mail{Notice: 7}, monday, domain)
	if _, ok := tags.CheckUnsubscribe(strings.Replace(notice, "bounces", "unsubscribe", 1), domain); ok {
		t.Error("a notice's tag unsubscribes")
	}
	if _, _, ok := tags.CheckReturnPath(strings.Replace(before, "unsubscribe", "bounces", 1), domain); ok {
		t.Error("an address to unsubscribe is taken for a return path")
	}
}

// A mail keeps its tag when a new key is made, and so its Message-ID.
func TestANewKey(t *testing.T) {
	tags, m := verp.New(oldKey), mails[0]
	earlier := monday.Add(-time.Millisecond)
	before := string(tags.Append(nil, m, earlier))
	forged := verp.New(verp.Key{Secret: []byte("other")}).Append(nil, m, monday)
	tags.Use([]verp.Key{newKey, oldKey}) // in any order
	if after := string(tags.Append(nil, m, earlier)); after != before {
		t.Errorf("the tag was %s, and is %s", before, after)
	}
	fresh := string(tags.Append(nil, m, monday))
	if fresh == before || fresh != string(tags.Append(nil, m, monday.Add(time.Hour))) {
		t.Errorf("the new key doesn't sign: %s", fresh)
	}
	for _, tag := range []string{before, fresh} {
		if got, ok := tags.Check(tag); !ok || got != m {
			t.Errorf("%s: %+v %v, want %+v", tag, got, ok, m)
		}
	}
	if _, ok := tags.Check(string(forged)); ok {
		t.Error("a forged tag is taken")
	}
}

func FuzzCheck(f *testing.F) {
	tags := verp.New(oldKey)
	f.Add(tags.ReturnPath(mails[0], monday, domain))
	f.Add(tags.UnsubscribeAddress(1, domain))
	f.Add("<" + string(tags.Append(nil, mails[1], monday)) + "@example.com>")
	f.Add("bounces+1.2.@bounces.example.com")
	f.Fuzz(func(t *testing.T, s string) {
		if tag, m, ok := tags.CheckReturnPath(s, domain); ok && tag != string(tags.Append(nil, m, monday)) {
			t.Errorf("%q is taken for %+v", s, m)
		}
		if tag, m, ok := tags.CheckMessageID(s); ok && tag != string(tags.Append(nil, m, monday)) {
			t.Errorf("%q is taken for %+v", s, m)
		}
		if n, ok := tags.CheckUnsubscribe(s, domain); ok && !strings.Contains(strings.ToLower(s), tags.UnsubscribeAddress(n, domain)) {
			t.Errorf("%q is taken for %d", s, n)
		}
	})
}
