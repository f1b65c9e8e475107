//go:build interop

package interop

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dailytip/test/freeport"
)

// unpacked is a mail server that runs from its Debian packages, without being
// installed.
type unpacked struct {
	dir            string // debs and files
	port, implicit int    // with STARTTLS, and TLS from the first byte
	caFile         string
}

// download fetches packages and what they need that this machine lacks.
func download(t *testing.T, names ...string) *unpacked {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("a file system of its own takes root")
	}
	u := &unpacked{dir: t.TempDir()}
	debs := filepath.Join(u.dir, "debs")
	if err := os.Mkdir(debs, 0o777); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("apt-get", append([]string{"install", "--simulate", "--no-install-recommends"}, names...)...).Output()
	if err != nil {
		t.Fatalf("what %s needs: %v (apt-get update?)", names, err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Inst" && strings.HasPrefix(f[1], "lib") {
			names = append(names, f[1])
		}
	}
	get := exec.Command("apt-get", append([]string{"download", "-q"}, names...)...)
	get.Dir = debs
	if out, err := get.CombinedOutput(); err != nil {
		t.Fatalf("download %s: %v: %s", names, err, out)
	}
	for _, port := range []*int{&u.port, &u.implicit} {
		var err error
		if *port, err = freeport.Find(); err != nil {
			t.Fatal(err)
		}
	}
	u.certificate(t)
	return u
}

// certificate makes one that is its own authority, with an RSA key; see
// testdata/opensmtpd.c.
func (u *unpacked) certificate(t *testing.T) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
	u.file(t, "interop/cert.pem", 0o644, text)
	u.file(t, "interop/key.pem", 0o600, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	u.caFile = filepath.Join(u.dir, "files", "interop", "cert.pem")
}

// file lays a file over the machine's.
func (u *unpacked) file(t *testing.T, name string, mode os.FileMode, text string) {
	t.Helper()
	path := filepath.Join(u.dir, "files", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// start runs a shell script as the only process of a world of its own, until
// the test ends, and waits for the greeting.
func (u *unpacked) start(t *testing.T, users, script string) {
	t.Helper()
	cmd := exec.Command("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
		"./chroot", u.dir, users, "/bin/bash", "-euc", script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // killed: no other end is expected
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			said := out.Bytes()
			t.Logf("the server said:\n%s", said[max(0, len(said)-5000):])
		}
	})
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", u.port))
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-ended:
			t.Fatal("the server ended at once")
		default:
		}
		if time.Since(begin) > 2*time.Minute {
			t.Fatal("after two minutes the server doesn't listen")
		}
	}
}

// take has both kinds of TLS and some logins tried, one of them with all mails.
func (u *unpacked) take(t *testing.T, users, script string, setUp func(far int), logins ...string) {
	t.Helper()
	far, door := farEnd(t)
	setUp(door.Port)
	u.start(t, users, script)
	for i, auth := range logins {
		t.Run(auth, func(t *testing.T) {
			r := relay{port: u.port, tls: "mandatory", auth: auth, caFile: u.caFile}
			n := *few
			if i == 0 {
				n = *mails
			}
			if i%2 == 1 {
				r.port, r.tls = u.implicit, "implicit"
			}
			r.send(t, far, n)
		})
	}
}

func TestExim(t *testing.T) {
	u := download(t, "exim4-daemon-light", "exim4-base")
	u.take(t, "Debian-exim", `
		mkdir -p /var/spool/exim4 /var/log/exim4
		chown -R Debian-exim:Debian-exim /var/spool/exim4 /var/log/exim4 /interop
		chown root /etc/exim4/exim4.conf
		exec /usr/sbin/exim4 -bdf -q1m
	`, func(far int) {
		u.file(t, "etc/exim4/exim4.conf", 0o644, fmt.Sprintf(eximConfig, u.port, u.implicit, u.implicit, far, userName, password))
	}, "plain", "login", "cram-md5")
}

const eximConfig = `
primary_hostname = mail.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = %d : %d
tls_on_connect_ports = %d
tls_advertise_hosts = *
tls_certificate = /interop/cert.pem
tls_privatekey = /interop/key.pem
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 100
smtp_accept_max_per_connection = 100000
smtp_accept_queue_per_connection = 0
FAR = %d
USER = %s
PASSWORD = %s

begin acl
rcpt:
  deny
    !authenticated = *
    message = log in first
  accept

begin routers
far:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = far

begin transports
far:
  driver = smtp
  port = FAR
  allow_localhost
  hosts_avoid_tls = *

begin retry
* * F,2h,1s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{USER}}{eq{$auth3}{PASSWORD}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if and{{eq{$auth1}{USER}}{eq{$auth2}{PASSWORD}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${if eq{$auth1}{USER}{PASSWORD}fail}
  server_set_id = $auth1
`

func TestOpenSMTPD(t *testing.T) {
	u := download(t, "opensmtpd")
	u.take(t, "opensmtpd opensmtpq", `
		mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty /run/smtpd
		chmod 711 /var/spool/smtpd /var/lib/opensmtpd/empty
		chown -R root:root /interop /etc/smtpd.conf
		chgrp opensmtpq /usr/sbin/smtpctl
		echo "`+userName+` $(echo -n '`+password+`' | openssl passwd -6 -stdin)" >/interop/users
		cc -shared -fPIC -o /interop/opensmtpd.so /interop/opensmtpd.c -ldl
		LD_PRELOAD=/interop/opensmtpd.so exec /usr/sbin/smtpd -d >/interop/log 2>&1
	`, func(far int) {
		u.file(t, "etc/smtpd.conf", 0o644, fmt.Sprintf(opensmtpdConfig, u.port, u.implicit, far))
		shim, err := os.ReadFile("testdata/opensmtpd.c")
		if err != nil {
			t.Fatal(err)
		}
		u.file(t, "interop/opensmtpd.c", 0o644, string(shim))
	}, "plain", "login")
}

// It hands on by LMTP, which it does in parallel, unlike by SMTP to one host.
const opensmtpdConfig = `
pki mail cert "/interop/cert.pem"
pki mail key "/interop/key.pem"
table users file:/interop/users
table everybody { "@" = nobody }
listen on 127.0.0.1 port %d tls-require pki mail auth <users> hostname mail.example.com
listen on 127.0.0.1 port %d smtps pki mail auth <users> hostname mail.example.com
action far lmtp "127.0.0.1:%d" rcpt-to virtual <everybody>
match auth from any for any action far
`
