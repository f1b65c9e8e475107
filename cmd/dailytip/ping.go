package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// pinger tells a monitor that an edition is out, so that it notices when none is.
type pinger struct {
	url   string // a secret; "": nobody is told
	log   *slog.Logger
	outs  chan struct{}
	pause time.Duration // before another try, longer each time
}

func newPinger(url string, log *slog.Logger) *pinger {
	return &pinger{url: url, log: log, outs: make(chan struct{}, 1), pause: 10 * time.Second}
}

// editionOut never waits: a call that is still to be made stands for both.
func (p *pinger) editionOut() {
	select {
	case p.outs <- struct{}{}:
	default:
	}
}

// pingTries is how often a monitor that doesn't answer is called.
const pingTries = 3

// run calls the monitor for each edition until the context ends.
func (p *pinger) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.outs:
		}
		if p.url == "" {
			continue
		}
		err := p.call(ctx)
		for try := 1; err != nil && try < pingTries && ctx.Err() == nil; try++ {
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(try) * p.pause):
			}
			err = p.call(ctx)
		}
		if err != nil && ctx.Err() == nil {
			p.log.Warn("the monitor at ping_url wasn't told that an edition is out", "error", err)
		}
	}
}

func (p *pinger) call(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return errors.New("it isn't a URL")
	}
	request.Header.Set("User-Agent", "dailytip")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		if wrapped := new(url.Error); errors.As(err, &wrapped) { // whose text has the URL
			err = wrapped.Err
		}
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	return nil
}
