package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// regular gives out the files below a folder that are files: to open a pipe or a
// device may take for ever, and what a name stands for may change at any time, so
// it's opened without waiting and looked at then.
type regular struct{ root *os.Root }

// Open is for fs.FS.
func (r regular) Open(name string) (fs.File, error) {
	f, err := r.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: errors.New("it is no file")}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
