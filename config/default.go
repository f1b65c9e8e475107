package config

import "time"

// Default returns the configuration of an empty file. It is not a valid one:
// From must be given, and there is no newsletter.
func Default() *Config {
	return &Config{
		BaseURL:  "http://localhost:8080",
		Listen:   "127.0.0.1:8080",
		Database: NewDatabase("dailytip.db"),
		SMTP:     []Relay{DefaultRelay()},
		Signup:   Signup{PerNetwork: 30, PerDomain: 300, Total: 1000, API: true},
		Bounces:  DefaultBounces(),
	}
}

// DefaultRelay returns an smtp entry with nothing written in it.
func DefaultRelay() Relay {
	return Relay{
		Host:        "localhost",
		Port:        25,
		TLS:         "mandatory",
		Auth:        "auto",
		Connections: 8,
		InFlight:    32,
	}
}

// DefaultNewsletter returns a newsletters entry with nothing written in it. Its
// ID and Tips must be given.
func DefaultNewsletter() Newsletter {
	return Newsletter{
		Language:        "en",
		Schedule:        "0 7 * * MON-FRI",
		Timezone:        "subscriber",
		DefaultTimezone: "UTC",
		Order:           "shuffle",
		RepeatAfter:     180 * 24 * time.Hour,
		WhenEmpty:       "repeat",
		Grace:           6 * time.Hour,
		GiveUpAfter:     12 * time.Hour,
		InDoubt:         "resend",
		Archive:         true,
		Joinable:        true,
		Proof:           Proof{Before: 12 * time.Hour},
	}
}

func (r *Relay) setDefaults()      { *r = DefaultRelay() }
func (n *Newsletter) setDefaults() { *n = DefaultNewsletter() }
