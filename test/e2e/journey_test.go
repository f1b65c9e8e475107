package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/test/mailtest"
)

// traveller is who goes a reader's whole way.
type traveller struct {
	lang, accept string // of ours, and what their browser asks for
	other        string // the language that they change to
	clock        string // zone of their computer
	likely       string // zone that the site supposes without script
}

var travellers = []traveller{
	{lang: "en", accept: "en-GB,en", other: "zh-CN", clock: "Europe/Lisbon", likely: "Europe/London"},
	{lang: "zh-CN", accept: "zh-CN,zh,en", other: "ar", clock: "Asia/Singapore", likely: "Asia/Shanghai"},
	{lang: "ar", accept: "ar-EG,ar,en", other: "en", clock: "Asia/Riyadh", likely: "Africa/Cairo"},
}

// TestJourney goes in Arabic, without script on a phone; both tips come by command.
// TestJourneyByTheClock goes in every language, with script and without.
func TestJourney(t *testing.T) {
	t.Parallel()
	i := slices.IndexFunc(travellers, func(t traveller) bool { return t.lang == "ar" })
	begin(t, travellers[i], false).goThrough()
}

// goThrough goes the whole way.
func (j *journey) goThrough() {
	j.Helper()
	j.subscribe()
	j.confirm()
	j.firstTip()
	j.change()
	j.nextTip()
	j.pause()
	j.leave()
	j.wantNoTraces()
	j.site.end(j.address, token(j.link(j.first, "/preferences/")), token(j.link(j.first, "/u/")))
}

// journey is a traveller on the way.
type journey struct {
	*guest
	traveller
	address string
	zone    *time.Location // theirs, as the site knows it
	lang    string         // of their mails and pages by now
	first   mailtest.Mail  // their first tip
	title   string         // of the newsletter that the pages are about; "": the first
	due     time.Time      // of the next one by the clock, once they have chosen
	clock   bool           // one tip comes by the clock: the second with script, else the first
}

func begin(t *testing.T, who traveller, script bool) *journey {
	t.Helper()
	s := newSite(t)
	j := &journey{traveller: who, lang: who.lang, address: strings.ToLower(who.lang) + ".reader@example.org"}
	j.guest = newGuest(s, person{languages: who.accept, zone: who.clock, script: script, phone: !script})
	zone := who.likely
	j.prefix = who.lang + "-plain"
	if script {
		j.axe = needAxe(t)
		j.turn = slices.Index(travellers, who)
		j.prefix, zone = who.lang, who.clock
	}
	var err error
	if j.zone, err = time.LoadLocation(zone); err != nil {
		t.Fatal(err)
	}
	return j
}

// subscribe fills in the form.
func (j *journey) subscribe() {
	j.Helper()
	j.open(j.site.base + "/")
	opened := time.Now()
	j.wantLanguage(j.lang)
	j.look("start")
	if zone := j.value("#timezone"); zone != j.zone.String() {
		j.Errorf("the form has the zone %s, want %s", zone, j.zone)
	}
	j.typeIn("#email", j.address)
	// A form that comes back within 3 seconds is a machine's.
	time.Sleep(time.Until(opened.Add(3100 * time.Millisecond)))
	j.press("#subscribe")
	j.says("page.subscribe.sent_heading", nil)
	j.says("page.subscribe.sent", nil)
	j.look("look into your inbox")
}

// confirm opens the link in the mail and presses the button.
func (j *journey) confirm() {
	j.Helper()
	m := j.site.mail(j.address)
	j.wantMail(m, "confirm_mail.subject")
	if from := header(j.T, m, "From"); !strings.Contains(from, "confirm@example.com") {
		j.Errorf("the confirmation is from %s", from)
	}
	j.open(j.link(m, "/confirm/"))
	j.wantLanguage(j.lang)
	j.says("page.confirm.text", nil)
	j.look("confirm")
	j.press("main form button")
	j.says("page.confirm.done_heading", nil)
	j.says("page.confirm.first", j.at(next(j.zone, j.site.clock)))
	j.look("subscribed")
	j.wantMail(j.site.mail(j.address), "welcome_mail.subject")
}

// firstTip comes by command, or at the newsletter's minute.
func (j *journey) firstTip() {
	j.Helper()
	j.press("#again") // the latest one, at once: the page has offered it
	j.says("page.settings.again_done", nil)
	j.look("latest tip")
	j.wantTip(j.site.mail(j.address))
	if j.script || !j.clock {
		j.site.send()
		j.first = j.site.mail(j.address)
	} else {
		j.due = soon()
		j.site.reschedule(j.due.In(j.zone).Format("15:04"))
		j.first = j.mailAt(j.due)
	}
	j.wantTip(j.first)
}

// change asks for another language and another time.
func (j *journey) change() {
	j.Helper()
	j.open(j.link(j.first, "/preferences/"))
	j.wantLanguage(j.lang)
	j.look("settings")
	j.set("#language", j.other)
	switch {
	case j.script && j.clock:
		// A minute that was over before the page was saved is tomorrow's: another
		// one, then.
		for tries := 0; tries == 0 || tries < 5 && !j.shows("page.confirm.next", j.at(j.due)); tries++ {
			j.due = soon()
			j.save()
		}
	case j.clock: // that of today has come
		y, m, d := j.due.In(j.zone).Date()
		j.due = time.Date(y, m, d+1, 18, 30, 0, 0, j.zone)
		j.save()
	default:
		j.due = next(j.zone, time.Now().In(j.zone).Add(5*time.Hour).Format("15:04"))
		j.save()
	}
	j.says("page.confirm.next", j.at(j.due))
	j.look("saved")
}

// save asks for their time of day and stores the settings.
func (j *journey) save() {
	j.Helper()
	j.set("#send_at", j.due.In(j.zone).Format("15:04"))
	j.press("#save")
	j.lang = j.other
	j.wantLanguage(j.lang)
	j.says("page.settings.saved", nil)
}

// nextTip comes by the clock, or by command.
func (j *journey) nextTip() {
	j.Helper()
	var m mailtest.Mail
	if j.script && j.clock {
		m = j.mailAt(j.due)
		j.due = j.due.In(j.zone).AddDate(0, 0, 1)
	} else {
		j.site.send()
		m = j.site.mail(j.address)
	}
	j.wantTip(m)
	if m.Subject == j.first.Subject {
		j.Errorf("%q came twice", m.Subject)
	}
	j.site.published(j.link(m, "/archive/"))
	j.open(j.link(m, "/archive/"))
	j.wantLanguage(j.lang)
	j.look("read online")
}

// pause keeps one edition away, and its end lets the next one come.
func (j *journey) pause() {
	j.Helper()
	j.open(j.link(j.first, "/preferences/"))
	end := func() map[string]any {
		y, m, d := time.Now().In(j.zone).Date()
		return j.at(time.Date(y, m, d+7, j.due.In(j.zone).Hour(), j.due.Minute(), 0, 0, j.zone))
	}
	before := end()
	j.press("button[name=weeks][value='1']")
	if !j.shows("page.pause.done", before) { // midnight came in between
		j.says("page.pause.done", end())
	}
	j.look("paused")
	j.site.send()
	j.site.wantNothing(j.address)
	j.press("#resume")
	j.says("page.pause.resumed", j.at(j.due))
	j.look("resumed")
	j.site.send()
	j.wantTip(j.site.mail(j.address))
}

// leave is one click in the mail program with script, else the page's button.
func (j *journey) leave() {
	j.Helper()
	j.open(j.link(j.first, "/u/"))
	j.says("page.unsubscribe.heading", nil)
	j.look("leave")
	if j.script {
		j.oneClick(j.first)
		j.open(j.link(j.first, "/u/"))
		j.says("page.unsubscribe.already", nil)
	} else {
		j.press("main > form button")
		j.says("page.unsubscribe.done", nil)
	}
	j.look("left")
	j.site.send()
	j.site.wantNothing(j.address)
}
