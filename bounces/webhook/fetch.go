package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	fetchTimeout = 5 * time.Second
	mostFetched  = 64 << 10 // bytes
)

// fetcher gets small files from a provider.
type fetcher struct{ client *http.Client }

func newFetcher(c *http.Client) fetcher {
	own := http.Client{Timeout: fetchTimeout}
	if c != nil {
		own = *c
	}
	// Whoever may redirect us may send us anywhere, also into our own network.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return fetcher{&own}
}

// get returns what lies at an address, which the caller has checked.
func (f fetcher) get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", address, err)
	}
	response, err := f.client.Do(request)
	if err != nil {
		return nil, err // it names the address
	}
	defer func() { _ = response.Body.Close() }() // only read from
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: the answer is %s", request.URL.Redacted(), response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, mostFetched+1))
	if err == nil && len(data) > mostFetched {
		err = errors.New("it's larger than 64 KiB")
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", request.URL.Redacted(), err)
	}
	return data, nil
}
