package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// ErrNotEmpty means that a database which is to be moved to holds something.
var ErrNotEmpty = errors.New("the target isn't empty")

// seeded are the tables that the migrations themselves fill; moving replaces
// their rows.
var seeded = []string{"link_keys"}

// Moved is what became of one table.
type Moved struct {
	Table    string
	Rows     int64
	Sum      string // SHA-256 over all rows, in hex: the same for the same rows on both engines
	Repaired int64  // texts from which something was left out that PostgreSQL refuses (U+0000, invalid UTF-8)
}

// Move copies all tables of a database into another, whatever their engines, and
// checks each by reading it back. Both must be up to date, and the target empty.
// All of it is one transaction: after an error, or a crash, the target is as
// empty as before. The source is only read, as it was at one instant. progress,
// if any, hears of each page of rows.
func Move(ctx context.Context, from, to *DB, progress func(table string, rows int64)) ([]Moved, error) {
	source, err := from.snapshot(ctx)
	if err != nil {
		return nil, fmt.Errorf("read source: %w", err)
	}
	defer func() { _ = source.Rollback() }() // it was only read
	tables, err := sameTables(ctx, from, source, to)
	if err != nil {
		return nil, err
	}
	var moved []Moved
	err = to.Write(ctx, func(tx *sql.Tx) error {
		moved = nil
		if err := emptyOut(ctx, tx, tables); err != nil {
			return err
		}
		for _, t := range tables {
			m := mover{table: t, from: source, to: tx, postgres: to.Postgres(), progress: progress}
			done, err := m.move(ctx)
			if err != nil {
				return fmt.Errorf("move table %s: %w", t.name, err)
			}
			moved = append(moved, done)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if to.Postgres() { // its planner guesses until it has looked at the tables
		if _, err := to.write.ExecContext(ctx, "ANALYZE"); err != nil {
			return moved, fmt.Errorf("analyze: %w", err)
		}
	}
	return moved, nil
}

// snapshot begins a transaction that sees the database as it is now.
func (db *DB) snapshot(ctx context.Context) (*sql.Tx, error) {
	options := &sql.TxOptions{ReadOnly: true}
	if db.Postgres() {
		options.Isolation = sql.LevelRepeatableRead
	}
	return db.read.BeginTx(ctx, options)
}

// sameTables returns the tables of both databases.
func sameTables(ctx context.Context, from *DB, source Queryer, to *DB) ([]table, error) {
	tables, err := from.tables(ctx, source)
	if err != nil {
		return nil, err
	}
	others, err := to.tables(ctx, to.read)
	if err != nil {
		return nil, err
	}
	byName := func(a, b table) int { return strings.Compare(a.name, b.name) }
	same := slices.EqualFunc(slices.SortedFunc(slices.Values(tables), byName), slices.SortedFunc(slices.Values(others), byName),
		func(a, b table) bool { return a.name == b.name && slices.Equal(a.columns, b.columns) })
	if !same {
		return nil, ErrOtherVersion
	}
	return tables, nil
}

// emptyOut refuses a database that holds something. It deletes what the migrations
// have put in.
func emptyOut(ctx context.Context, tx *sql.Tx, tables []table) error {
	for _, t := range tables {
		if slices.Contains(seeded, t.name) {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+t.name); err != nil {
				return fmt.Errorf("empty table %s: %w", t.name, err)
			}
		}
		var full bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+t.name+")").Scan(&full); err != nil {
			return fmt.Errorf("look into table %s: %w", t.name, err)
		}
		if full {
			return fmt.Errorf("%w: its table %s has rows; name a new database, or empty this one", ErrNotEmpty, t.name)
		}
	}
	return nil
}

// mover moves one table.
type mover struct {
	table    table
	from, to *sql.Tx
	postgres bool // the target
	progress func(table string, rows int64)
}

func (m mover) move(ctx context.Context) (Moved, error) {
	done := Moved{Table: m.table.name}
	read := checksum{}
	var page []any
	err := m.each(ctx, m.from, func(row []any) error {
		if m.postgres { // which takes only clean text
			done.Repaired += repair(row)
		}
		read.add(row)
		page = append(page, row...)
		if len(page) < m.pageSize()*len(row) {
			return nil
		}
		err := m.insert(ctx, page)
		page = page[:0]
		if m.progress != nil && read.rows%progressEach == 0 {
			m.progress(m.table.name, read.rows)
		}
		return err
	})
	if err != nil {
		return done, err
	}
	if err := m.insert(ctx, page); err != nil {
		return done, err
	}
	written := checksum{}
	err = m.each(ctx, m.to, func(row []any) error { written.add(row); return nil })
	if err != nil {
		return done, fmt.Errorf("read back: %w", err)
	}
	if written != read {
		return done, fmt.Errorf("what was written isn't what was read: %d rows with sum %s, and %d with %s; nothing was kept",
			read.rows, read, written.rows, written)
	}
	done.Rows, done.Sum = read.rows, read.String()
	return done, nil
}

// progressEach is after how many rows something is heard.
const progressEach = 500

// pageSize is how many rows one statement inserts. PostgreSQL, which is a round
// trip away, takes 65,535 values at once; with SQLite one compiled statement for
// a row is fastest, since its driver finds each value by its name among all.
func (m mover) pageSize() int {
	if !m.postgres {
		return 1
	}
	return min(500, 65_535/len(m.table.columns))
}

func (m mover) names() string {
	names := make([]string, len(m.table.columns))
	for i, c := range m.table.columns {
		names[i] = `"` + c.name + `"`
	}
	return strings.Join(names, ", ")
}

// each calls f for each row, with int64, string, bool or nil in the columns.
func (m mover) each(ctx context.Context, q Queryer, f func(row []any) error) error {
	rows, err := q.QueryContext(ctx, "SELECT "+m.names()+" FROM "+m.table.name)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		row := make([]any, len(m.table.columns))
		into := make([]any, len(row))
		for i, c := range m.table.columns {
			into[i] = c.kind.place()
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range row {
			row[i] = value(into[i])
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// place is where a column's value is read to, whatever the driver calls it.
func (k kind) place() any {
	switch k {
	case integer:
		return &sql.NullInt64{}
	case boolean:
		return &sql.NullBool{}
	}
	return &sql.NullString{}
}

func value(place any) any {
	switch v := place.(type) {
	case *sql.NullInt64:
		if v.Valid {
			return v.Int64
		}
	case *sql.NullBool:
		if v.Valid {
			return v.Bool
		}
	case *sql.NullString:
		if v.Valid {
			return v.String
		}
	}
	return nil
}

// repair leaves out of a row's texts what PostgreSQL doesn't take as text.
func repair(row []any) (repaired int64) {
	for i, v := range row {
		s, ok := v.(string)
		if !ok {
			continue
		}
		clean := strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
		if clean != s {
			row[i] = clean
			repaired++
		}
	}
	return repaired
}

// insert writes a page of rows in one statement.
func (m mover) insert(ctx context.Context, page []any) error {
	if len(page) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + m.table.name + " (" + m.names() + ") VALUES ")
	for i := range page {
		switch {
		case i%len(m.table.columns) > 0:
			b.WriteString(", ")
		case i > 0:
			b.WriteString("), (")
		default:
			b.WriteString("(")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteString(")")
	_, err := m.to.ExecContext(ctx, b.String(), page...)
	return err
}

// checksum adds up the SHA-256 of each row, so that the order of rows, which the
// engines don't share, doesn't matter.
type checksum struct {
	rows int64
	sum  [4]uint64
}

func (c *checksum) add(row []any) {
	h := sha256.New()
	for _, v := range row {
		writeCanonical(h, v)
	}
	digest := h.Sum(nil)
	c.rows++
	for i := range c.sum {
		c.sum[i] += binary.BigEndian.Uint64(digest[8*i:])
	}
}

// writeCanonical writes a value as the same bytes whichever engine it came from.
func writeCanonical(h hash.Hash, v any) {
	switch v := v.(type) {
	case nil:
		_, _ = h.Write([]byte("n"))
	case int64:
		_, _ = fmt.Fprintf(h, "i%d;", v)
	case bool:
		_, _ = fmt.Fprintf(h, "b%t;", v)
	case string:
		_, _ = fmt.Fprintf(h, "s%d:%s", len(v), v)
	}
}

func (c checksum) String() string {
	var b [32]byte
	for i, n := range c.sum {
		binary.BigEndian.PutUint64(b[8*i:], n)
	}
	return hex.EncodeToString(b[:])
}
