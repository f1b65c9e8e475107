package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"dailytip/library"
)

// tenThousand is a folder of 10,000 tips: those of the folder that DAILYTIP_TIPS
// names, or else of the starter library, again and again under other names.
func tenThousand(b *testing.B) string {
	b.Helper()
	var from fs.FS = library.Files
	if dir := os.Getenv("DAILYTIP_TIPS"); dir != "" {
		from = os.DirFS(dir)
	}
	var texts [][]byte
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".md" {
			return err
		}
		text, err := fs.ReadFile(from, name)
		texts = append(texts, text)
		return err
	})
	if err != nil || len(texts) == 0 {
		b.Fatalf("%d tips, %v", len(texts), err)
	}
	dir := b.TempDir()
	for i := range 10_000 {
		folder := filepath.Join(dir, fmt.Sprintf("%02d", i/500))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("tip-%d.md", i)), texts[i%len(texts)], 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// Looking through a large library, as docs/performance.md has it.
func BenchmarkTipsOf10000(b *testing.B) {
	dir := tenThousand(b)
	for _, command := range []string{"list", "lint"} {
		b.Run(command, func(b *testing.B) {
			for b.Loop() {
				var out, errs bytes.Buffer
				code := run(context.Background(), []string{"tips", command, "--dir", dir}, stdio{&bytes.Buffer{}, &out, &errs})
				if code > codeFailed {
					b.Fatal(errs.String())
				}
			}
		})
	}
}
