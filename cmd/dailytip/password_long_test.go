//go:build long

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/store/storetest"
)

// saysNoPassword runs commands on a database of that name, every so many of them, and
// looks through everything that they print.
func saysNoPassword(t *testing.T, in *installation, database string, first, every int) {
	t.Helper()
	in.write("quoted.yaml", "database: '"+strings.ReplaceAll(database, "'", "''")+`'
from: Daily Tip <tips@example.com>
smtp: [{host: 127.0.0.1, port: 1}]
newsletters: [{id: management, tips: library}]
`)
	commands := [][]string{
		{"check"},
		{"check", "--json"},
		{"migrate"},
		{"migrate", "--json"},
		{"backup", "copy.db"},
		{"backup", "copy.db", "--json"},
		{"status"},
		{"status", "--json"},
		{"plan"},
		{"subscribers", "list"},
		{"send", "--wait", "0s"},
		{"simulate", "--days", "1"},
		{"tips", "list"},
		{"migrate", "--from", filepath.Join(in.dir, "none.db"), "--to", database},
		{"migrate", "--from", database, "--to", filepath.Join(in.dir, "other.db")},
		{"migrate", "--from", database, "--to", filepath.Join(in.dir, "json.db"), "--json"},
		{"migrate", "--from", database, "--to", database + "x"},
		{"--log-format", "json", "status"},
	}
	for i := first; i < len(commands); i += every {
		args := commands[i]
		cmd := in.command(append([]string{"--config", "quoted.yaml"}, args...)...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		_ = cmd.Run()
		for _, marker := range []string{"Geheim", "%47eheim", "G%65heim"} {
			if strings.Contains(said.String(), marker) {
				t.Errorf("%s with %s says\n%s", strings.Join(args, " "), database, &said)
			}
		}
	}
}

// fifth is every how many of the commands are tried with a broken URL: they all say
// what store.Open says.
const fifth = 5

// Nothing that a command prints has the database's password in it: not when all is
// well, not when the server refuses, and not when the URL is broken.
func TestDatabasePasswordIsNeverPrinted(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	good := strings.Replace(storetest.PostgresURL(t), "postgres@", "postgres:%47eheim@", 1)
	saysNoPassword(t, in, good, 0, 1)
	if s := in.run(0, "--config", "quoted.yaml", "status"); !strings.Contains(s, "management") {
		t.Errorf("the good URL isn't one: %s", s)
	}
	for i, database := range []string{
		strings.Replace(good, "/t", "/nowhere-t", 1),
		"postgres://tips:Geheim@127.0.0.1:1/tips",
		"postgres://tips:G%65heim@0.0.0.0:1/tips",
		"postgres://tips:Geheim@127.0.0.1:x y/tips",
		"postgres://tips:Geheim%zz@127.0.0.1/tips",
		"postgres://tips:a/Geheim@127.0.0.1:1/tips",
		"postgres://tips:Geheim",
		"postgres://127.0.0.1:1/tips?password=Geheim",
		"postgres://127.0.0.1:1/tips?pass%77ord=Geheim&sslmode=nonsense",
		"postgres://tips:Geheim@127.0.0.1:1/tips?sslmode=nonsense",
		"host=127.0.0.1 port=1 password=Geheim dbname=tips",
		"mysql://tips:Geheim@127.0.0.1/tips",
	} {
		saysNoPassword(t, in, database, i%fifth, fifth)
	}
}
