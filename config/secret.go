package config

import (
	"fmt"
	"io"
	"log/slog"

	"dailytip/pgurl"
)

const redacted = "[redacted]"

// Secret is a text that never shows itself: fmt, slog, JSON and YAML all get
// "[redacted]", or "" when it is empty. Reveal is the only way to its value.
type Secret struct{ value string }

// newSecret wraps s.
func newSecret(s string) Secret { return Secret{s} }

// Reveal returns the text itself, to be handed to whatever needs it and to
// nothing that prints.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is no secret at all.
func (s Secret) IsZero() bool { return s.value == "" }

func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return redacted
}

// Format covers every verb, %#v and %x included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue redacts in log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText redacts in JSON, XML and everything else that asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML redacts in YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// Database says where the store is: an SQLite file or a postgres:// URL. It
// prints itself without the URL's password.
type Database struct{ value string }

// NewDatabase wraps a path or a URL.
func NewDatabase(s string) Database { return Database{s} }

// Reveal returns the path or URL itself, with its password.
func (d Database) Reveal() string { return d.value }

// IsPostgres reports whether it is a PostgreSQL URL; else it is a path.
func (d Database) IsPostgres() bool { return pgurl.Is(d.value) }

func (d Database) String() string { return pgurl.Redact(d.value) }

// Format covers every verb, %#v included.
func (d Database) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// LogValue redacts in log/slog.
func (d Database) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText redacts in JSON and everything else that asks for text.
func (d Database) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MarshalYAML redacts in YAML.
func (d Database) MarshalYAML() (any, error) { return d.String(), nil }
