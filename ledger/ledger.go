package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// State is what a delivery or a notice is in; the package's page draws the
// changes.
type State string

// The states.
const (
	Pending   State = "pending"
	Sending   State = "sending"
	Retry     State = "retry"
	Sent      State = "sent"
	Failed    State = "failed"
	InDoubt   State = "in_doubt"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
)

// Ledger reads and writes the queue. Its methods may be called from several
// goroutines.
type Ledger struct {
	db      *store.DB
	list    *subscribers.List
	ids     *store.IDs
	taken   taken
	known   contents
	batches batches
	inserts map[int]string // SQLite's, by how many rows
}

// New returns the ledger in a migrated database.
func New(db *store.DB, list *subscribers.List) *Ledger {
	return &Ledger{db: db, list: list, ids: &store.IDs{}, taken: taken{left: map[int64]int{}}, known: contents{courses: map[int64]bool{}}, inserts: inserts()}
}

// Edition is one newsletter on one local date.
type Edition struct {
	ID         int64
	Newsletter string
	LocalDate  string // YYYY-MM-DD
	OpenedAt   time.Time
	State      string // open, paused, cancelled
}

// The choices of a content that aren't made for one reader's place in a course.
const (
	Daily  = "daily"
	Weekly = "weekly"
)

// Course is the choice of a content that course readers get whose next tip it
// is.
func Course(tip string) string { return "course:" + tip }

// Content is what some readers of an edition get.
type Content struct {
	ID        int64
	Edition   int64
	LocalDate string
	Choice    string // Daily, Weekly, Course(…)
	Reason    string // pinned, next, repeat
	Items     []Item
}

// Item is one tip of a content.
type Item struct {
	Tip  string // its id
	Body []byte // the tip as it was when the content was opened, JSON
}

// Answer is what the relay last said about a delivery.
type Answer struct {
	Code     int    // RFC 5321 §4.2; 0: it said nothing
	Enhanced string // RFC 3463, or ""
	Text     string
}

// String writes an answer as the relay did.
func (a Answer) String() string {
	switch {
	case a.Code == 0:
		return a.Text
	case a.Enhanced == "":
		return fmt.Sprintf("%d %s", a.Code, a.Text)
	}
	return fmt.Sprintf("%d %s %s", a.Code, a.Enhanced, a.Text)
}

// Key names a delivery or a notice.
type Key struct {
	Notice     int64 // 0: it's a delivery
	Edition    int64
	Subscriber int64
}

// unwatched is a context for a page of rows. On SQLite who ends it waits for the
// page: watching it costs as much as a row does.
func (l *Ledger) unwatched(ctx context.Context) context.Context {
	if l.db.Postgres() {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
