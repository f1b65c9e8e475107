package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/test/daemontest"
	"dailytip/test/freeport"
	"dailytip/test/mailtest"
)

// witness is a reader who stays: what didn't come to another came to them.
const witness = "reader0@example.net"

// patience is how long a test waits for what must come, however busy the machine
// is. Only a failure takes that long.
const patience = 3 * time.Minute

// title is the newsletter's, by rig.
const title = "Management Tip of the Day"

// site is one installation with its daemon and the SMTP server that it sends to.
type site struct {
	*testing.T
	base   string // http://host:port
	inbox  *inbox.Server
	rig    *daemontest.Installation
	o      daemontest.Options
	daemon *daemontest.Daemon
	clock  string    // the newsletter's time of day, HH:MM
	past   time.Time // the date of the latest edition that was sent by command
	seen   map[string]int
}

// newSite starts a daemon whose newsletter is due hours from now on everybody's
// clock, with the starter library and one reader, who has got one edition.
func newSite(t *testing.T) *site {
	t.Helper()
	// Editions by command are of dates that no zone's clock shows any more.
	s := &site{T: t, seen: map[string]int{}, past: time.Now().UTC().AddDate(0, 0, -30)}
	s.receive()
	binary, err := programs.Plain()
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	s.base = "http://" + address
	s.o = daemontest.Options{
		Program: binary, Dir: t.TempDir(), Listen: address,
		Relays: fmt.Sprintf("- {host: 127.0.0.1, port: %d, ca_file: ca.pem}", s.inbox.Port()),
		Tip:    readTip(t, "say-it-back-first.md"),
		Top:    "confirm_from: Daily Tip <confirm@example.com>\npostal_address: Example Press, 1 Example Street, Springfield",
	}
	s.schedule(farAway())
	if err := os.WriteFile(s.rig.Path("ca.pem"), s.inbox.CA().PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	s.stock()
	if err := s.rig.Fill(t.Context(), 1, false); err != nil {
		t.Fatal(err)
	}
	if s.daemon, err = s.rig.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.daemon.Kill()
		if t.Failed() {
			t.Logf("the daemon's log:\n%s", s.daemon.Log())
		}
	})
	s.send()
	return s
}

// farAway is a time of day, HH:MM, that no traveller's clock shows within an hour.
func farAway() string {
	now := time.Now()
	for hour := 7; ; hour = (hour + 1) % 24 {
		near := hour == now.UTC().Hour() || hour == (now.UTC().Hour()+1)%24
		for _, who := range travellers {
			for _, name := range []string{who.clock, who.likely} {
				if zone, err := time.LoadLocation(name); err == nil {
					here := now.In(zone).Hour()
					near = near || hour == here || hour == (here+1)%24
				}
			}
		}
		if !near {
			return fmt.Sprintf("%02d:00", hour)
		}
	}
}

// stock puts the starter library beside the tip that the installation brings.
func (s *site) stock() {
	s.Helper()
	names, err := filepath.Glob(filepath.Join(root, "library", "*.md"))
	if err != nil || len(names) < 10 {
		s.Fatalf("%d tips: %v", len(names), err)
	}
	for _, name := range names {
		name = filepath.Base(name)
		if text := readTip(s.T, name); text != s.o.Tip {
			if err := os.WriteFile(s.rig.Path("library/"+name), []byte(text), 0o600); err != nil {
				s.Fatal(err)
			}
		}
	}
}

func readTip(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "library", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// receive starts the SMTP server.
func (s *site) receive() {
	var err error
	if s.inbox, err = inbox.New(inbox.Options{}); err != nil {
		s.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.inbox.Run(ctx) }()
	s.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			s.Error(err)
		}
	})
}

func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := freeport.Find()
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// schedule writes the configuration with another time of day, HH:MM.
func (s *site) schedule(clock string) {
	s.Helper()
	at, err := time.Parse("15:04", clock)
	if err != nil {
		s.Fatal(err)
	}
	s.o.Newsletter = fmt.Sprintf("schedule: %q", fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour()))
	s.clock = clock
	if s.rig, err = daemontest.Install(s.o); err != nil {
		s.Fatal(err)
	}
}

// reschedule does the same while the daemon runs, which must take it.
func (s *site) reschedule(clock string) {
	s.Helper()
	s.schedule(clock)
	s.reload()
}

// reload has the daemon take the configuration as it is now.
func (s *site) reload() {
	s.Helper()
	if err := s.daemon.Reload(s.Context()); err != nil {
		s.Fatal(err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get(s.base + "/readyz")
		if err == nil {
			_ = answer.Body.Close()
			return
		}
		if time.Now().After(end) {
			s.Fatalf("the pages don't come back: %v", err)
		}
	}
}

// send sends the edition of the next date that has passed, as an operator does,
// and waits until it's out. The witness gets it.
func (s *site) send() {
	s.Helper()
	s.past = s.past.AddDate(0, 0, 1)
	s.seen[witness] = len(s.to(witness))
	date := s.past.Format(time.DateOnly)
	if _, err := s.rig.Run(s.Context(), []string{"send", "--newsletter", "management", "--wait", patience.String(), "--date", date}); err != nil {
		s.Fatal(err)
	}
	s.mail(witness)
}

// published waits until a page of past tips is there: its edition is public when
// the relay's first answer has been written down, a moment after the mail came.
func (s *site) published(address string) {
	s.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		answer, err := http.Get(address)
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			s.Fatalf("the edition isn't public yet: %+v %v", answer, err)
		}
	}
}

// mail waits for the next mail to an address.
func (s *site) mail(to string) mailtest.Mail {
	s.Helper()
	return s.mailWithin(to, patience)
}

func (s *site) mailWithin(to string, within time.Duration) mailtest.Mail {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), within)
	defer cancel()
	for {
		received, all := s.inbox.Received(), s.to(to)
		if len(all) > s.seen[to] {
			m, err := mailtest.Read(fmt.Sprintf("%s no. %d", to, len(all)), all[s.seen[to]].Data)
			if err != nil {
				s.Fatal(err)
			}
			s.seen[to]++
			return m
		}
		if err := s.inbox.Wait(ctx, received+1); err != nil {
			s.Fatalf("no mail to %s after the %d that came, for %s: %v", to, len(all), within, err)
		}
	}
}

// wantNothing says that no mail came that wasn't read.
func (s *site) wantNothing(to string) {
	s.Helper()
	all := s.to(to)
	for _, m := range all[s.seen[to]:] {
		s.Errorf("%s got one more: %s", to, m.Subject)
	}
	s.seen[to] = len(all)
}

// to are the mails to an address so far.
func (s *site) to(address string) []inbox.Message {
	return slices.DeleteFunc(s.inbox.Messages(), func(m inbox.Message) bool { return !slices.Contains(m.To, address) })
}

// end stops the daemon as an operator does. It must be content, must have sent
// no mail twice, and must have written down nothing of what is secret.
func (s *site) end(secrets ...string) {
	s.Helper()
	if err := s.daemon.Stop(); err != nil {
		s.Error(err)
	}
	for id, n := range s.inbox.Counts() {
		if n != 1 {
			s.Errorf("the message %s came %d times", id, n)
		}
	}
	for _, secret := range secrets {
		if secret == "" || strings.Contains(s.daemon.Log(), secret) {
			s.Errorf("%q is in the log:\n%s", secret, s.daemon.Log())
		}
	}
}
