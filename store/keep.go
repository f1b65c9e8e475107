package store

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"regexp"
	"strconv"

	"modernc.org/sqlite"
)

// keptStatements is how many compiled statements a connection keeps. The program
// has about a hundred texts.
const keptStatements = 128

// openKeeping opens an SQLite pool whose connections keep their compiled
// statements. SQLite takes longer to compile a statement than to run it, and
// database/sql compiles one anew for each call.
func openKeeping(dsn string) *sql.DB { return sql.OpenDB(connector{dsn: dsn}) }

type connector struct {
	dsn  string
	turn bool // transactions wait for their turn as in turn.go
}

func (c connector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	k := &keeper{sqliteConn: conn.(sqliteConn), kept: map[string]*list.Element{}, order: list.New()}
	if !c.turn {
		return k, nil
	}
	return inTurn(ctx, k)
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keeper is a connection that keeps the statements it has run, by their text.
// As with any driver's, one goroutine uses it at a time.
type keeper struct {
	sqliteConn
	kept  map[string]*list.Element // of *statement
	order *list.List               // the last one used in front
}

type statement struct {
	compiled
	text string
	open bool // its rows are being read
}

type compiled interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keepable finds what is worth keeping. A pragma may act while it's compiled and
// not again when it's run, and a change of the schema is made once.
var keepable = regexp.MustCompile(`(?i)^\s*(select|insert|update|delete|with)\b`)

// statement returns the kept statement of a text, compiled if need be; nil when
// there's none to keep, or its rows are still being read.
func (k *keeper) statement(ctx context.Context, text string) (*statement, error) {
	if e := k.kept[text]; e != nil {
		k.order.MoveToFront(e)
		if s := e.Value.(*statement); !s.open {
			return s, nil
		}
		return nil, nil
	}
	if !keepable.MatchString(text) {
		return nil, nil
	}
	prepared, err := k.PrepareContext(ctx, inPlace(text))
	if err != nil {
		return nil, err
	}
	s := &statement{compiled: prepared.(compiled), text: text}
	k.kept[text] = k.order.PushFront(s)
	return s, k.forget()
}

var parameter = regexp.MustCompile(`\$(\d+)`)

// inPlace writes a statement's parameters as ? where each stands once and they
// come in order: of those that have a name, the driver makes a copy at each run.
// No text has a $ in quotes.
func inPlace(text string) string {
	for i, m := range parameter.FindAllStringSubmatch(text, -1) {
		if m[1] != strconv.Itoa(i+1) {
			return text
		}
	}
	return parameter.ReplaceAllLiteralString(text, "?")
}

// forget drops the statement that hasn't been used for longest, when there are
// too many.
func (k *keeper) forget() error {
	for e := k.order.Back(); e != nil && k.order.Len() > keptStatements; e = e.Prev() {
		if s := e.Value.(*statement); !s.open {
			k.order.Remove(e)
			delete(k.kept, s.text)
			return s.Close()
		}
	}
	return nil
}

// Statements returns the texts that the connection keeps. Who has it from
// [sql.Conn.Raw] can have SQLite explain what the program asked.
func (k *keeper) Statements() []string {
	texts := make([]string, 0, len(k.kept))
	for text := range k.kept {
		texts = append(texts, text)
	}
	return texts
}

func (k *keeper) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.sqliteConn.ExecContext(ctx, text, args)
	}
	return s.ExecContext(ctx, args)
}

func (k *keeper) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.sqliteConn.QueryContext(ctx, text, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.open = true
	return &keptRows{Rows: rows, of: s}, nil
}

// Close ends the connection. SQLite closes a file only when its statements are
// gone.
func (k *keeper) Close() error {
	var errs []error
	for e := k.order.Front(); e != nil; e = e.Next() {
		errs = append(errs, e.Value.(*statement).Close())
	}
	k.order.Init()
	clear(k.kept)
	errs = append(errs, k.sqliteConn.Close())
	return errors.Join(errs...)
}

// keptRows tells its statement when it may be run again.
type keptRows struct {
	driver.Rows
	of *statement
}

func (r *keptRows) Close() error {
	r.of.open = false
	return r.Rows.Close()
}
