package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A table is written by one room: the one that stands above it in the schema, in a
// line of dashes. Whoever else wants something written calls that room, with the
// transaction.

var (
	heading = regexp.MustCompile(`(?m)^-{10,} (\w+)$|^CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
	// The table is empty when it isn't in the same string as the verb.
	writing = regexp.MustCompile(`\b(?:INSERT INTO|INSERT OR \w+ INTO|DELETE FROM|TRUNCATE|UPDATE)\s+(?:ONLY\s+)?(\w*)`)
)

// owners reads from the migrations which room writes each table.
func owners(t *testing.T) map[string]string {
	t.Helper()
	owners := map[string]string{}
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		room := ""
		for _, found := range heading.FindAllStringSubmatch(string(content), -1) {
			if table := found[2]; table == "" {
				room = found[1]
			} else if owners[table] = room; room == "" {
				t.Errorf("%s: table %s has no owner; write above it a line of dashes with the room that writes it", name, table)
			}
		}
	}
	return owners
}

// exceptions are what the rule doesn't hold for.
var exceptions = map[string]string{
	"store/migrate.go link_keys": "the first keys come with the schema",
	"store/move.go ":             "a database is copied into another one, whatever its tables are",
}

// written calls f with the table of each statement in a file that writes: "" when
// the table's name isn't in the same string. Only SQL in capitals is seen.
func written(t *testing.T, path string, f func(position token.Position, table string)) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range writing.FindAllStringSubmatchIndex(text, -1) {
			before := strings.TrimSpace(text[:at[0]])
			if strings.HasSuffix(before, "DO") || strings.HasSuffix(before, "FOR") { // ON CONFLICT … DO UPDATE, SELECT … FOR UPDATE
				continue
			}
			f(files.Position(literal.Pos()), text[at[2]:at[3]])
		}
		return true
	})
}

func TestATableIsWrittenByOneRoom(t *testing.T) {
	owners := owners(t)
	unused := maps.Clone(exceptions)
	silent := maps.Clone(owners)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
		if d.IsDir() {
			switch name { // helpers of tests and measurements write what they like
			case "test", "bench", "store/storetest", ".git":
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		room, _, _ := strings.Cut(name, "/")
		written(t, path, func(position token.Position, table string) {
			delete(silent, table)
			if _, excepted := exceptions[name+" "+table]; excepted {
				delete(unused, name+" "+table)
				return
			}
			switch owner := owners[table]; {
			case table == "":
				t.Errorf("%s:%d: the name of the table stands elsewhere; write it into the statement", name, position.Line)
			case owner == "":
				t.Errorf("%s:%d: there is no table %s", name, position.Line, table)
			case owner != room:
				t.Errorf("%s:%d: %s writes %s, which belongs to %s; call a function of that room, with the transaction", name, position.Line, room, table, owner)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for table := range silent {
		t.Errorf("nobody writes %s: is it still needed, or does this test look in the wrong place?", table)
	}
	for exception := range unused {
		t.Errorf("the exception %q isn't needed any more", exception)
	}
}
