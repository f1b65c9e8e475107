package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"golang.org/x/sync/errgroup"

	"dailytip/bounces/imap"
	"dailytip/bounces/lmtp"
	"dailytip/config"
	"dailytip/oauth"
)

// doors are the ways in for what comes back, as the configuration names them.
type doors struct {
	lmtp     *lmtp.Door
	listener net.Listener // nil: nobody hands anything in
	mailbox  *imap.Mailbox
}

// doors makes the ways in, and listens.
func (a *app) doors(ctx context.Context) (d doors, err error) {
	var names []string
	if d.mailbox, err = a.mailbox(); err != nil {
		return d, err
	}
	if address := a.config.Bounces.Listen; address != "" {
		d.lmtp = lmtp.New(lmtp.Options{Taker: a.intake, Name: a.config.Bounces.Domain, Log: a.log})
		if d.listener, err = a.listenForBounces(ctx, address); err != nil {
			return d, err
		}
		names = append(names, lmtp.Name(d.listener))
		a.log.Info("bounces are taken by LMTP and SMTP", "at", address)
	}
	if d.mailbox != nil {
		names = append(names, d.mailbox.Door())
		a.log.Info("bounces are taken from a mailbox", "mailbox", d.mailbox.String(), "every", a.config.Bounces.IMAP.Every)
	}
	if err := a.intake.OnlyDoors(ctx, names...); err != nil {
		return d, fmt.Errorf("forget which ways in failed: %w", err)
	}
	return d, nil
}

// tryDoors looks for what can only be found by doing it: the mailbox's options, and an
// address other than the one in use.
func (a *app) tryDoors(ctx context.Context, inUse *config.Config) error {
	if _, err := a.mailbox(); err != nil {
		return err
	}
	address := a.config.Bounces.Listen
	if address == "" || address == inUse.Bounces.Listen {
		return nil
	}
	l, err := a.listenForBounces(ctx, address)
	if err != nil {
		return err
	}
	return l.Close()
}

// run has a group run them until the context ends.
func (d doors) run(ctx context.Context, group *errgroup.Group) {
	if d.listener != nil {
		group.Go(func() error { return d.lmtp.Run(ctx, d.listener) })
	}
	if d.mailbox != nil {
		group.Go(func() error { return d.mailbox.Run(ctx) })
	}
}

func (a *app) listenForBounces(ctx context.Context, address string) (net.Listener, error) {
	l, err := lmtp.Listen(ctx, address)
	if err != nil {
		return nil, config.Faults{a.config.Fault("bounces.listen", "can't listen on %s: %v; choose another address", address, err)}
	}
	return l, nil
}

// mailbox is the mailbox that is read, nil when there is none. It connects to none.
func (a *app) mailbox() (*imap.Mailbox, error) {
	c := a.config.Bounces.IMAP
	if c.Host == "" {
		return nil, nil
	}
	o := imap.Options{
		Taker: a.intake, DB: a.db, Host: c.Host, Port: c.Port, TLS: c.TLS, CAFile: c.CAFile,
		Username: c.Username, Password: c.Password.Reveal(), Folder: c.Folder, MoveTo: c.MoveTo, Every: c.Every, Log: a.log,
	}
	switch {
	case len(c.TokenCommand) > 0:
		o.Token = oauth.Command(c.TokenCommand)
	case c.TokenFile != "":
		o.Token = oauth.File(c.TokenFile)
	}
	m, err := imap.New(o)
	if err != nil {
		return nil, config.Faults{a.config.Fault("bounces.imap", "%v", err)}
	}
	return m, nil
}

// doorChecks tries each way in, so that none has to wait for another.
func doorChecks(a *app) (checks []func(context.Context) []finding) {
	if address := a.config.Bounces.Listen; address != "" {
		checks = append(checks, func(ctx context.Context) []finding { return []finding{checkListener(ctx, address)} })
	}
	return append(checks, func(ctx context.Context) []finding { return checkMailbox(ctx, a) })
}

// checkMailbox logs in to the mailbox, if there is one.
func checkMailbox(ctx context.Context, a *app) []finding {
	m, err := a.mailbox()
	if err != nil {
		return []finding{{"bounces.imap", "failed", err.Error()}}
	}
	if m == nil {
		return nil
	}
	f := finding{Check: "bounces.imap", Result: "ok"}
	if f.Detail, err = m.Check(ctx); err != nil {
		f.Result, f.Detail = "failed", err.Error()+"; check bounces.imap: in the configuration"
	}
	return []finding{f}
}

// checkListener listens for a moment. Where a daemon listens already, it looks whether
// that is one of ours.
func checkListener(ctx context.Context, address string) finding {
	f := finding{"bounces.listen", "ok", address + " can be listened on"}
	if l, err := lmtp.Listen(ctx, address); err == nil {
		if err := l.Close(); err != nil {
			f.Result, f.Detail = "failed", err.Error()
		}
		return f
	} else if ours, asking := lmtp.Ask(ctx, address); ours {
		f.Detail = "a daemon takes bounces at " + address
	} else {
		f.Result, f.Detail = "failed", errors.Join(err, asking).Error()+"; choose another address"
	}
	return f
}
