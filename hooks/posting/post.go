package posting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/hooks"
	"dailytip/publicnet"
)

const (
	// replyTime is how long an endpoint may take, from connecting to the end of its reply.
	replyTime = 15 * time.Second
	// replySize is how many bytes of a reply are kept, and replyMost how many are read.
	replySize = 500
	replyMost = 64 << 10
)

// target is an endpoint with what it takes to post to it.
type target struct {
	hooks.Endpoint
	sign   *standardwebhooks.Webhook
	client *http.Client
}

func newTarget(e hooks.Endpoint, resolver *net.Resolver) (*target, error) {
	sign, err := standardwebhooks.NewWebhook(e.Secret)
	if err != nil || e.Secret == "" {
		return nil, fmt.Errorf("endpoint %s: its secret isn't one of Standard Webhooks", e.Name)
	}
	dialer := &net.Dialer{Timeout: replyTime, Resolver: resolver}
	if !e.AllowPrivate {
		dialer.ControlContext = publicnet.Control()
	}
	transport := &http.Transport{
		// No proxy: it would look the name up anew, behind our back.
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    replyTime,
		DisableCompression:     true, // a short reply may unpack into a long one
		MaxResponseHeaderBytes: replyMost,
		MaxConnsPerHost:        1,
		IdleConnTimeout:        time.Minute,
	}
	return &target{Endpoint: e, sign: sign, client: &http.Client{
		Transport: transport,
		Timeout:   replyTime,
		// A redirect is a reply like any other: it would lead where nobody has allowed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// post posts an event once and says what came of it. retryAfter is how long the
// endpoint asks to wait; 0: it doesn't say.
func (t *target) post(ctx context.Context, now time.Time, e hooks.Event) (a hooks.Attempt, retryAfter time.Duration) {
	a = hooks.Attempt{Endpoint: t.Name, Event: e.ID, Data: e.Data, At: now}
	began := time.Now() //nolint:forbidigo // it measures how long the endpoint takes
	response, err := t.send(ctx, now, e)
	if err == nil {
		a.Status = response.StatusCode
		reply, readErr := io.ReadAll(io.LimitReader(response.Body, replyMost))
		_ = response.Body.Close()
		a.Reply = string(reply[:min(len(reply), replySize)])
		if readErr != nil && a.Reply == "" {
			a.Reply = "the reply was cut off: " + explain(readErr)
		}
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		retryAfter = time.Duration(max(seconds, 0)) * time.Second
	} else {
		a.Reply = explain(err)
	}
	a.Took = time.Since(began)
	return a, retryAfter
}

func (t *target) send(ctx context.Context, now time.Time, e hooks.Event) (*http.Response, error) {
	body, err := e.Body()
	if err != nil {
		return nil, err
	}
	signature, err := t.sign.Sign(e.MessageID(), now, body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("it isn't a URL")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "dailytip")
	request.Header.Set(standardwebhooks.HeaderWebhookID, e.MessageID())
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return t.client.Do(request)
}

// explain is an error without the URL, whose path is often a secret.
func explain(err error) string {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return fmt.Sprintf("there was no reply within %s", replyTime)
		}
		err = wrapped.Err
	}
	if errors.Is(err, publicnet.ErrPrivate) {
		return err.Error() + "; allow_private: true lets events go there"
	}
	return err.Error()
}
