// Package pgserver starts a PostgreSQL server of its own for tests and
// measurements, from the machine's package, on a free port of the loopback
// interface, as an unprivileged user when the caller is root.
//
// It owns that server and its folder. Both go when the process that started
// them ends, however it ends.
package pgserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"dailytip/test/freeport"
)

// Options of a server.
type Options struct {
	// Durable waits for the disk at each commit. Without, what was committed
	// survives the server's end, but not the machine's.
	Durable bool
}

// Server is a running PostgreSQL.
type Server struct {
	port   int
	dir    string
	pgctl  string
	conf   string
	attr   *syscall.SysProcAttr
	end    io.Closer // the watch's end of the pipe; unreferenced, it would be closed
	halted *exec.Cmd // the watch
}

// Start makes a server with an empty cluster, and starts it. The error says
// what is missing.
func Start(o Options) (*Server, error) {
	initdb, err := binary("initdb")
	if err != nil {
		return nil, err
	}
	s := &Server{pgctl: filepath.Join(filepath.Dir(initdb), "pg_ctl")}
	if s.dir, err = os.MkdirTemp("", "dailytip-pg-"); err != nil {
		return nil, err
	}
	if s.port, err = freeport.Find(); err != nil {
		return nil, err
	}
	if s.attr, err = unprivileged(s.dir); err != nil {
		return nil, err
	}
	if err := s.watch(); err != nil {
		return nil, err
	}
	if err := s.run(initdb, "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.conf = fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c max_connections=300", s.port, s.dir)
	if !o.Durable {
		s.conf += " -c fsync=off"
	}
	if err := s.start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// URL names a database of the server, which need not exist.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// Again starts a server that was killed or halted, and waits until it answers.
// After a kill the other processes may take a moment to notice, and until then
// PostgreSQL refuses.
func (s *Server) Again() (err error) {
	for range 100 {
		if err = s.start(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

func (s *Server) start() error {
	return s.run(s.pgctl, "-D", s.data(), "-w", "-t", "120", "-l", filepath.Join(s.dir, "log"), "-o", s.conf, "start")
}

// Halt ends the server at once, as pg_ctl's immediate mode does: every process
// leaves without a word.
func (s *Server) Halt() error {
	return s.run(s.pgctl, "-D", s.data(), "-w", "-m", "immediate", "stop")
}

// Kill sends the server's first process a SIGKILL, on which the others end as
// soon as they notice.
func (s *Server) Kill() error {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	if err != nil || pid <= 1 {
		return fmt.Errorf("kill PostgreSQL: postmaster.pid begins with %q", first)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	return nil
}

// Close ends the server and removes its folder.
func (s *Server) Close() error {
	return errors.Join(s.end.Close(), s.halted.Wait())
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr, cmd.Dir = s.attr, s.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, out)
	}
	return nil
}

// watch has a shell beside the server end it when our end of a pipe closes,
// which is also when we are killed.
func (s *Server) watch() (err error) {
	s.halted = exec.Command("sh", "-c", `cat >/dev/null; "$0" -D "$1/data" -m immediate stop >/dev/null 2>&1; cd /; rm -rf "$1"`, s.pgctl, s.dir)
	s.halted.SysProcAttr = s.attr
	if s.end, err = s.halted.StdinPipe(); err != nil {
		return err
	}
	return s.halted.Start()
}

// binary finds a program of PostgreSQL's, which Debian keeps out of the PATH.
func binary(name string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) > 0 {
		return found[len(found)-1], nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New("no initdb found; install the package postgresql")
	}
	return filepath.EvalSymlinks(path)
}

// unprivileged gives a folder to a user that isn't root, since PostgreSQL
// refuses to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	// A group of its own: an interrupt at the keyboard is ours to handle.
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}
