package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// mostKept is as much of a message as is kept, in bytes: what is read of it is at its
// beginning.
const mostKept = 256 << 10

// digest tells apart what was taken: of an event, one payload may hold several, and
// one message may end several subscriptions.
func digest(r Return, subscription int64) string {
	sum := sha256.New()
	if subscription != 0 {
		_, _ = fmt.Fprintf(sum, "%d\x00", subscription) // never fails
	}
	sum.Write(r.Raw)
	for _, f := range r.Findings {
		_, _ = fmt.Fprintf(sum, "\x00%s\x00%s\x00%s", f.Class, f.Recipient, f.Status) // never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// write writes a message down and returns its number; 0: it was there already, or there
// are too many about its mail.
func (t *Taker) write(ctx context.Context, tx *sql.Tx, now time.Time, b subscribers.Bounce, digest string, raw []byte) (int64, error) {
	kept, err := t.pack(raw)
	if err != nil {
		return 0, err
	}
	id := t.ids.New(now)
	res, err := tx.ExecContext(ctx, `
		INSERT INTO returned_mails (id, at, subscriber, edition, notice, digest, raw)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), $6, $7
		WHERE (SELECT COUNT(*) FROM returned_mails WHERE subscriber = $3 AND edition = $4 AND notice = $5) < $8
		ON CONFLICT DO NOTHING`,
		id, store.Millis(now), b.Subscriber, b.Edition, b.Notice, digest, kept, mostReturns)
	if err != nil {
		return 0, fmt.Errorf("write down what came back: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return 0, err
	}
	return id, nil
}

// pack makes text of a message, as both databases hold it.
func (t *Taker) pack(raw []byte) (string, error) {
	if t.Keep <= 0 {
		return "", nil
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(raw[:min(len(raw), mostKept)])
	if err = errors.Join(err, z.Close()); err != nil {
		return "", fmt.Errorf("compress what came back: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func unpack(kept string) ([]byte, error) {
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(kept)))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, mostKept))
}

// ErrForgotten means that a message isn't kept any more, or never was: a reply while
// sending comes with none.
var ErrForgotten = errors.New("there is no message kept")

// Raw returns the message that a bounce came with, or [ErrForgotten].
func (t *Taker) Raw(ctx context.Context, q store.Queryer, id int64) ([]byte, error) {
	var kept string
	err := q.QueryRowContext(ctx, "SELECT raw FROM returned_mails WHERE id = $1", id).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) || err == nil && kept == "" {
		return nil, ErrForgotten
	}
	if err != nil {
		return nil, fmt.Errorf("read what came back: %w", err)
	}
	return unpack(kept)
}

// Erase forgets the messages that came back from a reader.
func Erase(ctx context.Context, tx *sql.Tx, subscriber int64) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM returned_mails WHERE subscriber = $1", subscriber); err != nil {
		return fmt.Errorf("erase what came back: %w", err)
	}
	return nil
}

// pruneStep is how many messages one transaction forgets.
const pruneStep = 500

// prune forgets messages after Keep, and that they came when nothing counts any more
// about their mails. It reports whether there may be more.
func (t *Taker) prune(ctx context.Context, now time.Time) (more bool, err error) {
	forgotten := now.Add(-max(returnTime, t.Keep))
	var due bool
	err = t.DB.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM returned_mails WHERE at <= $1 AND raw <> '' OR at <= $2)",
		store.Millis(now.Add(-t.Keep)), store.Millis(forgotten)).Scan(&due)
	if err != nil || !due {
		return false, err
	}
	err = t.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, step := range []struct {
			sql string
			at  time.Time
		}{
			{"UPDATE returned_mails SET raw = '' WHERE id IN (SELECT id FROM returned_mails WHERE at <= $1 AND raw <> '' ORDER BY at LIMIT $2)", now.Add(-t.Keep)},
			{"DELETE FROM returned_mails WHERE id IN (SELECT id FROM returned_mails WHERE at <= $1 ORDER BY at LIMIT $2)", forgotten},
		} {
			res, err := tx.ExecContext(ctx, step.sql, store.Millis(step.at), pruneStep)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if more = more || n == pruneStep; err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}
