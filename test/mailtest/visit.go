package mailtest

import (
	"fmt"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// NewVisitor opens a tab for pages of a server on 127.0.0.1, in which the scripts
// are there before any page is. It shows no mails.
func (b *Browser) NewVisitor(scripts ...string) (*Tab, error) {
	t := &Tab{}
	t.ctx, t.cancel = chromedp.NewContext(b.ctx)
	err := chromedp.Do(t.ctx)
	for _, script := range scripts {
		if err == nil {
			_, err = chromedp.Call(t.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		}
	}
	if err != nil {
		t.Close()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	return t, nil
}

// Visit loads a page.
func (t *Tab) Visit(address string) error {
	if err := chromedp.Do(t.ctx, chromedp.Navigate(address)); err != nil {
		return fmt.Errorf("visit a page: %w", err)
	}
	return nil
}
