package imap

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"

	"dailytip/inbox"
)

const (
	userName = "tips@example.com"
	password = "s3cret with a \"quote\" and ü"
)

// server is an IMAP server in the process, with one user.
type server struct {
	host   string
	port   int
	caFile string
	user   *imapmemserver.User

	mu       sync.Mutex
	fetched  []imap.UID // by FETCH, each time
	logins   int
	writing  bool // the folder was opened for writing
	unpeeked bool
	sick     map[imap.UID]error // what FETCH says of a message
	tokens   []string           // taken by XOAUTH2; nil: passwords are
}

type serverOptions struct {
	tls    string // as in Options
	caps   imap.CapSet
	tokens []string
}

func serve(t *testing.T, o serverOptions) *server {
	t.Helper()
	ca, err := inbox.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Issue(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{tokens: o.tokens, user: imapmemserver.NewUser(userName, password), sick: map[imap.UID]error{}, caFile: filepath.Join(t.TempDir(), "ca.pem")}
	if err := os.WriteFile(s.caFile, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	s.create(t, "INBOX")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.host, s.port = "localhost", l.Addr().(*net.TCPAddr).Port
	if o.caps == nil {
		o.caps = imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}}
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	options := &imapserver.Options{
		Caps: o.caps, InsecureAuth: o.tls == "none", Logger: log.New(t.Output(), "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			if s.tokens != nil {
				return &tokenSession{session{s: s}}, nil, nil
			}
			return &session{s: s}, nil, nil
		},
	}
	switch o.tls {
	case "mandatory":
		options.TLSConfig = config
	case "", "implicit":
		l = tls.NewListener(l, config)
	}
	srv := imapserver.New(options)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		<-done
	})
	return s
}

func (s *server) create(t *testing.T, folder string) {
	t.Helper()
	if err := s.user.Create(folder, nil); err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// add puts messages into a folder, as they came at an instant.
func (s *server) add(t *testing.T, folder string, at time.Time, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if _, err := s.user.Append(folder, literal{bytes.NewReader([]byte(m))}, &imap.AppendOptions{Time: at}); err != nil {
			t.Fatal(err)
		}
	}
}

// count is how many messages a folder has.
func (s *server) count(t *testing.T, folder string) int {
	t.Helper()
	status, err := s.user.Status(folder, &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	if err != nil {
		t.Fatal(err)
	}
	if *status.NumUnseen != *status.NumMessages {
		t.Errorf("%d of %d messages in %s have been marked as seen", *status.NumMessages-*status.NumUnseen, *status.NumMessages, folder)
	}
	return int(*status.NumMessages)
}

// reads gives the numbers of the messages that were asked for since the last time.
func (s *server) reads() []imap.UID {
	s.mu.Lock()
	defer s.mu.Unlock()
	reads := s.fetched
	s.fetched = nil
	return reads
}

func (s *server) setSick(uid imap.UID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		delete(s.sick, uid)
	} else {
		s.sick[uid] = err
	}
}

// session is one connection.
type session struct {
	*imapmemserver.UserSession

	s *server
}

func (x *session) Login(name, word string) error {
	x.s.mu.Lock()
	x.s.logins++
	x.s.mu.Unlock()
	if err := x.s.user.Login(name, word); err != nil {
		return err
	}
	x.UserSession = imapmemserver.NewUserSession(x.s.user)
	return nil
}

func (x *session) Select(name string, o *imap.SelectOptions) (*imap.SelectData, error) {
	x.s.mu.Lock()
	x.s.writing = x.s.writing || !o.ReadOnly
	x.s.mu.Unlock()
	return x.UserSession.Select(name, o)
}

func (x *session) Fetch(w *imapserver.FetchWriter, set imap.NumSet, o *imap.FetchOptions) error {
	asked, _ := set.(imap.UIDSet)
	uids, _ := asked.Nums()
	x.s.mu.Lock()
	for _, section := range o.BodySection {
		x.s.unpeeked = x.s.unpeeked || !section.Peek
	}
	x.s.fetched = append(x.s.fetched, uids...)
	var sick error
	for _, uid := range uids {
		if err := x.s.sick[uid]; err != nil {
			sick = err
		}
	}
	x.s.mu.Unlock()
	if sick != nil {
		return sick
	}
	return x.UserSession.Fetch(w, set, o)
}

// tokenSession is one that takes tokens instead of passwords.
type tokenSession struct{ session }

func (x *tokenSession) AuthenticateMechanisms() []string { return []string{"XOAUTH2"} }

func (x *tokenSession) Authenticate(string) (sasl.Server, error) { return x, nil }

// Next takes what a client says in XOAUTH2. A refusal comes with a challenge before
// it, as Google's does.
func (x *tokenSession) Next(said []byte) (challenge []byte, done bool, err error) {
	if said == nil {
		return nil, false, nil // a client without SASL-IR is asked
	}
	fields := strings.Split(string(said), "\x01")
	if len(fields) == 4 && fields[0] == "user="+userName && slices.Contains(x.s.tokens, strings.TrimPrefix(fields[1], "auth=Bearer ")) {
		return nil, true, x.Login(userName, password)
	}
	if len(fields) == 4 {
		return []byte(`{"status":"400"}`), false, nil
	}
	return nil, false, imapserver.ErrAuthFailed
}

var _ imapserver.SessionSASL = (*tokenSession)(nil)

// errBroken ends the connection in the middle of a reply.
var errBroken = fmt.Errorf("a fault of the server: %w", io.ErrUnexpectedEOF)

func (s *server) name(folder string) string {
	return userName + "@localhost:" + strconv.Itoa(s.port) + "/" + folder
}
