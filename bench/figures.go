package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// figures are all that was measured: a name such as "speed/8/source" has a
// value for each round.
type figures struct {
	Values map[string][]float64
	Texts  map[string]string // how and where it was measured
}

func readFigures(name string) (figures, error) {
	f := figures{map[string][]float64{}, map[string]string{}}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("read %s: %w", name, err)
	}
	return f, nil
}

func (f figures) write(name string) error {
	text, err := json.MarshalIndent(f, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o600)
}

// forget drops a part's figures.
func (f figures) forget(part string) {
	for name := range f.Values {
		if strings.HasPrefix(name, part+"/") {
			delete(f.Values, name)
		}
	}
	for name := range f.Texts {
		if strings.HasPrefix(name, part+"/") {
			delete(f.Texts, name)
		}
	}
}

func (f figures) add(name string, value float64) { f.Values[name] = append(f.Values[name], value) }

func (f figures) set(name, text string) { f.Texts[name] = text }

// median of a figure; false when it wasn't measured.
func (f figures) median(name string) (float64, bool) {
	v := slices.Sorted(slices.Values(f.Values[name]))
	if len(v) == 0 {
		return 0, false
	}
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2, true
}

// spread is the least and the most of a figure.
func (f figures) spread(name string) (least, most float64) {
	return slices.Min(f.Values[name]), slices.Max(f.Values[name])
}

// ratio is that of two figures, round by round, and then the median: what
// disturbed a round disturbed both.
func (f figures) ratio(name, to string) (float64, bool) {
	r := figures{Values: map[string][]float64{}}
	for i := range min(len(f.Values[name]), len(f.Values[to])) {
		r.add("", f.Values[name][i]/f.Values[to][i])
	}
	return r.median("")
}
