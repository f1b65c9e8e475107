package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dailytip/editions"
	"dailytip/subscribers"
)

// follow does what an outcome brings with it, in the same transaction.
func (r *recorder) follow(ctx context.Context, o Outcome) error {
	delivery := o.Job.Key.Notice == 0
	if delivery {
		r.tally(o)
	}
	switch {
	case o.State == Failed:
		err := r.l.refused(ctx, r.tx, r.now, o)
		if err == nil && delivery && o.Job.Doubts > 0 {
			err = r.followDoubt(ctx, o.Job)
		}
		return err
	case o.HeldBack:
		b := o.bounce()
		b.Class = subscribers.HardBounce
		return r.l.list.HoldBack(ctx, r.tx, r.now, b)
	case o.State == Sent && o.Job.Content != 0: // anybody may read the tip now, and a course goes on
		course, err := r.publish(ctx, o.Job.Content)
		if err != nil || !course || !delivery {
			return err
		}
		return r.advanceCourse(ctx, o.Job)
	case o.State == InDoubt && delivery:
		return r.followDoubt(ctx, o.Job)
	}
	return nil
}

// followDoubt does what follows when a mail comes to its end that may have arrived: a
// course goes on, or the reader would get the tip again the next day.
func (r *recorder) followDoubt(ctx context.Context, j Job) error {
	course, err := editions.InCourse(ctx, r.tx, j.Content)
	if err != nil || !course {
		return err
	}
	return r.advanceCourse(ctx, j)
}

// publish notes that a content has reached somebody, once, and tells whether it
// belongs to a course. Most mails of a page have the same.
func (r *recorder) publish(ctx context.Context, content int64) (course bool, err error) {
	if course, known := r.courses[content]; known {
		return course, nil
	}
	if course, err = editions.Publish(ctx, r.tx, r.now, content); err != nil {
		return false, fmt.Errorf("publish content %d: %w", content, err)
	}
	r.courses[content] = course
	return course, nil
}

// advanceCourse moves a course reader's place on, and never back: a tip that was
// sent again by command may be an old one.
func (r *recorder) advanceCourse(ctx context.Context, j Job) error {
	var tip string
	err := r.tx.QueryRowContext(ctx, `
		SELECT t.tip FROM content_tips t WHERE t.content = $1 AND t.position = 0 AND NOT EXISTS (
			SELECT 1 FROM deliveries this JOIN editions e ON e.id = this.edition
			JOIN editions later ON later.newsletter = e.newsletter AND later.local_date > e.local_date
			JOIN deliveries d ON d.edition = later.id AND d.subscriber = this.subscriber
			WHERE this.edition = $2 AND this.subscriber = $3 AND d.due_at > this.due_at AND d.state IN ('sent', 'in_doubt'))`,
		j.Content, j.Key.Edition, j.Key.Subscriber).Scan(&tip)
	if errors.Is(err, sql.ErrNoRows) { // a later one has moved it
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the place in a course: %w", err)
	}
	return subscribers.MoveOnInCourse(ctx, r.tx, j.Subscription, tip)
}
