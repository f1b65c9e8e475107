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
	if r.PasswordFile != "" && !c.broken[path+".password_file"] {
		if !r.Password.IsZero() {
			c.fault(secret, "%s: stands beside password_file; keep one of them", secret)
			return
		}
		r.PasswordFile = c.secretPath(r.PasswordFile)
		text, err := safefile.ReadSecret(r.PasswordFile)
		switch {
		case err != nil:
			c.unread(path+".password_file", err, "write the path of a file with nothing but the password in it")
		case text == "":
			c.fault(path+".password_file", "%s.password_file: %s is empty; write the password into it", path, r.PasswordFile)
		default:
			r.Password = newSecret(text)
		}
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

// token checks where the token of xoauth2 comes from. given: there is such a
// place, right or wrong.
func (c *checker) token(path string, r *Relay) (given bool) {
	command, file := path+".token_command", path+".token_file"
	key := command
	switch {
	case c.broken[command], c.broken[file]:
		return true
	case len(r.TokenCommand) == 0 && r.TokenFile == "":
		return false
	case len(r.TokenCommand) == 0:
		key = file
	}
	switch {
	case len(r.TokenCommand) > 0 && r.TokenFile != "":
		c.fault(file, "%s: stands beside token_command; keep one of them", file)
	case !r.Password.IsZero():
		c.fault(key, "%s: stands beside a password; keep one of them", key)
	case r.Auth != "xoauth2" && !c.broken[path+".auth"]:
		c.fault(key, "%s: is only used with auth: xoauth2; write that, or remove it", key)
	case key == file:
		r.TokenFile = c.secretPath(r.TokenFile)
		if _, err := safefile.ReadSecret(r.TokenFile); err != nil {
			c.unread(file, err, "write the path of the file that your token is kept in")
		}
	default:
		c.program(command, r.TokenCommand)
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
