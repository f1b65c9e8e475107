package posting

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/hooks"
	"dailytip/store"
	"dailytip/store/storetest"
)

func at(url string) []hooks.Endpoint {
	return []hooks.Endpoint{{Name: "crm", URL: url + "/in?key=hidden", Secret: secret, AllowPrivate: true}}
}

// While an endpoint is down for a day, nothing is lost and nothing gets ahead.
func TestReceiverDownForADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r, p := begin(t, db, "one", "two", "three")
		want := h.waiting("crm")
		r.answers(status(503, "down\x00 for \x1b[31mmaintenance\xff"))
		now := h.turns(p, start, 24*time.Hour)
		if got := r.taken(); len(got) > 0 {
			t.Fatalf("it took %v while it was down", got)
		}
		s := h.state("crm")
		if s.Tries < 8 || s.Tries > 20 || !s.FailingSince.Equal(start) || !s.DisabledAt.IsZero() {
			t.Fatalf("after a day: %+v", s)
		}
		r.answers(nil)
		h.turns(p, now.Add(6*time.Hour), time.Hour)
		if got := r.taken(); !slices.Equal(got, want) {
			t.Fatalf("it got %v, want %v", got, want)
		}
		if s := h.state("crm"); s.Tries != 0 || !s.FailingSince.IsZero() {
			t.Errorf("afterwards: %+v", s)
		}
		if first := h.first(); first.ID != 0 {
			t.Errorf("still waiting: %+v", first)
		}
	})
}

// After three days an endpoint is disabled, and the operator told; what waits goes out in
// its order once it's enabled.
func TestGivenUpAfterThreeDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r, p := begin(t, db, "one", "two")
		want := h.waiting("crm")
		r.answers(status(500, "no"))
		now := h.turns(p, start, 10*24*time.Hour)
		if gaveUp := now.Sub(start); gaveUp < giveUpAfter || gaveUp > giveUpAfter+7*time.Hour {
			t.Errorf("given up after %s", gaveUp)
		}
		if s := h.state("crm"); s.DisabledAt.IsZero() {
			t.Fatalf("it isn't disabled: %+v", s)
		}
		if n := h.count("SELECT COUNT(*) FROM notices WHERE kind = 'alert' AND detail LIKE '%webhook crm is disabled%webhooks enable crm%'"); n != 1 {
			t.Errorf("%d alerts", n)
		}
		r.answers(nil)
		h.turns(p, now.Add(time.Hour), 24*time.Hour)
		if got := r.taken(); len(got) > 0 {
			t.Errorf("it got %v while it was disabled", got)
		}
		if enabled, err := h.queue.Enable(t.Context(), "crm"); err != nil || !enabled {
			t.Fatal(enabled, err)
		}
		h.turns(p, now.Add(2*time.Hour), time.Hour)
		if got := r.taken(); !slices.Equal(got, want) {
			t.Errorf("it got %v, want %v", got, want)
		}
	})
}

// The days on which no daemon ran don't count against an endpoint: it's tried often
// before it's given up.
func TestNotGivenUpAfterFewTries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r, p := begin(t, db, "one")
		r.answers(status(500, "no"))
		h.turns(p, start, time.Second)
		later := start.Add(2 * giveUpAfter)
		h.turns(p, later, time.Second)
		if s := h.state("crm"); s.Tries != 2 || !s.DisabledAt.IsZero() {
			t.Errorf("after two tries: %+v", s)
		}
		h.turns(p, later.Add(time.Minute), giveUpAfter)
		if s := h.state("crm"); s.Tries != giveUpTries || s.DisabledAt.IsZero() {
			t.Errorf("after many tries: %+v", s)
		}
	})
}

// A reply may quote a reader. The log and the mail to the operator tell the status
// alone; the reply stays where an erasure finds it.
func TestRepliesAreNeitherLoggedNorMailed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r, p := begin(t, db, "one")
		event := h.first()
		r.answers(status(418, "ana@example.com is who?"))
		if text := h.failing(p); strings.Contains(text, "ana@example.com") || !strings.Contains(text, "status=418") {
			t.Errorf("the log says %s", text)
		}
		const alerts = "SELECT COUNT(*) FROM notices WHERE kind = 'alert' AND detail LIKE "
		if n := h.count(alerts + "'%had the status 418.%webhooks show crm%'"); n != 1 {
			t.Errorf("%d alerts tell the status", n)
		}
		if n := h.count(alerts + "'%ana@example.com%'"); n > 0 {
			t.Errorf("%d alerts quote the reply", n)
		}
		attempts, err := h.queue.Attempts(t.Context(), "crm", event.ID)
		if err != nil || len(attempts) == 0 || attempts[0].Reply != "ana@example.com is who?" {
			t.Errorf("%+v, %v", attempts, err)
		}
	})
}

// Where there was no reply at all, the log and the mail say why.
func TestWhyThereWasNoReply(t *testing.T) {
	h, r, p := begin(t, storetest.SQLite(t), "one")
	r.Close()
	if text := h.failing(p); !strings.Contains(text, "refused") {
		t.Errorf("the log says %s", text)
	}
	if n := h.count("SELECT COUNT(*) FROM notices WHERE kind = 'alert' AND detail LIKE '%there was no reply:%refused%'"); n != 1 {
		t.Errorf("%d alerts say why", n)
	}
}

// Whoever answers 410 wants nothing any more.
func TestGone(t *testing.T) {
	h, r, p := begin(t, storetest.SQLite(t), "one")
	r.answers(status(http.StatusGone, ""))
	h.turns(p, start, time.Hour)
	if s := h.state("crm"); s.Tries != 1 || s.DisabledAt.IsZero() {
		t.Errorf("%+v", s)
	}
}

// An endpoint that is enabled while an event is posted stays enabled, whatever comes of
// that post.
func TestEnabledDuringAPost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r, p := begin(t, db, "one")
		r.answers(status(500, "no"))
		h.turns(p, start, time.Second)
		r.answers(func(w http.ResponseWriter, _ *http.Request) {
			if enabled, err := h.queue.Enable(t.Context(), "crm"); err != nil || !enabled {
				t.Error(enabled, err)
			}
			w.WriteHeader(http.StatusGone)
		})
		h.turns(p, start.Add(time.Minute), time.Second)
		if s := h.state("crm"); s.Tries != 0 || !s.FailingSince.IsZero() || !s.NextAt.IsZero() || !s.DisabledAt.IsZero() {
			t.Errorf("it isn't enabled any more: %+v", s)
		}
		if n := h.count("SELECT COUNT(*) FROM notices"); n > 0 {
			t.Errorf("%d alerts", n)
		}
		if n := h.count("SELECT COUNT(*) FROM hook_attempts"); n != 2 {
			t.Errorf("%d attempts were noted, want 2", n)
		}
	})
}

// A reply is kept, shortened; the secret address isn't.
func TestAttemptsAreSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r, p := begin(t, db, "one")
		event := h.first()
		r.answers(status(422, "\x00é\xff"+strings.Repeat("x", 1<<20)))
		now := h.turns(p, start, time.Second)
		r.CloseClientConnections()
		r.Close()
		h.turns(p, now.Add(time.Minute), time.Second)
		attempts, err := h.queue.Attempts(t.Context(), "crm", event.ID)
		if err != nil || len(attempts) != 2 {
			t.Fatalf("%+v, %v", attempts, err)
		}
		if a := attempts[0]; a.Status != 422 || !strings.HasPrefix(a.Reply, "é\uFFFDxxx") || len(a.Reply) > replySize+2 || !a.At.Equal(start) {
			t.Errorf("%+v", a)
		}
		if a := attempts[1]; a.Status != 0 || !strings.Contains(a.Reply, "refused") || strings.Contains(a.Reply, "hidden") {
			t.Errorf("%+v", a)
		}
	})
}

// An endpoint may ask to be left alone for a while.
func TestRetryAfter(t *testing.T) {
	h, r, p := begin(t, storetest.SQLite(t), "one")
	r.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	h.turns(p, start, time.Second)
	if s := h.state("crm"); !s.NextAt.Equal(start.Add(10 * time.Minute)) {
		t.Errorf("%+v", s)
	}
}

// Of two daemons one posts to an endpoint; when it dies the other takes over, and posts
// what the first may have posted again.
func TestOneDaemonForAnEndpoint(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r, one := begin(t, db, "one", "two")
		want := h.waiting("crm")
		other := h.poster(at(r.URL)...)
		for range 2 { // takes it, and posts the first
			if more, err := one.turn(t.Context(), start, one.targets[0]); err != nil || !more {
				t.Fatal(more, err)
			}
		}
		h.turns(other, start.Add(time.Second), 20*time.Second)
		if got := r.taken(); !slices.Equal(got, want[:1]) {
			t.Fatalf("both post: %v", got)
		}
		h.turns(other, start.Add(hold), time.Second)
		if got := r.taken(); !slices.Equal(got, want) {
			t.Errorf("it got %v, want %v", got, want)
		}
		if more, err := one.turn(t.Context(), start.Add(hold), one.targets[0]); more || err != nil {
			t.Error("the first one goes on", more, err)
		}
	})
}

// The whole loop, as a daemon runs it.
func TestRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, r := open(t, db), newReceiver(t)
		endpoints := append(at(r.URL), hooks.Endpoint{Name: "other", URL: "http://127.0.0.1:1/", Secret: secret, AllowPrivate: true})
		h.happen(time.Now(), endpoints, "one", "two", "three")
		want := h.waiting("crm")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.poster(endpoints...).Run(ctx) }()
		r.await(t, len(want)) // an endpoint that fails holds up no other
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got := r.taken(); !slices.Equal(got, want) {
			t.Errorf("it got %v, want %v", got, want)
		}
		if s := h.state("crm"); !s.OwnedUntil.IsZero() {
			t.Errorf("it's still held: %+v", s)
		}
	})
}

// Who has removed the last endpoint keeps nothing of it for longer than of any other.
func TestOldEventsAreForgottenWithoutEndpoints(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		endpoints := at("http://127.0.0.1:1")
		h.happen(time.Now().Add(-hooks.Keep-time.Hour), endpoints, "old")
		h.happen(time.Now(), endpoints, "new")
		want := h.waiting("crm")[1:]
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		done := make(chan error, 1)
		go func() { done <- h.poster().Run(ctx) }()
		for !slices.Equal(h.waiting("crm"), want) {
			select { // the test's own limit ends the wait
			case err := <-done:
				t.Fatalf("it ended before its time: %v", err)
			case <-time.After(time.Millisecond):
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
