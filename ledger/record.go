package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Outcome is what became of a [Job].
type Outcome struct {
	Job      Job
	State    State     // Sent, Retry, Failed, InDoubt, or Pending: nothing was said about this mail
	NextAt   time.Time // Retry, Pending: not before
	Answer   Answer
	Language string // of the text that was sent
	// Dead says that the address can't get mail: the reader is suppressed.
	Dead bool
	// Doubt says that this attempt may have arrived all the same.
	Doubt bool
}

// recorder writes outcomes in one transaction. A page of them shares what kind
// of content it is.
type recorder struct {
	l       *Ledger
	tx      *sql.Tx
	now     time.Time
	owner   string
	courses map[int64]bool // by content; what stands in it has been published
	sent    sums           // to be written before the commit
	alone   bool           // rows are inserted one by one
	ended   []claimed      // of each job of the owner's that has an outcome now
}

func (l *Ledger) recorder(tx *sql.Tx, now time.Time, owner string) *recorder {
	return &recorder{l: l, tx: tx, now: now, owner: owner, courses: map[int64]bool{}, sent: sums{}}
}

// recordAll writes outcomes. An accepted mail is accepted whoever has claimed it
// since; anything else counts only for who holds the claim.
func (r *recorder) recordAll(ctx context.Context, outcomes []Outcome) error {
	for len(outcomes) > 0 {
		n, err := r.recordSome(ctx, outcomes)
		if err != nil {
			return err
		}
		outcomes = outcomes[n:]
	}
	for _, c := range r.l.taken.empty(r.ended) {
		if err := r.l.dropClaim(ctx, r.tx, c); err != nil {
			return err
		}
	}
	return r.sent.sentBy(ctx, r.tx, r.now, r.owner)
}

// recordSome writes the outcomes up to the first that is another one of the same
// mail, and returns how many those are.
func (r *recorder) recordSome(ctx context.Context, outcomes []Outcome) (int, error) {
	changes := make([]change, 0, len(outcomes))
	r.ended = slices.Grow(r.ended, len(outcomes))
	seen := make(map[Key]struct{}, len(outcomes))
	for i := range outcomes {
		o := &outcomes[i]
		if _, twice := seen[o.Job.Key]; twice {
			break
		}
		seen[o.Job.Key] = struct{}{}
		c, err := r.change(ctx, o)
		if err != nil {
			return 0, err
		}
		changes = append(changes, c)
	}
	if err := r.write(ctx, changes); err != nil {
		return 0, fmt.Errorf("record outcome: %w", err)
	}
	for i, c := range changes {
		if !c.done { // the claim was taken for lost, or this outcome is recorded already
			continue
		}
		if err := r.follow(ctx, outcomes[i], c.answer); err != nil {
			return 0, err
		}
	}
	return len(changes), nil
}

// follow does what an outcome brings with it.
func (r *recorder) follow(ctx context.Context, o Outcome, answer string) error {
	if o.State == Sent && o.Job.Key.Notice == 0 {
		r.sent[o.Job.Key.Edition]++
	}
	if o.Dead {
		o.Answer.Text = answer
		return r.l.list.Suppress(ctx, r.tx, r.now, o.Job.Key.Subscriber, o.Answer.String())
	}
	switch {
	case o.Job.Content == 0:
	case o.State == Sent:
		return r.accepted(ctx, o.Job)
	case o.State == InDoubt && o.Job.Key.Notice == 0:
		return r.held(ctx, o.Job)
	}
	return nil
}

// accepted does what follows from a tip having reached somebody: anybody may read
// it now, and a course goes on.
func (r *recorder) accepted(ctx context.Context, j Job) error {
	course, known := r.l.known.course(j.Content)
	if !known {
		course, known = r.courses[j.Content]
	}
	if !known {
		c, err := r.publish(ctx, j.Content)
		if err != nil {
			return fmt.Errorf("publish content %d: %w", j.Content, err)
		}
		course = strings.HasPrefix(c.Choice, Course(""))
		r.courses[j.Content] = course
	}
	if course && j.Key.Notice == 0 {
		return r.advanceCourse(ctx, j)
	}
	return nil
}

// held does what follows from a tip being in doubt for good, or until somebody
// settles it: it may have arrived, so a course goes on, or the reader would get it
// again the next day.
func (r *recorder) held(ctx context.Context, j Job) error {
	var choice string
	if err := r.tx.QueryRowContext(ctx, "SELECT choice FROM contents WHERE id = $1", j.Content).Scan(&choice); err != nil {
		return fmt.Errorf("read content %d: %w", j.Content, err)
	}
	if !strings.HasPrefix(choice, Course("")) {
		return nil
	}
	return r.advanceCourse(ctx, j)
}

// plain drops what PostgreSQL doesn't take as text, so that no answer can keep a
// whole page from being recorded.
func plain(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// advanceCourse moves a course reader's place on, and never back: a tip that was
// sent again by command may be an old one.
func (r *recorder) advanceCourse(ctx context.Context, j Job) error {
	_, err := r.tx.ExecContext(ctx, `
		UPDATE subscriptions SET course_tip = (SELECT t.tip FROM content_tips t WHERE t.content = $1 AND t.position = 0)
		WHERE id = $2 AND NOT EXISTS (
			SELECT 1 FROM deliveries this JOIN editions e ON e.id = this.edition
			JOIN editions later ON later.newsletter = e.newsletter AND later.local_date > e.local_date
			JOIN deliveries d ON d.edition = later.id AND d.subscriber = this.subscriber
			WHERE this.edition = $3 AND this.subscriber = $4 AND d.due_at > this.due_at AND d.state IN ('sent', 'in_doubt'))`,
		j.Content, j.Subscription, j.Key.Edition, j.Key.Subscriber)
	if err != nil {
		return fmt.Errorf("move on in course: %w", err)
	}
	return nil
}
