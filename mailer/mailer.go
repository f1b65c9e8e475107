package mailer

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/mailer/relay"
	"dailytip/subscribers"
	"dailytip/verp"
)

// Newsletter is a newsletter's look, and what is done with its mails in doubt.
type Newsletter struct {
	letter.Newsletter
	// Hold keeps mails in doubt for the operator instead of sending them again.
	Hold bool
}

// Relay is a server to send through and how hard it may be used.
type Relay struct {
	*relay.Relay
	Name        string  // host:port, for messages
	Connections int     // workers, at least 1
	Rate        float64 // messages a second; 0: no limit
	DailyLimit  int     // messages a day of UTC; 0: no limit
}

// Options are what [New] needs.
type Options struct {
	Editions *editions.Editions
	Ledger   *ledger.Ledger
	Tokens   *subscribers.Tokens
	Tags     *verp.Tags
	// ReturnDomain is the domain of the mails' own return paths, and of addresses to
	// unsubscribe; "": what comes back goes to the sender.
	ReturnDomain string
	Newsletters  []Newsletter
	Relays       []Relay // tried in this order when one is down
	InFlight     int     // most messages claimed and not yet recorded; 0: 32
	// Domains limits recipient domains, named in ASCII.
	Domains map[string]DomainLimit
	// Exclusive says that no other process sends from this database, so that
	// every claim found at the start is a dead process's.
	Exclusive bool
	// Sign adds DKIM signatures to a rendered mail, for the address in its From.
	// Several workers call it at once. nil: mails go out as they are.
	Sign func(message []byte, from string) ([]byte, error)
	// AlertTo gets a mail when sending is paused and when it goes on; "": nobody.
	AlertTo subscribers.Address
	// NextDue says when a subscription's next mail is due, in its reader's zone,
	// for the mail that welcomes them; the zero time when nobody can tell. May
	// be nil.
	NextDue func(ctx context.Context, subscription int64) time.Time
	// Observe is told each reply of a relay's. Several connections call it at
	// once, and wait for it; nil: nobody measures.
	Observe func(Observation)
	// Out is called, on one of the nodes, when the last mail of an edition is over and at
	// least one was sent. It must return at once, for the sending waits. May be nil.
	Out func()
	// CalendarPage is the address of a date in the editors' calendar, where a proof leads
	// to who wants another tip. nil: there is no such page.
	CalendarPage func(newsletter, date string) string
	Log          *slog.Logger // nil: nothing is logged
}

// Mailer sends what the ledger holds.
type Mailer struct {
	Options
	newsletters map[string]*Newsletter // by ID
	relays      []*upstream            // in the order of Options.Relays
	tenure      atomic.Pointer[tenure]
	pace        pace
	domains     domains

	wake    chan struct{}
	claimed chan *message // for the composers; without a signature there are none
	over    returned      // whatever became of it
	stopped chan struct{} // the dispatcher has ended: nothing is on its way any more

	composers sync.WaitGroup
	letters   letters
	messages  messages
	buffers   buffers
}

// pace is how long things are waited for. Tests shorten it.
type pace struct {
	gather  time.Duration                                // how long results may wait for company
	poll    time.Duration                                // until work of another process is seen, or a ledger that failed is tried again
	lease   time.Duration                                // how long a silent node keeps its claims
	wire    time.Duration                                // what mails on the wire get after a stop
	backoff func(attempts int) time.Duration             // until a mail that was refused for now goes again
	probe   func(scope string, probes int) time.Duration // until a paused run tries one mail
	aside   func(failures int) time.Duration             // how long a relay that is down is left alone
	beat    time.Duration                                // from one sign of life to the next, among nodes
	narrow  time.Duration                                // at least, until a relay gets still fewer connections
	widen   time.Duration                                // until it gets one more again
}

// New returns a mailer that is at rest.
func New(o Options) (*Mailer, error) {
	if len(o.Relays) == 0 {
		return nil, errors.New("mailer: there is no relay to send through")
	}
	if o.InFlight <= 0 {
		o.InFlight = 32
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	m := &Mailer{
		Options:     o,
		newsletters: map[string]*Newsletter{},
		domains:     newDomains(o.Domains),
		wake:        make(chan struct{}, 1),
		claimed:     make(chan *message, o.InFlight),
		over:        returned{ready: make(chan struct{}, 1)},
		stopped:     make(chan struct{}),
		pace: pace{
			gather: 50 * time.Millisecond, poll: time.Second, lease: time.Minute, wire: 30 * time.Second,
			backoff: backoff, probe: probeAfter, aside: asideFor,
			beat: 5 * time.Second, narrow: 5 * time.Second, widen: 30 * time.Second,
		},
	}
	m.tenure.Store(&tenure{owner: newOwner(), until: clock().Add(m.pace.lease)})
	for _, n := range o.Newsletters {
		m.newsletters[n.ID] = &n
	}
	for i, r := range o.Relays {
		m.relays = append(m.relays, newUpstream(r, o.InFlight))
		if i > 0 {
			m.relays[i-1].next = m.relays[i]
		}
	}
	return m, nil
}

// Wake tells the mailer that there is something to send. It never blocks.
func (m *Mailer) Wake() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Run sends until its context ends. Then it claims nothing more, waits for what
// is on the wire (30 s at most), records it and closes the connections. A mailer
// runs once.
//
// A mail goes from stage to stage; the package's page says where each is:
//
//	claim ──▶ (compose, with DKIM) ──▶ hand over ──▶ judge, record
//
// One goroutine claims and records, in the same transactions. A connection of a
// relay's composes what it hands over; with DKIM, goroutines on all cores do that
// before.
func (m *Mailer) Run(ctx context.Context) error {
	d := m.dispatcher()
	if m.Sign != nil {
		for range runtime.GOMAXPROCS(0) {
			m.composers.Go(func() { m.composing(ctx) }) // from m.claimed to a relay's queue
		}
	}
	var connections sync.WaitGroup
	for _, u := range m.relays {
		for i := range min(u.Connections, m.InFlight) {
			c := &connection{Mailer: m, upstream: u, session: u.Session(), number: i}
			connections.Go(func() { c.handOver(ctx) }) // from the relay's queue to m.over
		}
	}
	d.dispatch(ctx) // from the ledger to m.claimed or a queue, and from m.over to the ledger
	close(m.stopped)
	connections.Wait()
	return nil
}

// newOwner is a name that no other node has, nor this machine's before it: what a killed
// process has claimed on PostgreSQL is free when its lease is over, for it as for others.
func newOwner() string { return rand.Text()[:10] }

// hold lists the newsletters whose mails in doubt wait for the operator.
func (m *Mailer) hold() []string {
	var ids []string
	for id, n := range m.newsletters {
		if n.Hold {
			ids = append(ids, id)
		}
	}
	return ids
}

// clock is how the dispatcher and the workers read the time.
func clock() time.Time { return time.Now() } //nolint:forbidigo // Run reads the clock
