package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"dailytip/admins"
	"dailytip/config"
	"dailytip/credential"
	"dailytip/store"
	"dailytip/web"
	"dailytip/web/admin"
)

func (c *command) admin() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "admin",
		Short: "Let people sign in to the pages of those who plan and run",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(c.adminPassword())
	return cmd
}

func (c *command) adminPassword() *cobra.Command {
	return &cobra.Command{
		Use:   "password",
		Short: "Read a password and print the line for config.yaml",
		Long: `password asks for a password, twice, and prints what config.yaml keeps of it, for an
entry of admin.people. Nobody can read the password from that. It has at least fifteen
characters, for it's all that protects the pages.

When it isn't asked on a terminal, it's the first line of standard input.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := c.newPassword(cmd.Context())
			if err != nil {
				return err
			}
			hash, err := credential.Make(password)
			if err != nil {
				return exit{codeFailed, err}
			}
			if c.json {
				return c.printJSON(map[string]string{"password_hash": hash})
			}
			c.printf("password_hash: '%s'\n", hash)
			return nil
		},
	}
}

// newPassword asks for a password, or reads it where nobody can be asked.
func (c *command) newPassword(ctx context.Context) (string, error) {
	p := c.prompter(ctx)
	if p == nil {
		line, err := bufio.NewReader(io.LimitReader(awaited{ctx, c.in}, 64<<10)).ReadString('\n')
		if errors.Is(err, io.EOF) { // the last line may have no end
			err = nil
		}
		return strings.TrimRight(line, "\r\n"), err
	}
	first, err := p.secret("Password (it isn't shown)")
	if err != nil {
		return "", err
	}
	second, err := p.secret("The same once more")
	if err == nil && first != second {
		err = exitf(codeFailed, "the two differ; nothing was printed")
	}
	return first, err
}

// newAdmins are the people who may sign in.
func newAdmins(cfg *config.Config, db *store.DB) (*admins.Admins, error) {
	o := admins.Options{DB: db}
	if p := cfg.Admin.OIDC; p.Issuer != "" {
		o.OIDC = fmt.Sprintf("%q %q %q", p.Issuer, p.ClientID, p.Roles)
	}
	for _, p := range cfg.Admin.People {
		o.People = append(o.People, admins.Person{Name: p.Name, Password: p.PasswordHash.Reveal(), Role: admins.Role(p.Role)})
	}
	return admins.New(o)
}

// adminOptions are what the pages of those who plan and run need.
func (a *app) adminOptions() admin.Options {
	p := a.config.Admin.OIDC
	return admin.Options{
		Admins: a.admins, Scheduler: a.scheduler, Ledger: a.ledger, Mails: a.adminMails(),
		List: a.list, Membership: a.membership, Editions: a.editions, Intake: a.intake, Enqueued: a.opened,
		Provider: admin.Provider{
			Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret.Reveal(),
			Groups: map[admins.Role][]string{admins.Viewer: p.Roles.Viewer, admins.Editor: p.Roles.Editor, admins.Operator: p.Roles.Operator},
		},
	}
}

// listenAdmin listens where these pages have a listener of their own; nil: they haven't.
func (a *app) listenAdmin(ctx context.Context) (net.Listener, error) {
	if a.config.Admin.Listen == "" || a.admins.Nobody() {
		return nil, nil //nolint:nilnil // there is none, and that is no fault
	}
	return a.listen(ctx, "admin.listen", a.config.Admin.Listen)
}

// adminWeb makes the server of that listener.
func (a *app) adminWeb() *web.Server {
	var newsletters []web.Newsletter
	for _, n := range a.config.Newsletters {
		newsletters = append(newsletters, web.Newsletter{ID: n.ID, Title: n.Title, Accent: n.Accent, Language: n.Language})
	}
	server := web.New(a.webOptions(a.config.Admin.BaseURL, newsletters))
	o := a.adminOptions()
	o.Alone = true
	admin.AddTo(server, o)
	return server
}

// calendarURL is where editors plan; "": there are no such pages.
func calendarURL(cfg *config.Config) string {
	if !cfg.Admin.Exists() {
		return ""
	}
	return strings.TrimSuffix(cmp.Or(cfg.Admin.BaseURL, cfg.BaseURL), "/") + "/admin/calendar"
}

// calendarPage is the address of a date there; nil: there are no such pages. The date
// stands in it twice: who has to sign in first loses what follows the #.
func calendarPage(cfg *config.Config) func(newsletter, date string) string {
	page := calendarURL(cfg)
	if page == "" {
		return nil
	}
	return func(newsletter, date string) string {
		return page + "?" + url.Values{"newsletter": {newsletter}, "date": {date}}.Encode() + "#" + date
	}
}

// checkAdmin says where the pages of those who plan and run are.
func checkAdmin(cfg *config.Config) []finding {
	if !cfg.Admin.Exists() {
		return nil
	}
	base := cmp.Or(cfg.Admin.BaseURL, cfg.BaseURL)
	u, err := url.Parse(base)
	switch {
	case err == nil && u.Scheme == "http" && !admin.Local(u.Host):
		return []finding{{"admin", "warning", base + "/admin isn't https: nobody can sign in there, for passwords could be read on the way"}}
	case err == nil && u.Scheme == "https" && len(cfg.TrustedProxies) == 0:
		return []finding{{"admin", "warning", base + "/admin: trusted_proxies is empty, so everybody seems to come from the proxy's address, and a stranger's guesses keep all people from signing in; name the proxy there"}}
	}
	return []finding{{"admin", "ok", base + "/admin"}}
}
