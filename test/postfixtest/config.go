package postfixtest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setUp lays out a Postfix: what its packages' install script would do.
func (s *Server) setUp(o Options) error {
	if err := s.ports(o.IMAP); err != nil {
		return err
	}
	uid, gid, err := ids("postfix", "postdrop")
	if err != nil {
		return err
	}
	nobody, _, err := ids("nobody", "postdrop")
	if err != nil {
		return err
	}
	folders := []struct {
		name     string
		uid, gid int
		mode     os.FileMode
	}{
		{"", 0, 0, 0o755},
		{"etc", 0, 0, 0o755},
		{"mail", nobody, 0, 0o755},
		{"data", uid, 0, 0o755},
		{"q", 0, 0, 0o755},
		{"q/pid", 0, 0, 0o755},
		{"q/public", uid, gid, 0o710},
		{"q/maildrop", uid, gid, 0o730},
	}
	for name := range strings.FieldsSeq("active bounce corrupt defer deferred flush hold incoming private saved trace") {
		folders = append(folders, struct {
			name     string
			uid, gid int
			mode     os.FileMode
		}{"q/" + name, uid, 0, 0o700})
	}
	for _, f := range folders {
		if err := os.MkdirAll(s.path(f.name), f.mode); err != nil {
			return err
		}
		if err := os.Chmod(s.path(f.name), f.mode); err != nil { // whatever the umask
			return err
		}
		if err := os.Chown(s.path(f.name), f.uid, f.gid); err != nil {
			return err
		}
	}
	if err := s.certificate(); err != nil {
		return err
	}
	return s.writeAll(map[string]string{"etc/main.cf": s.mainCF(o, nobody), "etc/master.cf": s.masterCF(o)})
}

func ids(userName, groupName string) (uid, gid int, err error) {
	u, err := user.Lookup(userName)
	if err != nil {
		return 0, 0, err
	}
	g, err := user.LookupGroup(groupName)
	if err != nil {
		return 0, 0, err
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(g.Gid)
	return uid, gid, nil
}

// mainCF: every recipient's mail goes into one maildir, nothing leaves.
func (s *Server) mainCF(o Options, uid int) string {
	c := map[string]string{
		"compatibility_level":                 "3.6",
		"queue_directory":                     s.path("q"),
		"data_directory":                      s.path("data"),
		"maillog_file":                        s.path("postfix.log"),
		"maillog_file_prefixes":               s.dir,
		"myhostname":                          "mail.example.com",
		"mydestination":                       "",
		"inet_interfaces":                     "loopback-only",
		"inet_protocols":                      "ipv4",
		"mynetworks":                          "127.0.0.0/8",
		"alias_maps":                          "",
		"virtual_mailbox_domains":             "static:all",
		"virtual_mailbox_base":                s.path("mail"),
		"virtual_mailbox_maps":                "static:all/",
		"virtual_uid_maps":                    fmt.Sprintf("static:%d", uid),
		"virtual_gid_maps":                    fmt.Sprintf("static:%d", uid),
		"virtual_mailbox_limit":               "0",
		"default_transport":                   "error:nothing leaves the test",
		"smtpd_peername_lookup":               "no",
		"smtpd_relay_restrictions":            "permit_mynetworks, reject",
		"smtpd_recipient_restrictions":        "permit",
		"smtpd_tls_security_level":            "may",
		"smtpd_tls_chain_files":               s.path("chain.pem"),
		"smtpd_error_sleep_time":              "0",
		"smtpd_client_connection_count_limit": "0",
	}
	if o.NoTLS {
		c["smtpd_tls_security_level"] = "none"
	}
	if len(o.Refuse) > 0 {
		var rules []string
		for to, reply := range o.Refuse {
			rules = append(rules, fmt.Sprintf("{ %s = %s }", to, reply))
		}
		slices.Sort(rules)
		c["smtpd_recipient_restrictions"] = "check_recipient_access inline:{ " + strings.Join(rules, ", ") + " }, permit"
	}
	if len(o.Users) > 0 {
		c["smtpd_sasl_auth_enable"] = "yes"
		c["smtpd_sasl_type"] = "dovecot"
		c["smtpd_sasl_path"] = "private/auth"
		c["smtpd_sasl_security_options"] = "noanonymous"
		c["smtpd_relay_restrictions"] = "permit_sasl_authenticated, reject"
		c["smtpd_recipient_restrictions"] = strings.TrimSuffix(c["smtpd_recipient_restrictions"], "permit") + "permit_sasl_authenticated, reject"
	}
	maps.Copy(c, o.Config)
	var b strings.Builder
	for k, v := range c {
		fmt.Fprintf(&b, "%s = %s\n", k, v)
	}
	return b.String()
}

// masterCF: no chroot, or the daemons couldn't reach the folder's files.
func (s *Server) masterCF(o Options) string {
	services := []string{fmt.Sprintf("%s inet n - n - - smtpd", s.Addr)}
	if !o.NoTLS {
		services = append(services, fmt.Sprintf("%s inet n - n - - smtpd -o smtpd_tls_wrappermode=yes", s.ImplicitAddr))
	}
	services = append(services,
		"pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
		"tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
		"bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce",
		"verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush",
		"proxymap unix - - n - - proxymap", "proxywrite unix - - n - 1 proxymap",
		"smtp unix - - n - - smtp", "relay unix - - n - - smtp", "error unix - - n - - error",
		"retry unix - - n - - error", "discard unix - - n - - discard", "local unix - n n - - local",
		"virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache",
		"postlog unix-dgram n - n - 1 postlogd")
	return strings.Join(append(services, o.Services...), "\n") + "\n"
}

// setUpDovecot lays out a Dovecot that does logins and, if wanted, IMAP.
func (s *Server) setUpDovecot(o Options) error {
	mechanisms := o.Mechanisms
	if len(mechanisms) == 0 {
		mechanisms = strings.Fields("plain login cram-md5 scram-sha-256 xoauth2")
	}
	var users strings.Builder
	for name, password := range o.Users {
		fmt.Fprintf(&users, "%s:{PLAIN}%s\n", name, password)
	}
	s.key = []byte(rand.Text())
	oauth := ""
	if slices.Contains(mechanisms, "xoauth2") {
		oauth = "passdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = " + s.path("oauth2.conf") + "\n}\n"
	}
	// The key's place: prefix, azp, algorithm, kid.
	if err := os.MkdirAll(s.path("keys/default/HS256"), 0o755); err != nil { //nolint:gosec // Dovecot's users read it
		return err
	}
	return s.writeAll(map[string]string{
		"users":                      users.String(),
		"keys/default/HS256/default": base64.StdEncoding.EncodeToString(s.key),
		"oauth2.conf": "introspection_mode = local\n" +
			"local_validation_key_dict = fs:posix:prefix=" + s.path("keys") + "/\nusername_attribute = sub\n",
		"dovecot.conf": s.protocols(o) + "disable_plaintext_auth = no\n" +
			"base_dir = " + s.path("dovecot") + "\nstate_dir = " + s.path("dovecot") + "\nlog_path = " + s.path("dovecot.log") + "\n" +
			"auth_debug = yes\nauth_mechanisms = " + strings.Join(mechanisms, " ") + "\nauth_failure_delay = 0\n" +
			"passdb {\n  driver = passwd-file\n  mechanisms = plain login cram-md5 scram-sha-256\n  args = username_format=%u " + s.path("users") + "\n}\n" + oauth +
			"userdb {\n  driver = static\n  args = uid=nobody gid=nogroup home=" + s.path("mail") + "\n}\n" +
			"service auth {\n  unix_listener " + s.path("q/private/auth") + " {\n    mode = 0660\n    user = postfix\n    group = postfix\n  }\n}\n" +
			// Failed logins slow down those that follow, from everybody here.
			"service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n",
	})
}

// protocols says what Dovecot serves: the mailbox to which Postfix delivers, or
// nothing.
func (s *Server) protocols(o Options) string {
	if !o.IMAP {
		return "protocols =\nssl = no\n"
	}
	return "protocols = imap\nssl = required\nssl_cert = <" + s.path("chain.pem") + "\nssl_key = <" + s.path("chain.pem") + "\n" +
		"mail_location = maildir:" + s.path("mail/all") + "\nmail_fsync = never\nfirst_valid_uid = 1\n" +
		"service imap-login {\n  inet_listener imap {\n    port = 0\n  }\n" +
		"  inet_listener imaps {\n    address = 127.0.0.1\n    port = " + strconv.Itoa(s.IMAPPort) + "\n    ssl = yes\n  }\n}\n"
}

// Token makes an access token for XOAUTH2 that is good for an hour: a JSON Web
// Token (RFC 7519) that Dovecot checks by itself.
func (s *Server) Token(userName string) string {
	return s.TokenUntil(userName, s.begin.Add(time.Hour))
}

// TokenUntil makes a token that ends at an instant, which may have passed.
func (s *Server) TokenUntil(userName string, end time.Time) string {
	b64 := base64.RawURLEncoding
	body := b64.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		b64.EncodeToString(fmt.Appendf(nil, `{"sub":%q,"iat":%d,"exp":%d}`, userName, end.Add(-2*time.Hour).Unix(), end.Unix()))
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(body))
	return body + "." + b64.EncodeToString(mac.Sum(nil))
}
