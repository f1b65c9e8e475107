package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dailytip/check"
	"dailytip/config"
	"dailytip/mailer/dkim"
)

func (c *command) dkim() *cobra.Command {
	group := &cobra.Command{
		Use:   "dkim",
		Short: "Keys that sign the mails, and their DNS records",
		Args:  cobra.NoArgs,
	}
	group.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	group.AddCommand(c.dkimKeygen(), c.dkimRecord())
	return group
}

// dkimLine is what keygen and record print of a key with --json.
type dkimLine struct {
	Domain   string `json:"domain"`
	Selector string `json:"selector"`
	Kind     string `json:"type"`
	KeyFile  string `json:"key_file"`
	Name     string `json:"name"`   // where the record stands in DNS
	Record   string `json:"record"` // the value of the TXT record
	Zone     string `json:"zone"`   // the same as a line of a zone file
}

func dkimLineOf(k *dkim.Key, file string) dkimLine {
	return dkimLine{k.Domain, k.Selector, k.Kind(), file, k.Name(), k.Record(), k.Zone()}
}

func (c *command) dkimKeygen() *cobra.Command {
	var domain, selector, kind, out string
	cmd := &cobra.Command{
		Use:   "keygen --domain DOMAIN --selector NAME",
		Short: "Make a key; print its DNS record and the lines for config.yaml",
		Long: `keygen writes a new private key to a file that only you can read, and prints the DNS
record to publish and the lines for config.yaml. It never overwrites a file.

The domain is the one of from: in the configuration. The selector is a name of your
choice, a new one for each key, such as tips2026. Use RSA first: large receivers don't
verify Ed25519 yet, which is for a second key beside it.`,
		Example: "  dailytip dkim keygen --domain example.com --selector tips2026",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return c.runKeygen(domain, selector, kind, out)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&domain, "domain", "", "the sender's `domain`")
	flags.StringVar(&selector, "selector", "", "the `name` of this key among the domain's keys")
	flags.StringVar(&kind, "type", dkim.RSA, "rsa (2048 bits) or ed25519")
	flags.StringVar(&out, "out", "", "the `file` to write (default: dkim-DOMAIN-SELECTOR.pem)")
	for _, name := range []string{"domain", "selector"} {
		_ = cmd.MarkFlagRequired(name) // fails for unknown flags only
	}
	return cmd
}

func (c *command) runKeygen(domain, selector, kind, out string) error {
	if kind != dkim.RSA && kind != dkim.Ed25519 {
		return exitf(codeUsage, "--type %q is unknown; write rsa or ed25519", kind)
	}
	data, _, err := dkim.Generate(kind)
	if err != nil {
		return err
	}
	key, err := dkim.Parse(domain, selector, data)
	if err != nil {
		return exit{codeUsage, err}
	}
	if out == "" {
		out = fmt.Sprintf("dkim-%s-%s.pem", key.Domain, key.Selector)
	}
	if err := dkim.WriteKey(out, data); err != nil {
		return err
	}
	if c.json {
		return c.printJSON(dkimLineOf(key, out))
	}
	c.printf("The private key is in %s. Only you can read it; keep it so.\n\n", out)
	c.printRecord(key)
	c.printf(`
Add to config.yaml:

dkim:
  - domain: %s
    selector: %s
    key_file: %s

Then "dailytip check" compares what is published with the key.
`, key.Domain, key.Selector, yamlText(c.besideConfig(out)))
	return nil
}

func (c *command) printRecord(k *dkim.Key) {
	c.printf(`Publish this TXT record, in a form:

  name   %s
  value  %s

or in a zone file:

%s
`, k.Name(), k.Record(), k.Zone())
}

// besideConfig is a file's path as config.yaml should have it: relative to its
// folder when the file is in there.
func (c *command) besideConfig(file string) string {
	path, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	base, err := filepath.Abs(filepath.Dir(c.configPath()))
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(base, path); err == nil && filepath.IsLocal(relative) {
		return relative
	}
	return path
}

// yamlText quotes what YAML might read as something else.
func yamlText(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/._-", r)
	}) < 0
	if plain && !strings.HasPrefix(s, "-") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

func (c *command) dkimRecord() *cobra.Command {
	return &cobra.Command{
		Use:   "record",
		Short: "Print the DNS records of the configured keys",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := config.Load(c.configPath())
			if err != nil {
				return err
			}
			keys, err := dkimKeys(cfg)
			if err != nil {
				return err
			}
			if len(keys) == 0 {
				return exitf(codeNothing, "%s names no keys under dkim:; dailytip dkim keygen makes one", c.configPath())
			}
			for i, k := range keys {
				if c.json {
					if err := c.printJSON(dkimLineOf(k, cfg.DKIM[i].KeyFile)); err != nil {
						return err
					}
					continue
				}
				if i > 0 {
					c.printf("\n")
				}
				c.printRecord(k)
			}
			return nil
		},
	}
}

// dkimKeys reads the configured keys, in their order; every fault has its line.
func dkimKeys(cfg *config.Config) ([]*dkim.Key, error) {
	var faults config.Faults
	keys := make([]*dkim.Key, 0, len(cfg.DKIM))
	for i, d := range cfg.DKIM {
		k, err := dkim.Load(d.Domain, d.Selector, d.KeyFile)
		if err != nil {
			faults = append(faults, cfg.Fault(fmt.Sprintf("dkim[%d].key_file", i), "%v", err))
			continue
		}
		keys = append(keys, k)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return keys, nil
}

// checkDKIM compares the keys with DNS, and the senders with the keys.
func checkDKIM(ctx context.Context, cfg *config.Config, r *net.Resolver, readers int64) []finding {
	if len(cfg.DKIM) == 0 {
		f := finding{"DKIM", check.Note, "nothing signs here: the relay has to, with a key of the sender's domain"}
		if readers > aTest {
			f.Result, f.Detail = check.Warning, f.Detail+"; Gmail, Yahoo, Microsoft, GMX and La Poste want that (dailytip dkim keygen makes a key)"
		}
		return []finding{f}
	}
	keys, err := dkimKeys(cfg)
	if err != nil {
		return []finding{{"DKIM", "failed", err.Error()}}
	}
	var findings []finding
	for _, k := range keys {
		f := finding{"DKIM " + k.Selector + " of " + k.Domain, "ok", "the published " + k.Kind() + " key is ours"}
		if err := dkim.CheckDNS(ctx, r, k); errors.Is(err, dkim.ErrUnreachable) {
			f.Result, f.Detail = "warning", err.Error()
		} else if err != nil {
			f.Result, f.Detail = "failed", err.Error()
		}
		findings = append(findings, f)
	}
	return append(findings, checkSenders(cfg, dkim.New(keys))...)
}

// checkSenders finds senders whose mails carry no signature that large
// receivers verify.
func checkSenders(cfg *config.Config, signer *dkim.Signer) []finding {
	var senders []string
	for _, n := range cfg.Newsletters {
		senders = append(senders, n.From.Address, n.ConfirmFrom.Address)
	}
	slices.Sort(senders)
	var findings []finding
	for _, sender := range slices.Compact(senders) {
		if sender == "" {
			continue
		}
		keys := signer.Keys(sender)
		f := finding{"DKIM for " + sender, "warning", ""}
		switch {
		case len(keys) == 0:
			f.Detail = "these mails aren't signed; add a key for " + domainOf(sender) + " (dailytip dkim keygen)"
		case keys[0].Kind() != dkim.RSA: // RSA keys come first
			f.Detail = "signed with Ed25519 only, which large receivers don't verify; add an RSA key"
		default:
			continue
		}
		findings = append(findings, f)
	}
	return findings
}
