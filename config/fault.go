package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong in the configuration.
type Fault struct {
	// File is the path that was given to Load, "" for a fault of Default.
	File string
	// Line counts from 1; 0: the fault is about the whole file.
	Line int
	// Message says what is wrong and what to write. It never holds a secret.
	Message string

	cause  error
	secret bool // a secret is out of reach; see [LoadToLook]
}

// Error returns "config.yaml:12: message".
func (f Fault) Error() string {
	switch {
	case f.File == "":
		return f.Message
	case f.Line == 0:
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
}

// Unwrap returns the error of the operating system behind the fault, or nil.
func (f Fault) Unwrap() error { return f.cause }

// Faults is every fault of a configuration, in the order of their lines. It is
// the only type of error that Load returns.
type Faults []Fault

// Error returns one fault a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is find the cause of any fault.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

func (fs Faults) sort() {
	slices.SortStableFunc(fs, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
}
