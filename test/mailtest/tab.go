package mailtest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// address is where the browser believes to have a mail from. It resolves
// nowhere: the tab answers the request itself.
const address = "https://mail.invalid/"

// Tab shows one mail at a time. It is not safe for concurrent use.
type Tab struct {
	ctx     context.Context //nolint:containedctx // chromedp keeps the tab in its context
	cancel  context.CancelFunc
	picture []byte // PNG

	mu       sync.Mutex
	mail     Mail
	pictures bool
	strays   []string
}

// NewTab opens a tab in which the scripts are there before any mail is.
func (b *Browser) NewTab(scripts ...string) (*Tab, error) {
	png, err := picture()
	if err != nil {
		return nil, err
	}
	t := &Tab{picture: png}
	t.ctx, t.cancel = chromedp.NewContext(b.ctx)
	if err := t.prepare(scripts); err != nil {
		t.Close()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	return t, nil
}

func (t *Tab) prepare(scripts []string) error {
	if err := chromedp.Do(t.ctx); err != nil {
		return err
	}
	requests := chromedp.Events(t.ctx, fetch.RequestPaused)
	go func() {
		for paused, err := range requests {
			if err != nil {
				return // the tab is closed
			}
			t.answer(paused)
		}
	}()
	if _, err := chromedp.Call(t.ctx, fetch.Enable, fetch.EnableParams{}); err != nil {
		return err
	}
	for _, script := range scripts {
		params := page.AddScriptToEvaluateOnNewDocumentParams{Source: script}
		if _, err := chromedp.Call(t.ctx, page.AddScriptToEvaluateOnNewDocument, params); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the tab.
func (t *Tab) Close() { t.cancel() }

// answer stands in for the network: the mail itself, and a wide picture for
// each picture unless they are off. Whatever else a mail asks for is a stray.
func (t *Tab) answer(paused fetch.EventRequestPaused) {
	t.mu.Lock()
	defer t.mu.Unlock()
	url := paused.Request.URL
	var err error
	attached, isAttached := t.mail.Pictures[strings.TrimPrefix(url, address+"cid/")]
	switch isPicture := paused.ResourceType == network.ResourceTypeImage; {
	case url == address:
		page := strings.ReplaceAll(t.mail.HTML, `src="cid:`, `src="`+address+"cid/")
		err = t.fulfill(paused.RequestID, "text/html; charset=utf-8", []byte(page))
	case isPicture && isAttached && t.pictures:
		err = t.fulfill(paused.RequestID, attached.Kind, attached.Data)
	case isPicture && t.pictures:
		err = t.fulfill(paused.RequestID, "image/png", t.picture)
	case isPicture, strings.HasSuffix(url, "/favicon.ico"):
		err = t.refuse(paused.RequestID)
	default:
		t.strays = append(t.strays, url)
		err = t.refuse(paused.RequestID)
	}
	if err != nil && t.ctx.Err() == nil {
		t.strays = append(t.strays, fmt.Sprintf("%s: %v", url, err))
	}
}

func (t *Tab) fulfill(id fetch.RequestID, kind string, body []byte) error {
	_, err := chromedp.Call(t.ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: id, ResponseCode: 200, Body: body,
		ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: kind}},
	})
	return err
}

func (t *Tab) refuse(id fetch.RequestID) error {
	_, err := chromedp.Call(t.ctx, fetch.FailRequest, fetch.FailRequestParams{
		RequestID: id, ErrorReason: network.ErrorReasonAddressUnreachable,
	})
	return err
}

// Show loads a mail's HTML, with or without its pictures. It fails when the
// mail asks for anything but pictures.
func (t *Tab) Show(m Mail, pictures bool) error {
	t.mu.Lock()
	t.mail, t.pictures, t.strays = m, pictures, nil
	t.mu.Unlock()
	if err := chromedp.Do(t.ctx, chromedp.Navigate(address)); err != nil {
		return fmt.Errorf("show the mail: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.strays) > 0 {
		return fmt.Errorf("show the mail: it asks for %s", strings.Join(t.strays, ", "))
	}
	return nil
}

// View is how a mail is looked at.
type View struct {
	Width int // CSS pixels
	Dark  bool
}

func (v View) String() string {
	if v.Dark {
		return fmt.Sprintf("%dpx dark", v.Width)
	}
	return fmt.Sprintf("%dpx light", v.Width)
}

// Look sets the window's width and the colour scheme of the reader's system.
func (t *Tab) Look(v View) error { return t.look(v, 900, 1) }

func (t *Tab) look(v View, height int64, scale float64) error {
	scheme := "light"
	if v.Dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(t.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(v.Width), Height: height, DeviceScaleFactor: scale,
	})
	if err == nil {
		_, err = chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", v, err)
	}
	return nil
}

// Run evaluates a script, which may give a promise, and decodes its value.
func (t *Tab) Run(script string, into any) error {
	raw, err := chromedp.Run(t.ctx, chromedp.Evaluate[json.RawMessage](script, chromedp.EvalAwaitPromise))
	if err != nil {
		return fmt.Errorf("run a script: %w", err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read a script's value: %w", err)
	}
	return nil
}

// Picture is a PNG of the mail, of its whole height or, when height isn't 0, of
// its first CSS pixels. scale is device pixels for each CSS pixel.
func (t *Tab) Picture(v View, height int64, scale float64) ([]byte, error) {
	if height == 0 {
		if err := t.Look(v); err != nil {
			return nil, err
		}
		if err := t.Run("document.documentElement.scrollHeight", &height); err != nil {
			return nil, err
		}
	}
	if err := t.look(v, height, scale); err != nil {
		return nil, err
	}
	png, err := chromedp.Run(t.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return nil, fmt.Errorf("take a picture: %w", err)
	}
	return png, nil
}
