package main

import (
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/subscribers"
	"dailytip/tokens"
)

func (c *command) tokens() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tokens",
		Short: "Let programs use the API: make, list and revoke their tokens",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(c.tokensNew(), c.tokensList(), c.tokensRevoke())
	return cmd
}

// tokenLine is what the commands print of a token.
type tokenLine struct {
	Name       string   `json:"name"`
	Prefix     string   `json:"prefix"`
	Token      string   `json:"token,omitempty"` // new: the whole of it
	Scopes     []string `json:"scopes"`
	Newsletter string   `json:"newsletter,omitempty"`
	State      string   `json:"state"` // valid, expired, revoked
	Created    string   `json:"created_at"`
	Expires    string   `json:"expires_at,omitempty"`
	Used       string   `json:"used_at,omitempty"`
}

func tokenLineOf(t tokens.Token, now time.Time) tokenLine {
	line := tokenLine{Name: t.Name, Prefix: t.Prefix, Scopes: tokens.Names(t.Scopes), Newsletter: t.Newsletter, State: "valid", Created: t.CreatedAt.Format(time.RFC3339)}
	if !t.ExpiresAt.IsZero() {
		line.Expires = t.ExpiresAt.Format(time.RFC3339)
	}
	if !t.UsedAt.IsZero() {
		line.Used = t.UsedAt.Format(time.RFC3339)
	}
	switch {
	case !t.RevokedAt.IsZero():
		line.State = "revoked"
	case !t.LiveAt(now):
		line.State = "expired"
	}
	return line
}

func (c *command) tokensNew() *cobra.Command {
	var scopes, newsletter, expires string
	cmd := &cobra.Command{
		Use:   "new NAME --scope SCOPES",
		Short: "Make a token and print it, this once",
		Long: `new makes a token for a program, and prints it: nobody can read it again. The program
sends it with each request as "Authorization: Bearer dt_…".

The scopes, with commas between them: read sees everything and changes nothing,
subscribers looks after the list and what came back, plan pins and skips, send sends
test copies, and all is all of them. With --newsletter the token knows of that
newsletter's readers, editions and plan only.`,
		Example: "  dailytip tokens new website --scope subscribers --newsletter management --expires 90d",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			now := time.Now()
			like, err := tokenFlags(args[0], scopes, expires, now)
			if err != nil {
				return err
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			if newsletter != "" {
				if like.Newsletter, err = subscribers.PickNewsletter(newsletter, a.newsletterIDs()); err != nil {
					return exit{codeUsage, err}
				}
			}
			made, text, err := a.tokens.Make(cmd.Context(), now, like)
			if errors.Is(err, tokens.ErrTaken) {
				return exitf(codeFailed, "there is a token %s already; choose another name, or end that one with dailytip tokens revoke %s", like.Name, like.Name)
			}
			if errors.Is(err, tokens.ErrLikePrefix) {
				return exitf(codeUsage, "NAME: %w; choose another", err)
			}
			if err != nil {
				return err
			}
			if !a.config.API {
				c.say("note: nothing answers it yet: write api: true in the configuration")
			}
			if c.json {
				line := tokenLineOf(made, now)
				line.Token = text
				return c.printJSON(line)
			}
			c.printf("%s\n", text)
			c.say("keep it now: it's shown this once")
			return nil
		},
	}
	cmd.Flags().StringVar(&scopes, "scope", "", "what it lets the program do: `scopes` of read, subscribers, plan, send, all")
	cmd.Flags().StringVar(&newsletter, "newsletter", "", "only this newsletter's, by its `id` (default: all)")
	cmd.Flags().StringVar(&expires, "expires", "", "how `long` it's taken, such as 90d (default: until it's revoked)")
	return cmd
}

// maxTokenName is how long a token's name may be, in characters.
const maxTokenName = 64

func tokenFlags(name, scopes, expires string, now time.Time) (like tokens.Token, err error) {
	name = strings.TrimSpace(name)
	if _, err := subscribers.ParseName(name); err != nil || name == "" || len([]rune(name)) > maxTokenName {
		return like, exitf(codeUsage, "NAME: write what the token is for in a word or two, such as website")
	}
	like.Name = name
	if scopes == "" {
		return like, exitf(codeUsage, "--scope is missing; write some of read, subscribers, plan, send, all, with commas between them")
	}
	if like.Scopes, err = tokens.ParseScopes(scopes); err != nil {
		return like, exitf(codeUsage, "--scope: %w", err)
	}
	if expires == "" {
		return like, nil
	}
	life, err := config.ParseDuration(expires)
	if err != nil || life <= 0 {
		return like, exitf(codeUsage, "--expires %q is no time; write it like 90d or 12h", expires)
	}
	like.ExpiresAt = now.Add(life)
	return like, nil
}

func (c *command) tokensList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the tokens, with when each was last used",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			all, err := a.tokens.Every(cmd.Context())
			if err != nil {
				return err
			}
			now := time.Now()
			var rows []table.Row
			for _, t := range all {
				line := tokenLineOf(t, now)
				if c.json {
					if err := c.printJSON(line); err != nil {
						return err
					}
					continue
				}
				rows = append(rows, table.Row{line.Name, line.Prefix + "…", strings.Join(line.Scopes, ","), line.Newsletter, line.State, instant(t.ExpiresAt), instant(t.UsedAt)})
			}
			switch {
			case c.json:
			case len(rows) == 0:
				c.printf("there are no tokens; dailytip tokens new makes one\n")
			default:
				c.table(table.Row{"Name", "Begins", "Scopes", "Newsletter", "State", "Expires", "Last used"}, rows)
			}
			return nil
		},
	}
}

func (c *command) tokensRevoke() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME",
		Short: "End a token at once, by its name or by how it begins",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			ended, err := a.tokens.Revoke(cmd.Context(), time.Now(), strings.TrimSuffix(args[0], "…"))
			if errors.Is(err, tokens.ErrUnknown) {
				return exitf(codeFailed, "there is no token %q that could be revoked; dailytip tokens list shows them", args[0])
			}
			if err != nil {
				return err
			}
			c.printf("%s (%s…) isn't taken any more\n", ended.Name, ended.Prefix)
			return nil
		},
	}
}
