package mailtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os/exec"

	"github.com/chromedp/chromedp"
)

// ErrNoBrowser says that there is no Chromium on this machine.
var ErrNoBrowser = errors.New("no Chromium found (on Debian: apt-get install chromium)")

// Browser is one running Chromium with an empty profile and without a network but
// this machine's own.
type Browser struct {
	ctx  context.Context //nolint:containedctx // chromedp keeps the browser in its context
	stop func()
}

// StartBrowser starts Chromium. Close ends it.
func StartBrowser() (*Browser, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, ErrNoBrowser
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // the tests may run as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("hide-scrollbars", true), // as on a phone
		chromedp.Flag("font-render-hinting", "none"),
	)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	b := &Browser{ctx: ctx, stop: func() { cancel(); end() }}
	if err := chromedp.Do(ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return b, nil
}

// Guest opens a tab with a profile of its own, for a test that goes from page to
// page as a person does; it's driven through its context.
func (b *Browser) Guest() (context.Context, context.CancelFunc, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, nil, fmt.Errorf("open a tab: %w", err)
	}
	return ctx, cancel, nil
}

// Close ends the browser and removes its profile.
func (b *Browser) Close() { b.stop() }

// picture stands for every picture in a mail: far wider than the letter, as a
// photo from a phone would be.
func picture() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 2400, 900))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0xA9, 0xC4, 0xD6, 0xFF}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw a picture: %w", err)
	}
	return b.Bytes(), nil
}
