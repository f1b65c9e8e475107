package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"dailytip/config"
	"dailytip/zone"
)

// passwordName is the file that a password goes into, beside config.yaml. The unit of
// the packages hands it to the daemon by this name.
const passwordName = "smtp-password"

// answers are what init asks for, as they were given.
type answers struct {
	From, Relay, TLS, Username string
	BaseURL, Listen            string
	Zone, Hour, Days, Tips     string
	password                   string
	stateFolderName            string // of database and tips, as the file names it; "": beside the file
}

// host and port of the relay.
func (a *answers) relay() (host string, port int, err error) {
	host, number, err := net.SplitHostPort(a.Relay)
	if err != nil { // no port
		host, number = strings.Trim(a.Relay, "[]"), "587"
		if onThisMachine(host) {
			number = "25"
		}
	}
	port, err = strconv.Atoi(number)
	if err != nil || host == "" {
		return "", 0, fmt.Errorf("%q isn't a server; write its name and port, such as smtp.example.com:587", a.Relay)
	}
	return host, port, nil
}

func onThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// tls is how the connection to the relay is encrypted. What stays on this machine
// needs no encryption, and a mail server's own certificate is seldom one to trust.
func (a *answers) tls(host string, port int) string {
	switch {
	case a.TLS != "":
		return a.TLS
	case port == 465:
		return "implicit"
	case onThisMachine(host) && a.Username == "":
		return "none"
	}
	return "mandatory"
}

var clockTime = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])$`)

// schedule is the cron expression of hour and days.
func (a *answers) schedule() (string, error) {
	m := clockTime.FindStringSubmatch(a.Hour)
	if m == nil {
		return "", fmt.Errorf("%q isn't a time of day; write one such as 07:30", a.Hour)
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	return fmt.Sprintf("%d %d * * %s", minute, hour, a.Days), nil
}

// check finds what is wrong with the answers, all of it at once, by having a
// configuration of them read.
func (a *answers) check() error {
	var wrong []error
	if a.From == "" {
		wrong = append(wrong, errors.New(`--from is missing; write the sender, such as --from "Daily Tip <tips@example.com>"`))
	}
	if a.Tips != "starter" && a.Tips != "one" {
		wrong = append(wrong, fmt.Errorf("--tips %q is unknown; write starter or one", a.Tips))
	}
	if a.Username != "" && a.password == "" {
		wrong = append(wrong, errors.New("--username needs --password-file, a file with the password"))
	}
	tried := *a // with something right for what is named as wrong already
	if a.From == "" {
		tried.From = "Daily Tip <tips@example.com>"
	}
	if _, _, err := a.relay(); err != nil {
		wrong, tried.Relay = append(wrong, err), "localhost:25"
	}
	if _, err := a.schedule(); err != nil {
		wrong, tried.Hour = append(wrong, err), "07:00"
	}
	faults, err := tried.faults()
	if err != nil {
		return fmt.Errorf("try the configuration out: %w", err)
	}
	for _, f := range faults { // their lines are those of a file that nobody has
		wrong = append(wrong, errors.New(f.Message))
	}
	if len(wrong) > 0 {
		return exit{codeUsage, errors.Join(wrong...)}
	}
	return nil
}

// faults has the configuration read in a folder that goes away again.
func (a *answers) faults() (config.Faults, error) {
	text, err := a.text()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "dailytip-init-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	name, password := filepath.Join(dir, "config.yaml"), filepath.Join(dir, passwordName)
	err = errors.Join(
		os.Mkdir(filepath.Join(dir, "tips"), 0o700),
		os.WriteFile(password, []byte(cmp.Or(a.password, "not given")), 0o600),
		os.WriteFile(name, []byte(text), 0o600),
	)
	if err != nil {
		return nil, err
	}
	_, err = config.Load(name)
	var faults config.Faults
	if errors.As(err, &faults) {
		return faults, nil
	}
	return nil, err
}

// text is the configuration: what differs from the defaults, and why it's there.
func (a *answers) text() (string, error) {
	host, port, err := a.relay()
	if err != nil {
		return "", err
	}
	schedule, err := a.schedule()
	if err != nil {
		return "", err
	}
	standard, relay, newsletter := config.Default(), config.DefaultRelay(), config.DefaultNewsletter()
	var b strings.Builder
	b.WriteString("# The configuration of dailytip. A key that isn't here has its default: docs/configuration.md\n" +
		"# has them all. Type dailytip check when you have changed something.\n\n")
	line := func(indent, key, value, why string) {
		if why != "" {
			why = "  # " + why
		}
		fmt.Fprintf(&b, "%s%s: %s%s\n", indent, key, scalar(value), why)
	}
	line("", "base_url", a.BaseURL, "the readers' pages, which links in mails point to")
	if a.Listen != standard.Listen {
		line("", "listen", a.Listen, "where the daemon serves them")
	}
	if listens, _, err := net.SplitHostPort(a.Listen); err == nil && onThisMachine(listens) && strings.HasPrefix(a.BaseURL, "https://") {
		b.WriteString("trusted_proxies: [127.0.0.1, \"::1\"]  # the web server in front, which has the certificate\n")
	}
	if a.stateFolderName != "" {
		line("", "database", filepath.Join(a.stateFolderName, standard.Database.Reveal()), "back it up with dailytip backup")
	}
	b.WriteString("\n")
	line("", "from", a.From, "the sender")
	b.WriteString("# postal_address: …  # shown in the footer; many countries ask for it\n# alert_to: …        # gets a mail when sending is paused\nkeep_deliveries: 400d  # who was sent what is kept this long; the editions' counts stay\n\nsmtp:\n")
	line("  - ", "host", host, "the relay: it takes the mails and brings them to the readers' servers")
	if port != relay.Port {
		fmt.Fprintf(&b, "    port: %d\n", port)
	}
	if tls := a.tls(host, port); tls != relay.TLS {
		line("    ", "tls", tls, map[bool]string{true: "it's on this machine"}[tls == "none"])
	}
	if a.Username != "" {
		line("    ", "username", a.Username, "")
		line("    ", "password_file", passwordName, "beside this file; a line with nothing but the password")
	}
	id, title := "management", "Management Tip of the Day"
	if a.Tips == "one" {
		id, title = "daily", "Tip of the Day"
	}
	b.WriteString("\nnewsletters:\n")
	line("  - ", "id", id, "never change it: the readers' places hang on it")
	line("    ", "title", title, "what readers see")
	line("    ", "tips", filepath.Join(a.stateFolderName, "tips"), "the folder: one markdown file a tip")
	if schedule != newsletter.Schedule {
		line("    ", "schedule", schedule, "minute hour day month weekday, in each reader's own zone")
	}
	if a.Zone != newsletter.DefaultTimezone {
		line("    ", "default_timezone", a.Zone, "for readers who name none")
	}
	return b.String(), nil
}

// scalar writes a text as YAML, on one line and never taken for a variable's name.
func scalar(text string) string {
	node := yaml.Node{Kind: yaml.ScalarNode, Value: strings.ReplaceAll(text, "${", "$${")}
	if strings.ContainsAny(text, "*&!|>#%@`\"'\n\r\t{}[],?") || strings.Contains(text, ": ") || text == "" {
		node.Style = yaml.DoubleQuotedStyle
	}
	data, err := yaml.Marshal(&node)
	if err != nil { // a text that isn't UTF-8; the reader of the file will say so
		return strconv.Quote(text)
	}
	return strings.TrimSuffix(string(data), "\n")
}

// machineZone is this machine's time zone, by its IANA name; UTC when nobody says.
func machineZone() string {
	name := os.Getenv("TZ")
	if name == "" {
		if target, err := filepath.EvalSymlinks("/etc/localtime"); err == nil {
			_, name, _ = strings.Cut(target, "/zoneinfo/")
		}
	}
	if zone.Check(name) != nil || name == "Etc/UTC" {
		return "UTC"
	}
	return name
}
