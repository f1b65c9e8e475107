package tips

import (
	"bytes"
	"fmt"
	"io/fs"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// FileRepair is what Repair would make of one file.
type FileRepair struct {
	Path  string   // relative to the library's root
	Fixed []byte   // nil when nothing can be restored
	Diff  string   // unified; "" when nothing can be restored
	Lost  []Damage // what can't be
}

// RepairFile repairs the text of one file. Text that isn't UTF-8 is left alone.
func RepairFile(path string, data []byte) FileRepair {
	r := FileRepair{Path: path}
	if !utf8.Valid(data) {
		return r
	}
	fixed, lost := Repair(data)
	r.Lost = lost
	if !bytes.Equal(fixed, data) {
		r.Fixed = fixed
		r.Diff = string(diff.Diff("a/"+path, data, "b/"+path, fixed))
	}
	return r
}

// Repairs looks through a library, such as os.DirFS(dir), and returns the files
// in which there is something to repair, or something lost. It writes nothing;
// WriteFile does.
func Repairs(fsys fs.FS, o Options) ([]FileRepair, error) {
	seen, err := newLibrary(o).scan(fsys)
	if err != nil {
		return nil, fmt.Errorf("read library: %w", err)
	}
	var all []FileRepair
	for _, f := range seen.files {
		data, err := readCapped(fsys, f.path, f.size)
		if err != nil {
			return nil, fmt.Errorf("read tip: %w", err)
		}
		if len(data) > MaxFileSize {
			continue // half of it would be written back
		}
		if r := RepairFile(f.path, data); r.Fixed != nil || len(r.Lost) > 0 {
			all = append(all, r)
		}
	}
	return all, nil
}
