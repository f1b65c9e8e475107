package store

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// How each way to a server is encrypted: "plain", "tls" for a certificate that
// nobody looks at, or "verified" with the name.
func waysOf(t *testing.T, name string) string {
	t.Helper()
	c, err := postgresConfig(name)
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, way := range append([]*pgconn.FallbackConfig{{Host: c.Host, Port: c.Port, TLSConfig: c.TLSConfig}}, c.Fallbacks...) {
		switch {
		case way.TLSConfig == nil:
			all = append(all, way.Host+" plain")
		case way.TLSConfig.InsecureSkipVerify:
			all = append(all, way.Host+" tls")
		default:
			all = append(all, way.Host+" verified as "+way.TLSConfig.ServerName)
		}
	}
	return strings.Join(all, ", ")
}

func TestConnectionsThatLeaveTheMachineAreVerified(t *testing.T) {
	service := filepath.Join(t.TempDir(), "services")
	text := "[far]\nhost=db.example.com\ndbname=tips\n[farther]\nhost=db.example.com\nsslmode=prefer\n[open]\nhost=db.example.com\nsslmode=disable\n"
	if err := os.WriteFile(service, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const verified = "db.example.com verified as db.example.com"
	for _, c := range []struct{ env, name, want string }{
		{"", "postgres://u:p@db.example.com/tips", verified},
		{"", "postgresql://u@db.example.com/tips?connect_timeout=5", verified},
		{"", "postgres://u@10.0.0.7/tips", "10.0.0.7 verified as 10.0.0.7"},
		{"", "postgres:///tips?host=db.example.com", verified},
		{"", "postgres://u@one.example,two.example:5433/tips", "one.example verified as one.example, two.example verified as two.example"},
		{"", "postgres://u@localhost,two.example/tips", "localhost tls, localhost plain, two.example verified as two.example"},
		{"", "postgres://u@db.example.com/tips?sslnegotiation=direct", verified},
		// The machine's own.
		{"", "postgres://u@localhost/tips", "localhost tls, localhost plain"},
		{"", "postgres://u@127.0.0.1/tips", "127.0.0.1 tls, 127.0.0.1 plain"},
		{"", "postgres://u@[::1]:5433/tips", "::1 tls, ::1 plain"},
		{"", "postgres:///tips?host=/run/postgresql", "/run/postgresql plain"},
		// The operator's word.
		{"", "postgres://u@db.example.com/tips?sslmode=disable", "db.example.com plain"},
		{"", "postgres://u@db.example.com/tips?sslmode=prefer", "db.example.com tls, db.example.com plain"},
		{"", "postgres://u@db.example.com/tips?ssl%6dode=require", "db.example.com tls"},
		{"", "postgres://u@db.example.com/tips?ssl=true", "db.example.com tls"},
		{"PGSSLMODE=disable", "postgres://u@db.example.com/tips", "db.example.com plain"},
		{"PGSSLMODE=require", "postgres://u@db.example.com/tips", "db.example.com tls"},
		{"PGSSLMODE=prefer", "postgres://u@db.example.com/tips", verified},
		{"PGSSLMODE=allow", "postgres://u@db.example.com/tips", verified},
		{"PGHOST=db.example.com", "postgres:///tips", verified},
		{"PGSERVICE=far", "postgres:///tips", verified},
		{"", "postgres:///tips?service=farther", verified},
		{"", "postgres:///tips?service=open", "db.example.com plain"},
	} {
		t.Run(c.env+" "+c.name, func(t *testing.T) {
			for _, name := range []string{"PGHOST", "PGSSLMODE", "PGSERVICE", "PGSSLROOTCERT", "PGSSLNEGOTIATION"} {
				t.Setenv(name, "")
				_ = os.Unsetenv(name)
			}
			t.Setenv("PGSERVICEFILE", service)
			if key, value, ok := strings.Cut(c.env, "="); ok {
				t.Setenv(key, value)
			}
			if got := waysOf(t, c.name); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// thief is a server on the way: it says that there is no TLS, and asks for the
// password. It keeps what it's told.
func thief(t *testing.T) (port string, heard func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var mu sync.Mutex
	var all bytes.Buffer
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				buf := make([]byte, 4096)
				for turn := 0; ; turn++ {
					n, err := c.Read(buf)
					if err != nil {
						return
					}
					mu.Lock()
					all.Write(buf[:n])
					mu.Unlock()
					if n == 8 { // SSLRequest
						_, _ = io.WriteString(c, "N")
						continue
					}
					if buf[0] == 'p' { // the password: it has what it wants
						return
					}
					_, _ = c.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 3}) // AuthenticationCleartextPassword
				}
			}()
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, func() string {
		mu.Lock()
		defer mu.Unlock()
		return all.String()
	}
}

// Somebody on the way who says that the server has no TLS gets no password.
func TestNoPasswordInTheClear(t *testing.T) {
	t.Setenv("PGSSLMODE", "")
	_ = os.Unsetenv("PGSSLMODE")
	port, heard := thief(t)
	// 0.0.0.0 is this machine, and no name of it that we go by.
	name := fmt.Sprintf("postgres://tips:hunter2@0.0.0.0:%s/tips?connect_timeout=10", port)
	for what, open := range map[string]func() error{
		"Open":       func() error { _, err := Open(t.Context(), name); return err },
		"OpenToRead": func() error { _, err := OpenToRead(t.Context(), name); return err },
	} {
		err := open()
		if err == nil || !strings.Contains(err.Error(), "?sslmode=disable") || !strings.Contains(err.Error(), "?sslrootcert=FILE") {
			t.Errorf("%s: the error doesn't say what to write: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if strings.Contains(heard(), "hunter2") {
		t.Error("the password went out in the clear")
	}
	_, _ = Open(t.Context(), name+"&sslmode=disable") // as the operator says
	if !strings.Contains(heard(), "hunter2") {
		t.Error("the thief hears nothing: the test looks at too little")
	}
}

// What can't be read is told without its password.
func TestUnreadableURLs(t *testing.T) {
	for _, name := range []string{
		"postgres://tips:hunter2@db:x y/tips", "postgres://tips:hunter2@db:99999/tips", "postgres://tips:hunter2%zz@db/tips",
		"postgres://tips:hun%74er2@db/tips?sslmode=nonsense", "postgres://tips:hunter2", "postgres://tips:hunter2/x", "postgres://tips:hunter2:hunter2@db/tips?port=x",
		"postgres://db/tips?password=hunter2&sslmode=x", "postgres://db/tips?pass%77ord=hunter2&sslmode=x",
		"postgres://tips:hunter2@db/tips?service=nowhere", "postgres://tips:a/hunter2@db/tips?sslmode=x",
	} {
		_, err := Open(t.Context(), name)
		if err == nil {
			t.Errorf("%s was opened", name)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "hun%74er2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
