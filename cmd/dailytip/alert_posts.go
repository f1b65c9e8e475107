package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/config"
	"dailytip/ledger"
	"dailytip/publicnet"
)

// alertPoster posts alerts to the operator's URL. Mail tells of them as well, but not
// when it's mail that doesn't go out.
type alertPoster struct {
	url     string // a secret; "": alerts aren't posted
	baseURL string // says which installation it is
	sign    *standardwebhooks.Webhook
	client  *http.Client
	ledger  *ledger.Ledger
	log     *slog.Logger
}

func newAlertPoster(cfg *config.Config, l *ledger.Ledger, log *slog.Logger) (*alertPoster, error) {
	p := &alertPoster{url: cfg.AlertURL.Reveal(), baseURL: cfg.BaseURL, ledger: l, log: log}
	if p.url == "" {
		return p, nil
	}
	l.PostAlerts()
	if !cfg.AlertSecret.IsZero() {
		var err error
		if p.sign, err = standardwebhooks.NewWebhook(cfg.AlertSecret.Reveal()); err != nil {
			return nil, config.Faults{cfg.Fault("alert_secret", "%v", err)}
		}
	}
	p.client = &http.Client{
		Transport: alertTransport(p.url), Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p, nil
}

// alertTransport goes to public addresses, and to a private one when it's written as
// such: a name that leads there may be a mistake, or somebody else's doing. A proxy of
// the environment is the operator's own word, and looks names up by itself.
func alertTransport(target string) http.RoundTripper {
	request, err := http.NewRequest(http.MethodPost, target, nil) //nolint:noctx // it's never sent
	if err != nil {
		return publicnet.Transport()
	}
	if proxy, err := http.ProxyFromEnvironment(request); err == nil && proxy != nil {
		return http.DefaultTransport
	}
	host := request.URL.Hostname()
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap()
		return publicnet.Transport(netip.PrefixFrom(a, a.BitLen()))
	}
	if strings.EqualFold(host, "localhost") {
		return publicnet.Transport(netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
	}
	return publicnet.Transport()
}

// run posts what is written down until the context ends.
func (p *alertPoster) run(ctx context.Context) error {
	if p.url == "" {
		return nil
	}
	look := time.NewTicker(2 * time.Second)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = p.postNext(ctx, time.Now()); err != nil && ctx.Err() == nil {
				p.log.Warn("alerts can't be taken to be posted", "error", err)
				more = false
			}
		}
	}
}

// postNext posts one alert, and tells whether there was one.
func (p *alertPoster) postNext(ctx context.Context, now time.Time) (bool, error) {
	alert, last, ok, err := p.ledger.NextAlertPost(ctx, now)
	if err != nil || !ok {
		return false, err
	}
	if failed := p.post(ctx, alert); failed != nil {
		if ctx.Err() != nil || !last { // it's tried again
			p.log.Debug("an alert wasn't taken at alert_url", "alert", alert.Subject, "error", failed)
			return true, nil
		}
		p.log.Warn("an alert wasn't taken at alert_url, and is given up", "alert", alert.Subject, "about", alert.About, "error", failed)
	}
	return true, p.ledger.AlertPosted(ctx, alert.ID)
}

// alertEvent is what is posted.
type alertEvent struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Installation string `json:"installation"` // its base_url
		Newsletter   string `json:"newsletter"`   // its id, with /notices when it's about them; "": all of them
		Subject      string `json:"subject"`
		Text         string `json:"text"`
	} `json:"data"`
}

func (p *alertPoster) post(ctx context.Context, alert ledger.AlertPost) error {
	event := alertEvent{Type: "alert", Timestamp: alert.At}
	event.Data.Installation, event.Data.Newsletter, event.Data.Subject, event.Data.Text = p.baseURL, alert.About, alert.Subject, alert.Text
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("it isn't a URL")
	}
	id, now := fmt.Sprintf("alert_%d", alert.ID), time.Now()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Webhook-Id", id) // the same at each try: who gets it twice knows
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	if p.sign != nil {
		signature, err := p.sign.Sign(id, now, body)
		if err != nil {
			return err
		}
		request.Header.Set("Webhook-Signature", signature)
	}
	answer, err := p.client.Do(request)
	if err != nil {
		if wrapped := new(url.Error); errors.As(err, &wrapped) { // whose text has the URL
			err = wrapped.Err
		}
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	return nil
}

// userAgent is how we call ourselves when we ask other servers.
const userAgent = "dailytip"
