package admin

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// oidcTimeout is how long the provider may take for an answer.
	oidcTimeout = 5 * time.Second
	// mostOfAnswer is the most that is read of an answer, in bytes.
	mostOfAnswer = 1 << 20
	// mostRedirects is how often the provider may lead elsewhere.
	mostRedirects = 3
)

// newOIDCClient asks the provider, over connections that nobody on the way can read.
func newOIDCClient() *http.Client {
	return &http.Client{
		Timeout:   oidcTimeout,
		Transport: answers{http.DefaultTransport},
		CheckRedirect: func(r *http.Request, before []*http.Request) error {
			switch {
			case before[0].Method != http.MethodGet:
				return errors.New("it leads elsewhere with what proves who we are")
			case len(before) > mostRedirects:
				return errors.New("it leads elsewhere time and again")
			}
			return checkEndpoint(r.URL.String())
		},
	}
}

// answers has what is read of the provider's answers bounded, and nothing of pages that
// tell of a fault: they would end in the log, with whatever they hold.
type answers struct{ http.RoundTripper }

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := a.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	whole := resp.Body
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(whole, mostOfAnswer), whole}
	if r.Method == http.MethodGet && resp.StatusCode != http.StatusOK {
		_ = whole.Close()
		resp.Body, resp.ContentLength = http.NoBody, 0
	}
	return resp, nil
}

// checkEndpoints looks where the provider's document leads to.
func checkEndpoints(known *oidc.Provider) error {
	var says struct {
		Keys string `json:"jwks_uri"`
	}
	if err := known.Claims(&says); err != nil {
		return fmt.Errorf("read the provider's document: %w", err)
	}
	all := []string{known.Endpoint().AuthURL, known.Endpoint().TokenURL, says.Keys}
	if userInfo := known.UserInfoEndpoint(); userInfo != "" {
		all = append(all, userInfo)
	}
	for _, endpoint := range all {
		if err := checkEndpoint(endpoint); err != nil {
			return err
		}
	}
	return nil
}

// checkEndpoint refuses an address that somebody on the way could answer for: it has to
// be https, or on this machine.
func checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !Local(u.Host)) || u.Host == "" {
		return fmt.Errorf("the provider leads to %q, which isn't https", shortened(address))
	}
	return nil
}

// isCodeRefused tells whether the provider doesn't take somebody's code (RFC 6749 §5.2).
func isCodeRefused(err error) bool {
	var refused *oauth2.RetrieveError
	return errors.As(err, &refused) && refused.ErrorCode == "invalid_grant"
}

// providerFault is what the log has of an error: never what the provider has written but
// for its code (RFC 6749 §5.2).
func providerFault(err error) string {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return shortened(fmt.Sprintf("the provider doesn't exchange the code: %d %q", refused.Response.StatusCode, refused.ErrorCode))
	}
	return shortened(err.Error())
}

// mostLogged is how much the log has of a text that isn't ours, in characters.
const mostLogged = 200

func shortened(text string) string {
	if all := []rune(text); len(all) > mostLogged {
		return string(slices.Concat(all[:mostLogged], []rune("…")))
	}
	return text
}
