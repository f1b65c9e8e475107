//go:build long

package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"dailytip/locale"
)

// second is a newsletter beside the first.
const second = `  - id: meetings
    title: Better Meetings
    tips: library
    accent: "#0b6e5f"
    schedule: "30 16 * * WED"
    timezone: Europe/Berlin
`

// TestBesides reads from left to right, on a phone.
func TestBesides(t *testing.T) {
	t.Parallel()
	besides(t, "en", true)
}

// TestBesidesInArabic reads from right to left, on a desk.
func TestBesidesInArabic(t *testing.T) {
	t.Parallel()
	besides(t, "ar", false)
}

// besides goes to the pages beside the way, without script: a second newsletter,
// less instead of leaving, taking it back, a reason, and being forgotten.
func besides(t *testing.T, lang string, phone bool) {
	t.Helper()
	s := newSite(t)
	s.another()
	j := &journey{traveller: traveller{lang: lang}, lang: lang, address: "besides@example.org", zone: time.UTC}
	j.guest = newGuest(s, person{languages: lang, zone: "UTC", phone: phone})
	j.prefix = lang + "-besides"
	j.both()
	j.less()
	j.back()
	j.forget()
	j.wantNoTraces()
	s.end(j.address)
}

// another adds the second newsletter to the configuration.
func (s *site) another() {
	s.Helper()
	config, err := os.OpenFile(s.rig.Path("config.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		s.Fatal(err)
	}
	_, err = config.WriteString(second)
	if err := config.Close(); err != nil {
		s.Fatal(err)
	}
	if err != nil {
		s.Fatal(err)
	}
	s.reload()
}

// both subscribes to the second newsletter and, by the link that its settings have
// sent, to the first.
func (j *journey) both() {
	j.Helper()
	j.open(j.site.base + "/")
	opened := time.Now()
	j.look("two newsletters")
	j.do("choose the second", choose("#newsletter-meetings"))
	j.typeIn("#email", j.address)
	j.set("#timezone", "UTC")
	time.Sleep(time.Until(opened.Add(3100 * time.Millisecond)))
	j.press("#subscribe")
	j.title = "Better Meetings"
	j.says("page.subscribe.sent", nil)
	j.open(j.link(j.site.mail(j.address), "/confirm/"))
	j.press("main form button")
	j.says("page.confirm.done", nil)
	j.look("on the second")
	j.first = j.site.mail(j.address)
	j.open(j.link(j.first, "/preferences/"))
	j.look("settings of the second")
	j.account()
	j.press("#join-management")
	j.title = title
	j.says("page.confirm.done", nil)
	j.look("on both")
	j.site.send()
	j.first = j.site.mail(j.address)
	j.wantTip(j.first)
}

// account asks for the link to all that is held, and opens it.
func (j *journey) account() {
	j.Helper()
	if text := j.text("main"); strings.Contains(text, j.address) {
		j.Errorf("the settings show the address:\n%s", text)
	}
	j.press("#account")
	j.says("page.account.sent", nil)
	j.look("a link is on its way")
	j.open(j.link(j.site.mail(j.address), "/open/"))
	j.says("page.account.ask", nil)
	j.look("open the account")
	j.press("main form button")
	j.says("page.account.heading", nil)
	j.look("the account")
}

// less asks for a mail a week.
func (j *journey) less() {
	j.Helper()
	j.open(j.link(j.first, "/u/"))
	j.press("#weekly")
	j.says("page.unsubscribe.weekly_done", nil)
	j.look("weekly")
}

// back leaves, takes it back, and leaves for good and for a reason.
func (j *journey) back() {
	j.Helper()
	j.open(j.link(j.first, "/u/"))
	j.press("main > form button")
	j.says("page.unsubscribe.done", nil)
	j.press("#undo")
	j.says("page.unsubscribe.undone", nil)
	j.look("back")
	j.open(j.link(j.first, "/u/"))
	j.press("main > form button")
	j.do("choose a reason", choose("#reason-moved"))
	j.press("#send")
	j.says("page.unsubscribe.thanks", nil)
	j.look("thanks for the reason")
	j.open(j.link(j.first, "/preferences/"))
	j.says("page.confirm.left", nil)
	j.look("settings after leaving")
}

// forget has everything erased; the links of the mails lead nowhere then.
func (j *journey) forget() {
	j.Helper()
	j.account()
	j.press("#erase")
	j.says("page.settings.erase_text", nil)
	j.look("erase")
	j.press("#forget")
	j.says("page.settings.erased", nil)
	j.look("erased")
	for _, page := range []string{"/preferences/", "/u/"} {
		j.open(j.link(j.first, page))
		j.says("page.unsubscribe.gone", nil)
	}
	j.site.send()
	j.site.wantNothing(j.address)
	j.expect("status of 404")
	j.open(j.site.base+"/nowhere", 404)
	if want := locale.Text(j.lang, "page.error.not_found_heading", nil); j.text("h1") != want {
		j.Errorf("%q stands over a page that isn't there, want %q", j.text("h1"), want)
	}
	j.look("nothing there")
}

// choose clicks on what stays on the page.
func choose(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}
