package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDoorsForBounces(t *testing.T) {
	imap := func(s string) string { return minimal + "bounces:\n  imap: {" + s + "}\n" }
	const login = "username: me, password: secret, "
	for _, c := range []struct{ text, want string }{
		{minimal + "bounces: {listen: '127.0.0.1:2424'}\n", "5: bounces.listen: is of no use without bounces.domain"},
		{minimal + "bounces: {domain: b.example.com, listen: 2424}\n", "5: bounces.listen: \"2424\" has no host"},
		{minimal + "bounces: {domain: b.example.com, listen: nowhere/bounces.sock}\n", "5: bounces.listen: there is no folder"},
		{minimal + "bounces: {domain: b.example.com, listen: /tmp/" + strings.Repeat("x", 100) + "}\n", "is too long for the name of a socket"},
		{imap("username: me"), "6: bounces.imap.host: is missing"},
		{imap("host: imap.example.com"), "6: bounces.imap.username: is missing"},
		{imap("host: imap.example.com, username: me"), "6: bounces.imap.username: has no password"},
		{imap(login + "host: 'imap.example.com:993'"), "isn't a host name"},
		{imap(login + "host: imap.example.com, tls: none, port: 143"), "readable over the network"},
		{imap(login + "host: imap.example.com, tls: optional"), "isn't one of its values"},
		{imap(login + "host: imap.example.com, port: 143"), "port 143 doesn't speak implicit TLS"},
		{imap(login + "host: imap.example.com, tls: mandatory"), "port 993 speaks TLS from the first byte"},
		{imap(login + "host: imap.example.com, port: 0"), "out of range"},
		{imap(login + "host: imap.example.com, token_file: library"), "stands beside a password"},
		{imap(login + "host: imap.example.com, password_file: library"), "stands beside password_file"},
		{imap("username: me, token_file: nowhere, host: imap.example.com"), "6: bounces.imap.token_file: there is no file"},
		{imap("username: me, token_command: [no-such-program], host: imap.example.com"), "isn't a program"},
		{imap(login + "host: imap.example.com, folder: ''"), "6: bounces.imap.folder: is empty"},
		{imap(login + "host: imap.example.com, move_to: Inbox"), "is the folder that is read"},
		{imap(login + "host: imap.example.com, move_to: \"a\\nb\""), "control character"},
		{imap(login + "host: imap.example.com, every: 2d"), "6: bounces.imap.every: 2d is out of range"},
		{imap("username: me, password: \"a\\nb\", host: imap.example.com"), "control character"},
	} {
		faults := faultsOf(t, c.text)
		if len(faults) != 1 || !strings.Contains(faults[0], c.want) {
			t.Errorf("of …%s\ngot  %s\nwant one: %s", strings.TrimPrefix(c.text, minimal), strings.Join(faults, "\n     "), c.want)
		}
	}
}

func TestDoorsForBouncesAsTheyShouldBe(t *testing.T) {
	path := write(t, map[string]string{"secret": "from a file\n", "config.yaml": minimal + `bounces:
  domain: bounces.example.com
  listen: ./bounces.sock
  imap: {host: imap.example.com, username: me, password_file: secret, folder: Returned, move_to: Done, every: 5m}
`})
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(filepath.Dir(path), "bounces.sock"); cfg.Bounces.Listen != want {
		t.Errorf("listen is %s, want %s", cfg.Bounces.Listen, want)
	}
	if m := cfg.Bounces.IMAP; m.Password.Reveal() != "from a file" || m.Port != 993 || m.TLS != "implicit" || m.Every != 5*time.Minute {
		t.Errorf("got %+v", m)
	}
}
