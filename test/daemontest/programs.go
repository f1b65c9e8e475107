package daemontest

import (
	"context"
	"os"
	"sync"
)

// Programs are the binaries that a package's tests share: each is built at first
// need, in a folder that [Programs.Remove] removes. The zero value is ready.
type Programs struct {
	mu    sync.Mutex
	dir   string
	built map[string]binary
}

type binary struct {
	path string
	err  error
}

// Plain returns the path of the program as it ships.
func (p *Programs) Plain() (string, error) { return p.once("plain", Build) }

// Race returns the path of the program with the race detector.
func (p *Programs) Race() (string, error) { return p.once("race", BuildRace) }

func (p *Programs) once(kind string, build func(ctx context.Context, dir string) (string, error)) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, tried := p.built[kind]; tried {
		return b.path, b.err
	}
	if p.dir == "" {
		dir, err := os.MkdirTemp("", "dailytip-program-")
		if err != nil {
			return "", err
		}
		p.dir, p.built = dir, map[string]binary{}
	}
	path, err := build(context.Background(), p.dir) // for all tests, not for the one that asks first
	p.built[kind] = binary{path, err}
	return path, err
}

// Remove removes what was built. A test binary calls it before it ends.
func (p *Programs) Remove() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir != "" {
		_ = os.RemoveAll(p.dir) // a temporary folder
	}
}
