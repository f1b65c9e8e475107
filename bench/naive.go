package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// The naive loop is what one would write first with go-mail: a new Msg for each
// recipient, handed to Client.Send, on as many kept connections as everyone else
// here has. It keeps no record of what it sent. It runs in a process of its own.

const naiveCommand = "naive"

// naive runs the loop in a process of its own, and returns its rate.
func (b *bench) naive(ctx context.Context, m *message, n, port int) (outcome, error) {
	dir, err := b.folder()
	if err != nil {
		return outcome{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "text"), []byte(m.text), 0o600),
		os.WriteFile(filepath.Join(dir, "html"), []byte(m.html), 0o600),
	)
	if err != nil {
		return outcome{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return outcome{}, err
	}
	return timed(ctx, n, self, naiveCommand, "-dir", dir, "-n", strconv.Itoa(n), "-port", strconv.Itoa(port), "-connections", strconv.Itoa(b.connections))
}

func naiveMain(args []string) error {
	flags := flag.NewFlagSet(naiveCommand, flag.ContinueOnError)
	dir := flags.String("dir", "", "where the texts are")
	n := flags.Int("n", 0, "messages")
	port := flags.Int("port", 0, "of the relay")
	connections := flags.Int("connections", 1, "at once")
	if err := flags.Parse(args); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(*dir, "text"))
	if err != nil {
		return err
	}
	html, err := os.ReadFile(filepath.Join(*dir, "html"))
	if err != nil {
		return err
	}
	failed := make([]error, *connections)
	var wg sync.WaitGroup
	for c := range *connections {
		wg.Go(func() { failed[c] = naiveLoop(*port, c, *n, *connections, string(text), string(html)) })
	}
	wg.Wait()
	return errors.Join(failed...)
}

// naiveLoop sends every step-th message from first on over one connection.
func naiveLoop(port, first, n, step int, text, html string) error {
	client, err := gomail.NewClient("127.0.0.1", gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS))
	if err != nil {
		return err
	}
	if err := client.DialWithContext(context.Background()); err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	for i := first; i < n; i += step {
		msg, err := naiveMessage(i, text, html)
		if err != nil {
			return err
		}
		if err := client.Send(msg); err != nil {
			return fmt.Errorf("send message %d: %w", i, err)
		}
	}
	return nil
}

func naiveMessage(i int, text, html string) (*gomail.Msg, error) {
	msg := gomail.NewMsg()
	err := errors.Join(
		msg.From("tips@example.com"),
		msg.To(fmt.Sprintf("reader%d@example.net", i)),
		msg.SetListUnsubscribeOneClick(fmt.Sprintf("https://example.com/u/%032d", i)),
	)
	msg.Subject("Say it back first")
	msg.SetMessageIDWithValue(fmt.Sprintf("%d.edition@example.com", i))
	msg.SetDateWithValue(time.Now())
	msg.SetBulk()
	msg.SetGenHeader("Content-Language", "en")
	msg.SetBodyString(gomail.TypeTextPlain, text)
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
	return msg, err
}
