package admin

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/safetext"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

// testView is the form that sends a test copy.
type testView struct {
	Action                 string
	Newsletter, ID         string
	Show, Scheme, Language string
	To                     string // whom it's proposed to; "": nobody
}

const (
	testPath = "/tips/test"
	// copiesAnHour is how many test copies one person may send, a third of them at once.
	copiesAnHour = 60
)

func newCopies() *web.Limiter { return web.NewLimiter(copiesAnHour) }

// testView proposes to send the mail of a tip as it's looked at.
func (a *Admin) testView(v *visit, n *scheduler.Newsletter, i *item, l look) *testView {
	t := &testView{Action: a.Path(root+testPath, nil), Newsletter: n.ID, ID: i.ID, Show: l.show, Scheme: l.scheme, Language: l.language}
	if _, err := subscribers.ParseAddress(v.Name); err == nil {
		t.To = v.Name // as a provider calls them
	}
	return t
}

// onTip is the page of the tip whose test is sent, as it's looked at.
func (a *Admin) onTip() formPage {
	tip := a.on(tipPattern)
	return func(v *visit) (page, *visit) {
		newsletter, id := v.PostFormValue("newsletter"), v.PostFormValue(idField)
		query := url.Values{}
		for _, name := range []string{"show", "scheme", "language"} {
			query.Set(name, v.PostFormValue(name))
		}
		path, query := tipAddress(tipPages, newsletter, id, query)
		p, _ := tip(v)
		at := v.to(root+path, query)
		at.SetPathValue("newsletter", newsletter)
		at.SetPathValue("tip", strings.TrimPrefix(path, tipPages+newsletter+"/"))
		return p, at
	}
}

// testCopy sends a tip's mail to an address, as it's looked at.
func (a *Admin) testCopy(v *visit) (change, error) {
	n, i, err := a.tipOf(v, v.PostFormValue("newsletter"), v.PostFormValue(idField))
	if err != nil {
		return change{}, err
	}
	if i.broken {
		return change{}, refuse(http.StatusConflict, "admin.tips.broken")
	}
	to, err := subscribers.ParseAddress(v.typed("to"))
	if err != nil {
		return change{}, refusal{http.StatusUnprocessableEntity, phrase("admin.test.address", map[string]template.HTML{"Why": web.Isolated(err.Error(), "")})}
	}
	k, err := a.known(v, n)
	if err != nil {
		return change{}, err
	}
	l, date := lookOf(v.PostForm, i), dateOf(v, n, i, k)
	if _, err := a.Mails.Compose(v.Context(), n, date, i.Tip, l.language); err != nil {
		return change{}, err
	}
	if wait := a.copies.Allow(v.now, v.Way+" "+v.Who.ID); wait > 0 {
		return change{}, refusal{http.StatusTooManyRequests, template.HTML(template.HTMLEscapeString(web.WaitText(locale.Default, wait)))}
	}
	c := change{name: "tips_test", subject: n.ID + ": " + i.ID, do: func(ctx context.Context) error {
		state, reply, err := a.Mails.SendTest(ctx, n, date, i.Tip, l.language, to)
		return testRefusal(state, reply, err)
	}}
	c.back, c.query = tipAddress(tipPages, n.ID, i.ID, l.query())
	return c, nil
}

// testRefusal is why a test copy isn't known to be out; nil: it is. A server's reply may
// quote the address, however it's written there, so it isn't for the log.
func testRefusal(state ledger.State, reply string, err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusGatewayTimeout, "admin.test.late")
	case err != nil:
		return err
	case state == ledger.Sent:
		return nil
	}
	message := "admin.test.failed"
	if state == ledger.InDoubt {
		message = "admin.test.in_doubt"
	}
	with := func(reply template.HTML) template.HTML {
		return phrase(message, map[string]template.HTML{"Reply": reply})
	}
	return quoting{refusal{http.StatusConflict, with(web.Isolated(safetext.Visible(reply), ""))}, with("…")}
}
