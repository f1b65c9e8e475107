// Package library holds the starter library: management tips of our own
// writing, embedded in the program so that the demo has something to send.
//
// It owns the text and nothing else. It doesn't read, check or choose tips;
// package tips does, and a newsletter that is configured reads the operator's
// folder, never this one.
package library

import "embed"

// Files holds each tip as one markdown file at the root. Its form is described
// in docs/writing-tips.md. Files beside the tips (Go source) are left out.
//
//go:embed *.md
var Files embed.FS
