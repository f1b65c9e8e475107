package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pressly/goose/v3"
)

// table is what the database itself says of one of its tables.
type table struct {
	name    string
	columns []column // by name
	needs   []string // the tables that its foreign keys point to
}

type column struct {
	name string
	kind kind
}

// kind is a column's type in both engines.
type kind string

const (
	integer kind = "bigint"
	text    kind = "text"
	boolean kind = "boolean"
)

// tables reads the schema: all tables but the migrations' own, each after those
// that it refers to.
func (db *DB) tables(ctx context.Context, q Queryer) ([]table, error) {
	names, err := oneColumn(ctx, q, db.dialect(
		`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> $1 ORDER BY name`,
		`SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> $1 ORDER BY tablename`,
	), goose.DefaultTablename)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	var all []table
	for _, name := range names {
		t := table{name: name}
		if t.columns, err = db.columns(ctx, q, name); err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", name, err)
		}
		if t.needs, err = oneColumn(ctx, q, db.dialect(
			`SELECT DISTINCT "table" FROM pragma_foreign_key_list($1)`,
			`SELECT DISTINCT r.relname FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid
				WHERE c.contype = 'f' AND c.conrelid = CAST($1 AS regclass)`,
		), name); err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", name, err)
		}
		all = append(all, t)
	}
	return inOrder(all)
}

// dialect picks the engine's own text, for what isn't the same in both.
func (db *DB) dialect(sqlite, postgres string) string {
	if db.Postgres() {
		return postgres
	}
	return sqlite
}

func (db *DB) columns(ctx context.Context, q Queryer, name string) ([]column, error) {
	rows, err := q.QueryContext(ctx, db.dialect(
		`SELECT name, CASE lower(type) WHEN 'integer' THEN 'bigint' ELSE lower(type) END FROM pragma_table_info($1) ORDER BY name`,
		`SELECT column_name, data_type FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name COLLATE "C"`,
	), name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var columns []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind); err != nil {
			return nil, err
		}
		if !slices.Contains([]kind{integer, text, boolean}, c.kind) {
			return nil, fmt.Errorf("column %s is of type %s, which isn't the same in both engines", c.name, c.kind)
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

// inOrder sorts tables so that each comes after those it refers to.
func inOrder(all []table) ([]table, error) {
	var sorted []table
	done := map[string]bool{}
	for len(sorted) < len(all) {
		before := len(sorted)
		for _, t := range all {
			ready := !slices.ContainsFunc(t.needs, func(n string) bool { return n != t.name && !done[n] })
			if ready && !done[t.name] {
				sorted, done[t.name] = append(sorted, t), true
			}
		}
		if len(sorted) == before {
			return nil, errors.New("read schema: foreign keys go in a circle")
		}
	}
	return sorted, nil
}

// oneColumn reads a query of one column.
func oneColumn(ctx context.Context, q Queryer, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	return Collect(rows, err, Column[string])
}
