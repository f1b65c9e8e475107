package store

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"dailytip/pgurl"
)

func openPostgres(ctx context.Context, name string) (*DB, error) {
	config, err := postgresConfig(name)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("connect to database: %w", Explain(err))
	}
	return &DB{write: pool, read: pool}, nil
}

// postgresConfig reads a URL, and the environment and files that it leaves things
// to (PGHOST, PGSERVICE, ~/.pgpass …). Its error shows no password.
func postgresConfig(name string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(name)
	if err == nil {
		err = demandTLS(config, name)
	}
	if err != nil {
		return nil, unreadable(name, err)
	}
	return config, nil
}

// unreadable says why a URL can't be used. The driver's own error quotes it, with
// as much of the password as it can't recognise.
func unreadable(name string, err error) error {
	text := err.Error()
	if _, why, quoted := cutLast(text, "`: "); quoted {
		text = why
	}
	return fmt.Errorf("the URL %s can't be used: %s; write postgres://user@host:5432/database, with special characters of the password as %%XX",
		pgurl.Redact(name), pgurl.Scrub(text, name))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// demandTLS takes the fallback to plain text away from connections that leave the
// machine: pgx's default, prefer, answers a password request in the clear when
// somebody on the way says that the server has no TLS, and believes every
// certificate. Such connections get verify-full. What the operator writes in the
// URL stands, and so does what the environment or a service file says, as long as
// it's one of the modes that don't fall back. Sockets and loopback stay as they are.
func demandTLS(config *pgx.ConnConfig, name string) error {
	if written(name) {
		return nil
	}
	offered := append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
	verified, err := pgx.ParseConfig(withVerification(name))
	if err != nil {
		return err
	}
	strict := append([]*pgconn.FallbackConfig{{Host: verified.Host, Port: verified.Port, TLSConfig: verified.TLSConfig}}, verified.Fallbacks...)
	var kept []*pgconn.FallbackConfig
	for _, host := range strict { // one for each host, in the same order
		n := ways(offered)
		if leavesMachine(host) && (n > 1 || config.SSLNegotiation == "direct" && os.Getenv("PGSSLMODE") == "") {
			kept = append(kept, host)
		} else {
			kept = append(kept, offered[:n]...)
		}
		offered = offered[n:]
	}
	config.Host, config.Port, config.TLSConfig = kept[0].Host, kept[0].Port, kept[0].TLSConfig
	config.Fallbacks = kept[1:]
	return nil
}

// ways is how many of the connections, from the first on, lead to the first one's host:
// two when one is with TLS and one without, else one.
func ways(offered []*pgconn.FallbackConfig) int {
	if len(offered) > 1 && offered[0].Host == offered[1].Host && offered[0].Port == offered[1].Port &&
		(offered[0].TLSConfig == nil) != (offered[1].TLSConfig == nil) {
		return 2
	}
	return 1
}

// leavesMachine tells whether somebody on a network could listen.
func leavesMachine(c *pgconn.FallbackConfig) bool {
	if network, _ := pgconn.NetworkAddress(c.Host, c.Port); network == "unix" {
		return false
	}
	ip := net.ParseIP(c.Host)
	return !strings.EqualFold(c.Host, "localhost") && (ip == nil || !ip.IsLoopback())
}

// written tells whether a URL says how to encrypt.
func written(name string) bool {
	_, query, _ := strings.Cut(name, "?")
	for part := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(part, "=")
		switch key, _ = url.QueryUnescape(key); key {
		case "sslmode", "ssl", "requiressl":
			return true
		}
	}
	return false
}

func withVerification(name string) string {
	if strings.Contains(name, "?") {
		return name + "&sslmode=verify-full"
	}
	return name + "?sslmode=verify-full"
}

// verifies tells whether a connection was to be encrypted, with a name to verify.
func verifies(c *pgconn.Config) bool {
	return c != nil && c.TLSConfig != nil && !c.TLSConfig.InsecureSkipVerify
}
