package main

import "io"

// written remembers that writing has failed: on a full disk a list would be cut
// short, and whoever reads the file later would take it for the whole.
type written struct {
	io.Writer
	failed error
}

func (w *written) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil && w.failed == nil {
		w.failed = err
	}
	return n, err
}
