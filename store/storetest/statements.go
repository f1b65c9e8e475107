package storetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"modernc.org/sqlite"

	"dailytip/store"
)

// Statements is what was asked of an SQLite database.
type Statements struct {
	mu    sync.Mutex
	order []string
	known map[string]bool
	times int
}

// Noted returns a migrated SQLite database and what is asked of it from now on.
func Noted(t testing.TB) (*store.DB, *Statements) {
	t.Helper()
	path := SQLite(t).Path()
	s := &Statements{known: map[string]bool{}}
	name := fmt.Sprintf("sqlite-noted-%d", databases.Add(1))
	sql.Register(name, noting{s})
	db, err := store.OpenThrough(t.Context(), name, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, s
}

// Take returns each statement once, in the order in which they came, and forgets
// them.
func (s *Statements) Take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.order
	s.order, s.known = nil, map[string]bool{}
	return taken
}

// Times is how often a statement was compiled, from the beginning.
func (s *Statements) Times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times
}

// Plan is how SQLite carries a statement out, step by step. Whatever its parameters are, it
// does so in the same way.
func Plan(t testing.TB, db *store.DB, text string) (steps []string) {
	t.Helper()
	highest := 0
	for _, m := range parameter.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		highest = max(highest, n)
	}
	rows, err := db.Read().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, highest)...)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

var parameter = regexp.MustCompile(`\$(\d+)`)

func (s *Statements) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times++
	if !s.known[text] {
		s.known[text], s.order = true, append(s.order, text)
	}
}

// noting is SQLite's driver, which notes what it's asked.
type noting struct{ *Statements }

func (n noting) Open(name string) (driver.Conn, error) {
	c, err := (&sqlite.Driver{}).Open(name)
	if err != nil {
		return nil, err
	}
	own, ok := c.(conn)
	if !ok {
		_ = c.Close()
		return nil, fmt.Errorf("the driver's connection is a %T, which lacks something", c)
	}
	return notingConn{own, n.Statements}, nil
}

// conn is what database/sql uses of a connection.
type conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type notingConn struct {
	conn
	notes *Statements
}

func (c notingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.notes.note(query)
	return c.conn.PrepareContext(ctx, query)
}

func (c notingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.notes.note(query)
	return c.conn.ExecContext(ctx, query, args)
}

func (c notingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.notes.note(query)
	return c.conn.QueryContext(ctx, query, args)
}
