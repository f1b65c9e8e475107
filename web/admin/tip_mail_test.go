package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dailytip/admins"
	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/tips"
)

// The mail stands in a frame that can do nothing, on a page that has no other frames.
func TestAMailIsShownInASandbox(t *testing.T) {
	h, _ := shelved(t, storetest.SQLite(t), shelfFiles)
	b := h.as(admins.Viewer)
	page := b.want(b.get("/admin/tips/management/zebra"), 200, `<iframe sandbox="" src="/admin/mail/management/zebra?date=2026-1`, `&amp;language=en&amp;scheme=light" width="400"`,
		`<span aria-hidden="true">🦓</span>`, "Comes next", "2026", `rel="external noreferrer"`)
	if policy := page.Header.Get(policyHeader); !strings.Contains(policy, "frame-src 'self'") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("the page's policy is %s", policy)
	}
	if policy := b.get("/admin/tips").Header.Get(policyHeader); strings.Contains(policy, "frame-src") {
		t.Errorf("another page's policy is %s", policy)
	}
	mail := b.want(b.get("/admin/mail/management/zebra?language=es&scheme=dark&date=2026-11-23"), 200, "Rayas de cebra.", "La cebra", "color-scheme:dark", "23")
	const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
	if got := mail.Header.Get(policyHeader); got != policy {
		t.Errorf("the mail's policy is %s", got)
	}
	if strings.Contains(mail.body, "prefers-color-scheme") || mail.Header.Get("Cache-Control") != "no-store" {
		t.Error("the mail isn't in one scheme, or is kept")
	}
	b.want(b.get("/admin/tips/management/zebra?show=text&language=es"), 200, `<pre class="text" lang="es" dir="auto">`, "Rayas de cebra.")
	b.want(b.get("/admin/tips/management/zebra?show=desktop&scheme=dark"), 200, `width="640"`, "scheme=dark&amp;show=desktop\" aria-current=\"true\"")
	b.want(b.get("/admin/tips/management/zebra?show=x&scheme=y&language=tlh"), 200, `width="400"`, "language=en&amp;scheme=light\"")
	anybody := h.browser()
	anybody.to(anybody.get("/admin/mail/management/zebra"), "/admin/signin?next=%2Fadmin%2Fmail%2Fmanagement%2Fzebra")
	if got := b.post("/admin/mail/management/zebra", nil); got.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", got.StatusCode)
	}
	viewers, editors := b.get("/admin/tips/management/zebra"), h.as(admins.Editor)
	if strings.Contains(viewers.body, testCopies) {
		t.Error("viewers are shown how to send a test")
	}
	editors.want(editors.get("/admin/tips/management/zebra"), 200, `action="/admin/tips/test"`)
}

// What no mail can be made of says why, instead of one.
func TestATipWithoutAMailSaysWhy(t *testing.T) {
	h, _ := shelved(t, storetest.SQLite(t), shelfFiles)
	h.admin.Mails.Compose = func(context.Context, *scheduler.Newsletter, scheduler.Date, tips.Tip, string) (*letter.Letter, error) {
		return nil, Refuse(http.StatusConflict, "the mail would be <too> large")
	}
	b := h.as(admins.Editor)
	page := b.want(b.get("/admin/tips/management/zebra"), 200, "the mail would be &lt;too&gt; large")
	if strings.Contains(page.body, "<iframe") || strings.Contains(page.body, testCopies) {
		t.Error("it's proposed to show or send it all the same")
	}
	b.want(b.get("/admin/mail/management/zebra"), http.StatusConflict)
	b.want(b.post(testCopies, url.Values{"newsletter": {"management"}, "id": {"zebra"}, "to": {"ed@example.com"}}), http.StatusConflict)
}

// A test copy goes where its editor says, counts for nothing, and is in the log without
// the address.
func TestATestCopy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, _ := shelved(t, db, shelfFiles)
		h.edition("management", 2)
		before := h.counted()
		h.outbox.state = ledger.Sent
		b := h.as(admins.Editor)
		form := url.Values{"newsletter": {"management"}, "id": {"../..//odd?x=1#y"}, "to": {" Ed@Example.com "}, "show": {"desktop"}, "scheme": {"dark"}, "language": {"en"}}
		sent := b.post(testCopies, form)
		b.to(sent, "/admin/tips/management/-?done=tips_test&id=..%2F..%2F%2Fodd%3Fx%3D1%23y&language=en&scheme=dark&show=desktop")
		b.want(b.get(sent.Header.Get("Location")), 200, `role="status"`, "The mail server has taken the test.", "An odd id", `width="640"`)
		form.Set("id", "zebra")
		form.Set("language", "es")
		b.to(b.post(testCopies, form), "/admin/tips/management/zebra?done=tips_test&language=es&scheme=dark&show=desktop")
		if want := []string{"Ed@example.com en ../..//odd?x=1#y", "Ed@example.com es zebra"}; !slices.Equal(h.outbox.sent, want) {
			t.Errorf("sent: %q, want %q", h.outbox.sent, want)
		}
		h.outbox.state, h.outbox.reply = ledger.Failed, "550 5.1.1 <ED@example.com> or ed%40example.com unknown & <b>gone</b>\u202e"
		b.want(b.post(testCopies, form), http.StatusConflict, `550 5.1.1 &lt;ED@example.com&gt; or ed%40example.com unknown &amp; &lt;b&gt;gone&lt;/b&gt;\u202e`)
		h.outbox.state = ledger.InDoubt
		b.want(b.post(testCopies, form), http.StatusConflict, "Nobody knows whether")
		h.outbox.err = context.DeadlineExceeded
		b.want(b.post(testCopies, form), http.StatusGatewayTimeout, "takes too long")
		h.outbox.err = errors.New("secret of ours")
		if got := b.want(b.post(testCopies, form), http.StatusServiceUnavailable); strings.Contains(got.body, "secret") {
			t.Error("an error of ours is shown")
		}
		operator := h.as(admins.Operator)
		log := operator.want(operator.get("/admin/log"), 200, "sent a test of", "management: zebra", "The test wasn’t sent.")
		if text := strings.ToLower(log.body); strings.Contains(text, "ed@example.com") || strings.Contains(text, "ed%40example.com") {
			t.Error("the log has the address")
		}
		if after := h.counted(); after != before {
			t.Errorf("it counts: %s before, %s after", before, after)
		}
	})
}

// counted are the numbers of what a test copy mustn't change.
func (h *harness) counted() string {
	h.Helper()
	var text string
	err := h.db.Read().QueryRowContext(h.Context(), `
		SELECT CAST((SELECT COUNT(*) FROM deliveries) AS TEXT) || ' ' || CAST((SELECT COUNT(*) FROM notices) AS TEXT) || ' ' ||
			CAST((SELECT COUNT(*) FROM editions) AS TEXT) || ' ' || CAST((SELECT COUNT(*) FROM subscribers) AS TEXT)`).Scan(&text)
	if err != nil {
		h.Fatal(err)
	}
	return text
}

func TestATestCopyIsRefused(t *testing.T) {
	h, _ := shelved(t, storetest.SQLite(t), shelfFiles)
	h.outbox.state = ledger.Sent
	b := h.as(admins.Editor)
	good := func() url.Values {
		return url.Values{"newsletter": {"management"}, "id": {"zebra"}, "to": {"ed@example.com"}}
	}
	for _, c := range []struct {
		field, value string
		status       int
	}{
		{"to", "", 422},
		{"to", "no address", 422},
		{"to", "a@example.com, b@example.com", 422},
		{"to", "a@example.com\r\nBcc: x@example.com", 422},
		{"id", "", 404},
		{"id", "gone", 404},
		{"id", "open", 409},
		{"newsletter", "x", 404},
		{"newsletter", "", 404},
	} {
		form := good()
		form.Set(c.field, c.value)
		b.want(b.post(testCopies, form), c.status)
	}
	viewer := h.as(admins.Viewer)
	viewer.want(viewer.post(testCopies, good()), http.StatusForbidden)
	b.want(b.post(testCopies, good(), "Sec-Fetch-Site", "cross-site"), http.StatusForbidden)
	if len(h.outbox.sent) > 0 {
		t.Errorf("sent: %q", h.outbox.sent)
	}
	n := 0
	for b.post(testCopies, good()).StatusCode == http.StatusSeeOther && n < 1000 {
		n++
	}
	if n != copiesAnHour/3 {
		t.Errorf("%d went out at once", n)
	}
	b.want(b.post(testCopies, good()), http.StatusTooManyRequests)
	other := h.as(admins.Operator)
	other.to(other.post(testCopies, good()), "/admin/tips/management/zebra?done=tips_test&language=en&scheme=light&show=phone")
}

const testCopies = "/admin" + testPath
