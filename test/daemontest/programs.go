package daemontest

import (
	"context"
	"sync"
)

// Programs are the binaries that a package's tests share: the go command is asked
// for each at first need. The zero value is ready.
type Programs struct {
	mu    sync.Mutex
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

func (p *Programs) once(kind string, build func(ctx context.Context) (string, error)) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, tried := p.built[kind]; tried {
		return b.path, b.err
	}
	if p.built == nil {
		p.built = map[string]binary{}
	}
	path, err := build(context.Background()) // for all tests, not for the one that asks first
	p.built[kind] = binary{path, err}
	return path, err
}
