package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/config"
)

func (c *command) healthcheck() *cobra.Command {
	var sending bool
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the running daemon whether it's well",
		Long: `healthcheck asks the daemon on this machine whether its pages can be served (/readyz);
with --sending, whether mail flows (/sendz). It prints the answer, and exits with 1 when
it's no. It's for containers and monitors that run a program.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.LoadToLook(c.configPath())
			if err != nil {
				return err
			}
			path := "/readyz"
			if sending {
				path = "/sendz"
			}
			return c.askDaemon(cmd.Context(), "http://"+reachable(cfg.Listen)+path)
		},
	}
	cmd.Flags().BoolVar(&sending, "sending", false, "ask whether mail flows")
	return cmd
}

func (c *command) askDaemon(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// No proxy: the daemon is on this machine.
	answer, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	if err != nil {
		return fmt.Errorf("the daemon doesn't answer: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	if err != nil {
		return fmt.Errorf("the daemon's answer broke off: %w", err)
	}
	said := strings.TrimSpace(string(text))
	if answer.StatusCode != http.StatusOK {
		return exitf(codeFailed, "%s answers %d: %s", url, answer.StatusCode, said)
	}
	c.printf("%s\n", said)
	return nil
}

// reachable is where this machine finds a daemon that listens on an address: what
// listens everywhere listens on loopback, too.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	switch ip, err := netip.ParseAddr(host); {
	case host == "", err == nil && ip.IsUnspecified() && ip.Is4():
		host = "127.0.0.1"
	case err == nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
