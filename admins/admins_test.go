package admins

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/credential"
	"dailytip/store"
	"dailytip/store/storetest"
)

var now = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

const (
	anasPassword = "four words that differ"
	bensPassword = "another four words here"
)

// hashes are made once, for each takes as long as it has to.
var hashes = sync.OnceValue(func() [2]string {
	ana, err := credential.Make(anasPassword)
	if err != nil {
		panic(err)
	}
	ben, err := credential.Make(bensPassword)
	if err != nil {
		panic(err)
	}
	return [2]string{ana, ben}
})

func people() []Person {
	return []Person{{Name: "ana", Password: hashes()[0], Role: Operator}, {Name: "ben", Password: hashes()[1], Role: Viewer}}
}

func open(t *testing.T, db *store.DB, o Options) *Admins {
	t.Helper()
	o.DB = db
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var (
	ana  = Who{Way: ByPassword, ID: "ana", Name: "ana", Role: Operator}
	cleo = Who{Way: ByOIDC, ID: "issuer 17", Name: "cleo@example.com", Role: Editor}
)

func begin(t *testing.T, a *Admins, who Who) (Session, string) {
	t.Helper()
	s, token, err := a.Begin(t.Context(), now, who, "")
	if err != nil {
		t.Fatal(err)
	}
	return s, token
}

// wantEnded fails the test unless nobody is signed in with a token at an instant.
func wantEnded(t *testing.T, a *Admins, at time.Time, token, when string) {
	t.Helper()
	if s, err := a.Find(t.Context(), at, token); !errors.Is(err, ErrNoSession) {
		t.Errorf("%s: %s is signed in, %v", when, s.Name, err)
	}
}

func wantLive(t *testing.T, a *Admins, at time.Time, token, when string) Session {
	t.Helper()
	s, err := a.Find(t.Context(), at, token)
	if err != nil {
		t.Errorf("%s: %v", when, err)
	}
	return s
}

func TestWhoIsLetIn(t *testing.T) {
	a := open(t, storetest.SQLite(t), Options{People: people()})
	for _, c := range []struct{ name, password, want string }{
		{"ana", anasPassword, "ana"},
		{"ANA", anasPassword, "ana"},
		{"ben", bensPassword, "ben"},
		{"ana", bensPassword, ""},
		{"ben", anasPassword, ""},
		{"cleo", anasPassword, ""}, // whom nobody knows: the first one's password isn't theirs
		{"", anasPassword, ""},
		{"a b", anasPassword, ""},
		{"ana", "", ""},
	} {
		who, err := a.CheckPassword(t.Context(), "here", c.name, c.password)
		if who.Name != c.want || (c.want == "") != errors.Is(err, ErrRefused) {
			t.Errorf("%q with %q: %+v, %v", c.name, c.password, who, err)
		}
	}
	nobody := open(t, a.DB, Options{})
	if _, err := nobody.CheckPassword(t.Context(), "here", "ana", anasPassword); !errors.Is(err, ErrRefused) || !nobody.Nobody() {
		t.Errorf("where nobody is: %v", err)
	}
}

// A browser in which somebody has signed in is known with their name only, and until they
// get another password.
func TestDevices(t *testing.T) {
	db := storetest.SQLite(t)
	a := open(t, db, Options{People: people()})
	token := a.NewDevice(ana)
	number := a.Device("ANA", token)
	if number == "" || !strings.HasPrefix(token, number+".") || a.NewDevice(ana) == token {
		t.Errorf("%q is the device %q", token, number)
	}
	for _, c := range []struct{ name, token string }{
		{"ben", token},
		{"cleo", token},
		{"", token},
		{"ana", ""},
		{"ana", "."},
		{"ana", number},
		{"ana", number + "."},
		{"ana", "x" + token},
		{"ana", token + "x"},
		{"ana", a.NewDevice(Who{Way: ByPassword, ID: "ben"})},
	} {
		if got := a.Device(c.name, c.token); got != "" {
			t.Errorf("%q with %q is the device %q", c.name, c.token, got)
		}
	}
	others := people()
	if reopened := open(t, db, Options{People: others}); reopened.Device("ana", token) != number {
		t.Error("another daemon doesn't know it")
	}
	for i := range others {
		if others[i].Name == "ana" {
			others[i].Password = hashes()[1]
		}
	}
	if open(t, db, Options{People: others}).Device("ana", token) != "" {
		t.Error("with another password it's known")
	}
}

func TestSessionsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := open(t, db, Options{People: people(), OIDC: "issuer client roles"})
		_, token := begin(t, a, ana)
		if s := wantLive(t, a, now, token, "at first"); s.Who != ana || !s.EndsAt.Equal(now.Add(14*24*time.Hour)) {
			t.Errorf("found %+v", s)
		}
		for _, other := range []string{"", "x", token + "x", token[1:], strings.ToUpper(token)} {
			wantEnded(t, a, now, other, "shown "+other)
		}
		wantLive(t, a, now.Add(Idle-1), token, "before they are idle for too long")
		wantEnded(t, a, now.Add(Idle), token, "idle")

		// Who does something now and then stays, but not for ever.
		at := now
		for ; at.Before(now.Add(14*24*time.Hour - time.Hour)); at = at.Add(11 * time.Hour) {
			s := wantLive(t, a, at, token, "at "+at.String())
			if err := a.Seen(t.Context(), at, s); err != nil {
				t.Fatal(err)
			}
		}
		wantEnded(t, a, now.Add(14*24*time.Hour), token, "after two weeks")

		s, signedOut := begin(t, a, ana)
		_, stays := begin(t, a, ana)
		if err := a.End(t.Context(), now, s); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, a, now, signedOut, "signed out")
		// What is on its way while they sign out doesn't sign them in again.
		if err := a.Seen(t.Context(), now.Add(time.Hour), s); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, a, now, signedOut, "signed out and seen")
		wantLive(t, a, now, stays, "in another browser")

		_, oidc := begin(t, a, cleo)
		wantLive(t, a, now.Add(oidcLife-1), oidc, "by the provider")
		wantEnded(t, a, now.Add(oidcLife), oidc, "by the provider, after a day's work")
	})
}

// Another configuration ends the sessions of whom it lets in no longer, or otherwise.
func TestSessionsEndWithTheConfiguration(t *testing.T) {
	otherPassword, otherRole := people(), people()
	otherPassword[0].Password = hashes()[1]
	otherRole[0].Role = Editor
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, changed := range map[string]Options{
			"another password": {People: otherPassword, OIDC: "x"},
			"another role":     {People: otherRole, OIDC: "x"},
			"removed":          {People: people()[1:], OIDC: "x"},
		} {
			before := Options{People: people(), OIDC: "x"}
			a := open(t, db, before)
			_, token := begin(t, a, ana)
			_, other := begin(t, a, cleo)
			b := open(t, db, changed)
			wantEnded(t, b, now, token, name)
			wantLive(t, b, now, other, name+": somebody else")
			wantLive(t, a, now, token, name+": where it isn't in force")
			if err := b.ForgetSessions(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			wantLive(t, a, now, token, name+": where it isn't in force, an hour later")
			if err := b.Revoke(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantEnded(t, a, now, token, name+": and back again")
			wantLive(t, a, now, other, name+": somebody else, and back again")
		}
		a := open(t, db, Options{OIDC: "issuer client [a]"})
		_, token := begin(t, a, cleo)
		wantEnded(t, open(t, db, Options{OIDC: "issuer client [b]"}), now, token, "other groups")
		wantEnded(t, open(t, db, Options{}), now, token, "no provider")
	})
}

// A daemon beside others that has no such pages leaves theirs alone; what has ended is
// forgotten by any of them, and what hasn't by none.
func TestADaemonWithoutPeopleEndsNoSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, other := open(t, db, Options{People: people()}), open(t, db, Options{})
		_, idle := begin(t, a, ana)
		_, token := begin(t, a, ana)
		later := now.Add(Idle)
		s := wantLive(t, a, now, token, "at first")
		if err := a.Seen(t.Context(), now.Add(time.Hour), s); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(other.Revoke(t.Context()), other.ForgetSessions(t.Context(), later)); err != nil {
			t.Fatal(err)
		}
		wantLive(t, a, later, token, "beside a daemon without people")
		if kept := storetest.Texts(t, db, "SELECT hash FROM admin_sessions"); len(kept) != 1 {
			t.Errorf("%d sessions are kept, of which one has ended", len(kept))
		}
		wantEnded(t, a, now, idle, "idle")
	})
}

// What the provider says of somebody now ends what it said of them before.
func TestTheProvidersLastWordCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := open(t, db, Options{People: people(), OIDC: "x"})
		namesake := Who{Way: ByPassword, ID: cleo.ID, Name: "cleo", Role: Editor}
		else1 := Who{Way: ByOIDC, ID: "issuer 18", Name: cleo.Name, Role: Editor}
		_, editor := begin(t, a, cleo)
		_, second := begin(t, a, cleo)
		wantLive(t, a, now, editor, "signed in twice")
		_, other := begin(t, a, else1)
		viewer := cleo
		viewer.Role = Viewer
		_, token := begin(t, a, viewer)
		wantEnded(t, a, now, editor, "in another role meanwhile")
		wantEnded(t, a, now, second, "in another role meanwhile")
		wantLive(t, a, now, other, "somebody else of the same name")
		if err := a.EndAll(t.Context(), namesake); err != nil {
			t.Fatal(err)
		}
		wantLive(t, a, now, token, "when somebody with a password is meant")
		refused := cleo
		refused.Role = ""
		if err := a.EndAll(t.Context(), refused); err != nil {
			t.Fatal(err)
		}
		wantEnded(t, a, now, token, "not let in any more")
		wantLive(t, a, now, other, "somebody else of the same name")
	})
}

// Where hashes cost more or less, names that nobody has do, too, each always the same.
func TestNamesThatNobodyHasCostWhatOthersDo(t *testing.T) {
	a := open(t, storetest.SQLite(t), Options{People: people()})
	times := map[string]int{}
	for i := range 200 {
		name := fmt.Sprintf("name%d", i)
		h := a.decoy(name)
		times[h.String()]++
		if a.decoy(strings.ToUpper(name)).String() != h.String() || open(t, a.DB, Options{People: people()}).decoy(name).String() != h.String() {
			t.Errorf("%s costs now this and now that", name)
		}
	}
	if len(times) != 2 || times[hashes()[0]] < 50 || times[hashes()[1]] < 50 {
		t.Errorf("the hashes are compared so often: %v", times)
	}
}

// Signing in ends what the browser has shown so far.
func TestATokenFromBeforeIsWorthNothing(t *testing.T) {
	a := open(t, storetest.SQLite(t), Options{People: people()})
	_, before := begin(t, a, Who{Way: ByPassword, ID: "ben", Name: "ben", Role: Viewer})
	_, token, err := a.Begin(t.Context(), now, ana, before)
	if err != nil || token == before {
		t.Fatal(token, err)
	}
	wantEnded(t, a, now, before, "the one from before")
	if _, token, err = a.Begin(t.Context(), now, ana, "chosen by somebody else"); err != nil || strings.Contains(token, "chosen") {
		t.Error(token, err)
	}
	wantEnded(t, a, now, "chosen by somebody else", "a token of somebody's own making")
}

func TestTheDatabaseHoldsNoToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := open(t, db, Options{People: people()})
		_, token := begin(t, a, ana)
		for _, value := range storetest.Texts(t, db, "SELECT hash || ' ' || mark || ' ' || person || ' ' || name FROM admin_sessions UNION ALL SELECT person || subject || detail FROM admin_log") {
			if strings.Contains(value, token) || strings.Contains(value, hashes()[0]) || strings.Contains(value, strings.Split(hashes()[0], "$")[5]) {
				t.Errorf("the database holds %q", value)
			}
		}
	})
}

// A request a second writes once a minute.
func TestUseIsNotedOnceAMinute(t *testing.T) {
	db, asked := storetest.Noted(t)
	a := open(t, db, Options{People: people()})
	_, token := begin(t, a, ana)
	writes := 0
	for i := range 121 {
		at := now.Add(time.Duration(i) * time.Second)
		s := wantLive(t, a, at, token, "meanwhile")
		asked.Take()
		if err := a.Seen(t.Context(), at, s); err != nil {
			t.Fatal(err)
		}
		writes += len(asked.Take())
	}
	if writes != 2 {
		t.Errorf("%d writes in two minutes", writes)
	}
}

func TestLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := open(t, db, Options{People: people()})
		s, _ := begin(t, a, ana)
		var ids []int64
		for i := range 3 {
			id, err := a.Note(t.Context(), Entry{At: now.Add(time.Duration(i) * time.Second), Who: cleo, Action: "resume", Subject: "management", Detail: "zero byte \x00"})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		if err := a.Settle(t.Context(), ids[1], Done); err != nil {
			t.Fatal(err)
		}
		if err := a.End(t.Context(), now.Add(time.Minute), s); err != nil {
			t.Fatal(err)
		}
		all, err := a.Entries(t.Context(), 0, 10)
		if err != nil || len(all) != 5 {
			t.Fatalf("%+v, %v", all, err)
		}
		if e := all[0]; e.Action != SignOut || e.Name != "ana" || e.Way != ByPassword || e.Who.ID != "ana" || e.Outcome != Done || !e.At.Equal(now.Add(time.Minute)) {
			t.Errorf("the newest is %+v", e)
		}
		if e := all[2]; e.Outcome != Done || e.Name != cleo.Name || e.Way != ByOIDC || e.Who.ID != cleo.ID || e.Subject != "management" || e.Detail != "zero byte " || all[1].Outcome != "" {
			t.Errorf("%+v", all[1:3])
		}
		if older, err := a.Entries(t.Context(), all[1].ID, 2); err != nil || len(older) != 2 || older[0].ID != all[2].ID {
			t.Errorf("older: %+v, %v", older, err)
		}
	})
}

func TestRoles(t *testing.T) {
	for role, want := range map[Role]string{Viewer: "see", Editor: "see plan", Operator: "see plan readers run log", "": "", "admin": ""} {
		var got []string
		for i, name := range []string{"see", "plan", "readers", "run", "log"} {
			if role.May(Permission(i)) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s may %v, want %s", role, got, want)
		}
	}
	if HighestOf([]Role{Editor, Operator, Viewer}) != Operator || HighestOf([]Role{Viewer}) != Viewer || HighestOf(nil) != "" {
		t.Error("the highest role isn't found")
	}
}
