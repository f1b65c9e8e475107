package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// tooLate is what stands for the answer of a mail that expired.
const tooLate = "it could not be sent in time"

// Expire ends what could not be delivered in time (P7) and returns how many.
func (l *Ledger) Expire(ctx context.Context, now time.Time) (n int64, err error) {
	for {
		// Mostly there's none: then nobody waits for the right to write.
		var overdue bool
		if err := l.db.Read().QueryRowContext(ctx, sqlOverdue, store.Millis(now)).Scan(&overdue); err != nil {
			return n, fmt.Errorf("look for what expires: %w", err)
		}
		if !overdue {
			return n, nil
		}
		err := l.db.Write(ctx, func(tx *sql.Tx) error {
			for _, table := range []string{"deliveries", "notices"} {
				some, err := affected(tx.ExecContext(ctx, sqlExpire(l.db, table), store.Millis(now), controlChunk))
				if err != nil {
					return err
				}
				n += some
			}
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("expire: %w", err)
		}
	}
}

// sqlOverdue asks for the earliest end: it's the first entry of an index.
const sqlOverdue = `
	SELECT COALESCE((SELECT MIN(expires_at) FROM deliveries WHERE ` + waits + `) <= $1, FALSE)
		OR EXISTS (SELECT 1 FROM notices WHERE ` + waits + ` AND expires_at <= $1)`

func sqlExpire(db *store.DB, table string) string {
	key := keyOf(table)
	return `
		WITH overdue AS MATERIALIZED (
			SELECT ` + key + ` FROM ` + table + ` WHERE ` + waits + ` AND expires_at <= $1 LIMIT $2` + db.SkipLocked(table) + `)
		UPDATE ` + table + ` SET state = 'expired', done_at = $1, answer = CASE WHEN answer = '' THEN '` + tooLate + `' ELSE answer END
		WHERE (` + key + `) IN (SELECT ` + key + ` FROM overdue)`
}

// keyOf is the primary key of deliveries or of notices.
func keyOf(table string) string {
	if table == "notices" {
		return "id"
	}
	return "edition, subscriber"
}
