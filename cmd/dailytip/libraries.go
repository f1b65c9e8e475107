package main

import (
	"fmt"
	"log/slog"
	"strings"

	"dailytip/config"
	"dailytip/tips"
)

// libraryKey names the library that a newsletter has: its folder, and what decides which of the
// files in it are tips. Newsletters with the same share one library.
func libraryKey(n config.Newsletter) string {
	return strings.Join([]string{n.Tips, n.Language, strings.Join(n.Languages, " "), strings.Join(n.Exclude, "\n")}, "\x00")
}

// libraryOptions are how a newsletter's library is read.
func libraryOptions(n config.Newsletter) tips.Options {
	return tips.Options{Language: n.Language, Languages: n.Languages, Exclude: n.Exclude}
}

// openLibraries opens each library once, by its key.
func openLibraries(cfg *config.Config, log *slog.Logger) (map[string]*tips.Library, error) {
	libraries := map[string]*tips.Library{}
	for _, n := range cfg.Newsletters {
		if libraries[libraryKey(n)] != nil {
			continue
		}
		o := libraryOptions(n)
		o.Log = log
		l, err := tips.Open(n.Tips, o)
		if err != nil {
			return nil, fmt.Errorf("open library: %w", err)
		}
		libraries[libraryKey(n)] = l
	}
	return libraries, nil
}
