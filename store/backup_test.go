package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
)

// A backup is the database as it was at one instant, whoever writes meanwhile.
func TestBackUp(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	fill(t, db, 3)
	write := func(ctx context.Context, statements ...string) error {
		return db.Write(ctx, func(tx *sql.Tx) error {
			for _, s := range statements {
				if _, err := tx.ExecContext(ctx, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	// Two tables that always have as much of the one as of the other, and enough
	// in them for a backup to take a while.
	err := write(t.Context(), "CREATE TABLE one (x BIGINT NOT NULL, y TEXT NOT NULL)", "CREATE TABLE two (x BIGINT NOT NULL, y TEXT NOT NULL)",
		`INSERT INTO one WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i, printf('%0100d', i) FROM n`,
		`INSERT INTO two SELECT x, y FROM one`)
	if err != nil {
		t.Fatal(err)
	}
	writing, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	var written atomic.Int64
	writer.Go(func() {
		for ; writing.Err() == nil; written.Add(1) {
			err := write(context.WithoutCancel(writing), "INSERT INTO one VALUES (0, '')", "UPDATE one SET x = x + 1 WHERE x = 7", "INSERT INTO two VALUES (0, '')")
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer writer.Wait()
	defer stop()
	file := filepath.Join(t.TempDir(), "copy.db")
	var made store.Backup
	for before := int64(-1); before < 0 || written.Load() < before+2; { // until it's one during which there was writing
		if before >= 0 {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		before = written.Load()
		if made, err = store.BackUp(t.Context(), db.Path(), file); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	writer.Wait()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 || info.Size() != made.Bytes || made.Version < 8 {
		t.Errorf("%s, %d bytes; %+v", info.Mode(), info.Size(), made)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	restored, err := store.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = restored.Close() }()
	var one, two int
	err = restored.Read().QueryRowContext(t.Context(), "SELECT (SELECT COUNT(*) FROM one), (SELECT COUNT(*) FROM two)").Scan(&one, &two)
	if err != nil || one != two || one < 50000 {
		t.Errorf("%d and %d rows, %v", one, two, err)
	}
	for _, name := range names(t, db) {
		if name == "one" || name == "two" {
			continue
		}
		var before, after int
		query := "SELECT COUNT(*) FROM " + name
		if err := errors.Join(db.Read().QueryRowContext(t.Context(), query).Scan(&before),
			restored.Read().QueryRowContext(t.Context(), query).Scan(&after)); err != nil || before != after {
			t.Errorf("%s: %d rows, of %d; %v", name, after, before, err)
		}
	}
}

// What can't be backed up leaves nothing behind, and nothing is replaced.
func TestBackUpRefuses(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	good := db.Path()
	fill(t, db, 50)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	damaged := append([]byte(nil), data...)
	for i := 4096 * 3; i < len(damaged)-4096; i += 7 {
		damaged[i] ^= 0x5a
	}
	other := filepath.Join(dir, "other.db")
	empty, err := store.OpenScratch(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := empty.Read().ExecContext(t.Context(), "CREATE TABLE theirs (x)"); err != nil {
		t.Fatal(err)
	}
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink("nowhere", dangling); err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	cancelled, cancel := context.WithDeadline(t.Context(), time.Time{})
	defer cancel()
	for name, test := range map[string]struct {
		ctx      context.Context //nolint:containedctx // a test's table
		from, to string
		is       error
		says     string
	}{
		"no source":      {t.Context(), filepath.Join(dir, "none.db"), filepath.Join(to, "a"), fs.ErrNotExist, "none.db"},
		"no folder":      {t.Context(), good, filepath.Join(to, "none", "a"), fs.ErrNotExist, "none"},
		"a file":         {t.Context(), good, put("there.db", []byte("x")), store.ErrExists, "there.db"},
		"a link":         {t.Context(), good, dangling, store.ErrExists, "dangling"},
		"itself":         {t.Context(), good, good, store.ErrExists, ""},
		"no database":    {t.Context(), put("text.db", []byte(strings.Repeat("no database ", 1000))), filepath.Join(to, "a"), nil, "is no SQLite database"},
		"not ours":       {t.Context(), other, filepath.Join(to, "a"), store.ErrNotOurs, ""},
		"damaged":        {t.Context(), put("damaged.db", damaged), filepath.Join(to, "a"), nil, "damaged"},
		"an end of time": {cancelled, good, filepath.Join(to, "a"), context.DeadlineExceeded, ""},
	} {
		_, err := store.BackUp(test.ctx, test.from, test.to)
		if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, err := os.ReadDir(to); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if now, err := os.ReadFile(filepath.Join(dir, "there.db")); err != nil || string(now) != "x" {
		t.Errorf("the file that was there: %q, %v", now, err)
	}
}
