package tokens

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
)

var now = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

func create(t *testing.T, all *Tokens, like Token) (Token, string) {
	t.Helper()
	made, text, err := all.Make(t.Context(), now, like)
	if err != nil {
		t.Fatal(err)
	}
	return made, text
}

func TestATokenIsTakenUntilItEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := New(db)
		made, text := create(t, all, Token{Name: "website", Scopes: []Scope{Subscribers, Plan}, Newsletter: "management", ExpiresAt: now.Add(time.Hour)})
		if !regexp.MustCompile(`^dt_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$`).MatchString(text) || !strings.HasPrefix(text, made.Prefix) {
			t.Errorf("the text %q begins with %q", text, made.Prefix)
		}
		found, err := all.Check(t.Context(), now, text)
		if err != nil || found.ID != made.ID || found.Newsletter != "management" || !slices.Equal(found.Scopes, []Scope{Subscribers, Plan}) {
			t.Errorf("found %+v, %v", found, err)
		}
		if _, err := all.Check(t.Context(), now.Add(time.Hour), text); !errors.Is(err, ErrInvalid) {
			t.Errorf("when it has expired: %v", err)
		}
		if _, _, err := all.Make(t.Context(), now, Token{Name: "website", Scopes: []Scope{Read}}); !errors.Is(err, ErrTaken) {
			t.Errorf("the same name: %v", err)
		}
		if _, _, err := all.Make(t.Context(), now, Token{Name: made.Prefix, Scopes: []Scope{Read}}); !errors.Is(err, ErrLikePrefix) {
			t.Errorf("a name that is another one's prefix: %v", err)
		}
		if _, err := all.Revoke(t.Context(), now, made.Prefix); err != nil {
			t.Fatal(err)
		}
		if _, err := all.Check(t.Context(), now, text); !errors.Is(err, ErrInvalid) {
			t.Errorf("when it was revoked: %v", err)
		}
		if _, err := all.Revoke(t.Context(), now, "website"); !errors.Is(err, ErrUnknown) {
			t.Errorf("revoked twice: %v", err)
		}
		create(t, all, Token{Name: "website", Scopes: []Scope{All}})
		if list, err := all.Every(t.Context()); err != nil || len(list) != 2 || !list[0].RevokedAt.IsZero() {
			t.Errorf("the list is %+v, %v", list, err)
		}
	})
}

// Neither a text with another character, nor one whose checksum was made to fit.
func TestOtherTextsAreNotTaken(t *testing.T) {
	all := New(storetest.SQLite(t))
	_, text := create(t, all, Token{Name: "one", Scopes: []Scope{All}})
	forged := text[:len(text)-checkChars-1] + "0"
	if forged == text[:len(text)-checkChars] {
		forged = forged[:len(forged)-1] + "1"
	}
	for _, other := range []string{"", "dt_", text[:len(text)-1], text + "x", " " + text, strings.ToUpper(text), forged + checksum(forged), newText(), text[:prefixEnd]} {
		if _, err := all.Check(t.Context(), now, other); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

// The database holds nothing that a program could show.
func TestTheDatabaseHoldsNoSecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := New(db)
		made, text := create(t, all, Token{Name: "one", Scopes: []Scope{All}})
		request, _, err := all.Begin(t.Context(), now, made, text, "ana@example.com", []byte("POST ana@example.com"))
		if err != nil {
			t.Fatal(err)
		}
		if err := request.End(t.Context(), Answer{Status: 201, Body: []byte("ana@example.com")}); err != nil {
			t.Fatal(err)
		}
		secret := text[prefixEnd+1:]
		for _, value := range storetest.Texts(t, db, `SELECT hash || ' ' || prefix || ' ' || name FROM tokens UNION ALL SELECT name || ' ' || request || ' ' || answer FROM token_requests`) {
			if strings.Contains(value, secret) || strings.Contains(value, secret[:20]) || strings.Contains(value, "ana@") {
				t.Errorf("the database holds %q", value)
			}
		}
	})
}

func TestUseIsNotedOnceAMinute(t *testing.T) {
	db, asked := storetest.Noted(t)
	all := New(db)
	_, text := create(t, all, Token{Name: "one", Scopes: []Scope{All}})
	writes := 0
	for i := range 121 {
		asked.Take()
		at := now.Add(time.Duration(i) * time.Second)
		found, err := all.Check(t.Context(), at, text)
		if err == nil {
			err = all.NoteUse(t.Context(), at, found)
		}
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(asked.Take(), func(s string) bool { return strings.HasPrefix(s, "UPDATE tokens") }) {
			writes++
		}
	}
	list, err := all.Every(t.Context())
	if err != nil || writes != 3 || !list[0].UsedAt.Equal(now.Add(2*time.Minute)) {
		t.Errorf("%d writes in two minutes, the last use was at %v, %v", writes, list[0].UsedAt, err)
	}
}

func TestARepeatedRequestGetsTheSameAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := New(db)
		one, text := create(t, all, Token{Name: "one", Scopes: []Scope{All}})
		other, otherText := create(t, all, Token{Name: "other", Scopes: []Scope{All}})
		begin := func(at time.Time, token Token, text, request string) (*Request, *Answer, error) {
			return all.Begin(t.Context(), at, token, text, "key", []byte(request))
		}
		first, before, err := begin(now, one, text, "add")
		if err != nil || before != nil {
			t.Fatalf("the first: %v, %v", before, err)
		}
		if _, _, err := begin(now, one, text, "add"); !errors.Is(err, ErrUnderWay) {
			t.Errorf("meanwhile: %v", err)
		}
		if err := first.End(t.Context(), Answer{Status: 201, Header: map[string]string{"ETag": "x"}, Body: []byte("done")}); err != nil {
			t.Fatal(err)
		}
		_, before, err = begin(now.Add(time.Hour), one, text, "add")
		if err != nil || before == nil || before.Status != 201 || string(before.Body) != "done" || before.Header["ETag"] != "x" {
			t.Errorf("again: %+v, %v", before, err)
		}
		if _, _, err := begin(now, one, text, "erase"); !errors.Is(err, ErrOtherRequest) {
			t.Errorf("another request: %v", err)
		}
		if _, before, err := begin(now, other, otherText, "add"); err != nil || before != nil {
			t.Errorf("another token: %v, %v", before, err)
		}
		if _, before, err := begin(now.Add(RequestLife), one, text, "add"); err != nil || before != nil {
			t.Errorf("a day later: %v, %v", before, err)
		}
	})
}

// A request that failed, or whose program was killed, may be sent again.
func TestAnUnfinishedRequestMayBeSentAgain(t *testing.T) {
	all := New(storetest.SQLite(t))
	one, text := create(t, all, Token{Name: "one", Scopes: []Scope{All}})
	for i, at := range []time.Time{now, now.Add(requestTime), now.Add(requestTime)} {
		request, before, err := all.Begin(t.Context(), at, one, text, "key", nil)
		if err != nil || before != nil {
			t.Fatalf("time %d: %v, %v", i, before, err)
		}
		if i == 1 {
			if err := request.Forget(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func FuzzPrefix(f *testing.F) {
	f.Add(newText())
	f.Add("dt_00000000_")
	f.Fuzz(func(t *testing.T, text string) {
		if prefix, ok := prefixOf(text); ok && !strings.HasPrefix(text, prefix) {
			t.Errorf("%q begins with %q", text, prefix)
		}
	})
}

func TestWrittenNumbersAreWhole(t *testing.T) {
	for range 1000 {
		if text := newText(); len(text) != textChars {
			t.Fatalf("%q has %d characters", text, len(text))
		}
	}
	if got := written([]byte{0xff, 0xff, 0xff, 0xff}, checkChars); got != "4GFfc3" {
		t.Errorf("the largest checksum is %s", got)
	}
}
