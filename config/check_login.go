package config

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"

	"dailytip/safefile"
)

func (c *checker) login(path string, r *Relay) {
	secret := path + ".password"
	if !c.password(path, &r.Password, &r.PasswordFile) {
		return
	}
	if strings.ContainsFunc(r.Username+r.Password.Reveal(), unicode.IsControl) { // RFC 4013 §2.3
		c.fault(secret, "%s: the user name or the password has a line break or another control character in it; write each on one line", path)
	}
	token := c.token(path, r)
	noPassword := r.Password.IsZero() && !token && !c.broken[secret] && !c.broken[path+".password_file"]
	named := r.Auth != "auto" && r.Auth != "none" && !c.broken[path+".auth"]
	switch {
	case named && r.Username == "" && !c.broken[path+".username"]:
		c.fault(path+".auth", "%s.auth: %s needs a login; write username: and password: (or password_file:), or auth: none", path, r.Auth)
	case r.Auth == "none" && r.Username != "":
		c.fault(path+".username", "%s.username: is never used with auth: none; remove it, or write auth: auto", path)
	case r.Username != "" && noPassword:
		c.fault(path+".username", "%s.username: has no password; write password: ${SMTP_PASSWORD} or password_file: beside it", path)
	case r.Username == "" && !r.Password.IsZero() && !c.broken[path+".username"]:
		c.fault(secret, "%s: has no username; write username: beside it", secret)
	}
	if r.TLS == "none" && (r.Auth == "plain" || r.Auth == "login" || r.Auth == "xoauth2") && !loopback(r.Host) {
		c.fault(path+".tls", "%s.tls: none would send the password of auth: %s readable over the network; write tls: mandatory", path, r.Auth)
	}
}

// password reads the password from its file, when that is where it is. It reports
// whether there is one place for it at most.
func (c *checker) password(path string, password *Secret, file *string) bool {
	return c.secretIn(path+".password", password, file, "password")
}

// token checks where the token of xoauth2 comes from. given: there is such a
// place, right or wrong.
func (c *checker) token(path string, r *Relay) (given bool) {
	unfit := ""
	if r.Auth != "xoauth2" && !c.broken[path+".auth"] {
		unfit = "is only used with auth: xoauth2; write that, or remove it"
	}
	return c.tokenSource(path, r.TokenCommand, &r.TokenFile, r.Password, unfit)
}

// tokenSource checks where a token comes from. unfit says why it can't be used at
// all; "": it can. given: some place is named, right or wrong.
func (c *checker) tokenSource(path string, argv []string, file *string, password Secret, unfit string) (given bool) {
	key, fileKey := path+".token_command", path+".token_file"
	switch {
	case c.broken[key], c.broken[fileKey]:
		return true
	case len(argv) == 0 && *file == "":
		return false
	case len(argv) == 0:
		key = fileKey
	}
	switch {
	case len(argv) > 0 && *file != "":
		c.fault(fileKey, "%s: stands beside token_command; keep one of them", fileKey)
	case !password.IsZero():
		c.fault(key, "%s: stands beside a password; keep one of them", key)
	case unfit != "":
		c.fault(key, "%s: %s", key, unfit)
	case key == fileKey:
		*file = c.secretPath(*file)
		if _, err := safefile.ReadSecret(*file); err != nil {
			c.unread(fileKey, err, "write the path of the file that your token is kept in")
		}
	default:
		c.program(key, argv)
	}
	return true
}

// program checks that a command can be run; a path is relative to the
// configuration, a bare name is looked for in $PATH.
func (c *checker) program(path string, argv []string) {
	if strings.TrimSpace(argv[0]) == "" {
		c.fault(path, "%s: its first entry is empty; write the program there, then its arguments, such as [oauth2-token, --account, tips]", path)
		return
	}
	if filepath.Base(argv[0]) != argv[0] {
		argv[0] = c.abs(argv[0])
	}
	if _, err := exec.LookPath(argv[0]); err != nil {
		c.fault(path, "%s: %s isn't a program that can be run here; write its whole path, and make it executable", path, clip(argv[0]))
	}
}

// unread reports a file with a secret that couldn't be read. When this user may not,
// or the file is shown to the daemon alone, it's in the way of nobody who sends nothing.
func (c *checker) unread(path string, err error, advice string) {
	report := c.fault
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		report = c.outOfReach
	}
	report(path, "%s: %v; %s", path, err, advice)
}

// secretPath is where a file with a secret is. A systemd credential may stand in
// for it: a bare name is looked for in $CREDENTIALS_DIRECTORY first.
func (c *checker) secretPath(name string) string {
	path := c.abs(name)
	if dir, ok := c.lookup("CREDENTIALS_DIRECTORY"); ok && dir != "" && filepath.Base(name) == name {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			path = filepath.Join(dir, name)
		}
	}
	c.cfg.secretFiles = append(c.cfg.secretFiles, path)
	return path
}
