package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// prompter asks a person, a line at a time: plain text, so that it works on any
// terminal and with a screen reader.
type prompter struct {
	ctx context.Context //nolint:containedctx // it ends what waits for a person
	in  *os.File
	out io.Writer
	r   *bufio.Reader
}

// prompter is nil when nobody sits at a terminal.
func (c *command) prompter(ctx context.Context) *prompter {
	in, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return nil
	}
	return &prompter{ctx, in, visibleWriter{c.err}, bufio.NewReader(awaited{ctx, in})}
}

// line asks until an answer passes its check. Enter takes the proposal.
func (p *prompter) line(question, proposal string, check func(string) error) (string, error) {
	for {
		shown := ""
		if proposal != "" {
			shown = " [" + proposal + "]"
		}
		_, _ = fmt.Fprintf(p.out, "%s%s: ", question, shown)
		text, err := p.r.ReadString('\n')
		if err != nil {
			return "", p.ended(err)
		}
		if text = strings.TrimSpace(text); text == "" {
			text = proposal
		}
		if check == nil {
			return text, nil
		}
		if err = check(text); err == nil {
			return text, nil
		}
		_, _ = fmt.Fprintf(p.out, "  %v\n", err)
	}
}

// secret asks for what isn't shown while it's typed.
func (p *prompter) secret(question string) (string, error) {
	before, err := term.GetState(int(p.in.Fd()))
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprintf(p.out, "%s: ", question)
	data, err := await(p.ctx, func() ([]byte, error) { return term.ReadPassword(int(p.in.Fd())) })
	_, _ = fmt.Fprintln(p.out)
	if err != nil {
		_ = term.Restore(int(p.in.Fd()), before) // a signal came while nothing was shown
		return "", p.ended(err)
	}
	return string(data), nil
}

func (p *prompter) yesNo(question string, proposal bool) (bool, error) {
	shown := map[bool]string{true: "yes", false: "no"}[proposal]
	text, err := p.line(question+" (yes or no)", shown, func(s string) error {
		if !strings.HasPrefix("yes", strings.ToLower(s)) && !strings.HasPrefix("no", strings.ToLower(s)) {
			return errors.New("write yes or no")
		}
		return nil
	})
	return err == nil && strings.HasPrefix("yes", strings.ToLower(text)), err
}

// ended says that no more answers come.
func (p *prompter) ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, errInterrupted) {
		return exitf(codeFailed, "the questions were broken off; nothing was written")
	}
	return fmt.Errorf("read an answer: %w", err)
}

// ask asks for all that a configuration needs. Each answer is checked at once, in a
// configuration that is right otherwise.
func (p *prompter) ask(o *initOptions) error {
	_, _ = fmt.Fprintf(p.out, "This writes %s. Enter takes what stands in brackets.\n\n", o.configuration)
	good := answers{
		From: "Daily Tip <tips@example.com>", Relay: "localhost:25", BaseURL: "http://localhost:8080", Listen: "127.0.0.1:8080",
		Zone: "UTC", Hour: "07:00", Days: "MON-FRI", Tips: "starter",
	}
	questions := []struct {
		text   string
		answer *string
		in     func(*answers) *string
	}{
		{"Sender, such as Daily Tip <tips@example.com>", &o.From, func(a *answers) *string { return &a.From }},
		{"Relay, the SMTP server that takes the mails (host:port)", &o.Relay, func(a *answers) *string { return &a.Relay }},
		{"Address of the readers' pages", &o.BaseURL, func(a *answers) *string { return &a.BaseURL }},
		{"Time zone of readers who name none", &o.Zone, func(a *answers) *string { return &a.Zone }},
		{"Time of day, in each reader's zone", &o.Hour, func(a *answers) *string { return &a.Hour }},
		{"First tips: starter (ours, on management) or one (to write over)", &o.Tips, func(a *answers) *string { return &a.Tips }},
	}
	for _, q := range questions {
		var err error
		*q.answer, err = p.line(q.text, *q.answer, func(s string) error {
			if s == "" {
				return errors.New("this is needed")
			}
			tried := good
			*q.in(&tried) = s
			return tried.check()
		})
		if err != nil {
			return err
		}
		if q.answer == &o.Relay {
			if err := p.askLogin(o); err != nil {
				return err
			}
		}
	}
	_, _ = fmt.Fprintln(p.out)
	return o.check() // together
}

func (p *prompter) askLogin(o *initOptions) (err error) {
	if o.Username, err = p.line("User name at the relay (Enter: it wants no login)", o.Username, nil); err != nil || o.Username == "" {
		return err
	}
	for o.password == "" && err == nil {
		o.password, err = p.secret("Password (it isn't shown)")
	}
	return err
}
