package store

import (
	"modernc.org/libc"
	"modernc.org/libc/sys/types"
)

// pinned keeps a little memory of each size that SQLite often takes and gives
// back at once, such as what it needs to split a page. The allocator of
// modernc.org/memory has a 64 KB mapping for each size and unmaps it when the
// last piece is given back: without this, four system calls and fresh pages for
// each split, which is a third of the time that opening an edition takes.
type pinned struct {
	tls    *libc.TLS
	pieces []uintptr
}

func pin() *pinned {
	p := &pinned{tls: libc.NewTLS()}
	for size := types.Size_t(1 << 10); size <= 1<<15; size <<= 1 {
		p.pieces = append(p.pieces, libc.Xmalloc(p.tls, size))
	}
	return p
}

func (p *pinned) free() {
	for _, piece := range p.pieces {
		libc.Xfree(p.tls, piece)
	}
	p.pieces = nil
	p.tls.Close()
}
