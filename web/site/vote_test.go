package site_test

import (
	"database/sql"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/subscribers"
	"dailytip/web/site"
)

func (p *past) voteLink(edition int64, a subscribers.Added) string {
	return "/vote/" + strconv.FormatInt(edition, 36) + "/" + p.list.Tokens().Make(subscribers.VoteLink(edition), a.Subscription)
}

// tally is how often a tip was found useful and how often not.
func (p *past) tally(tip string) editions.Tally {
	p.t.Helper()
	all, err := p.editions.Tallies(p.t.Context(), []string{"management"})
	if err != nil {
		p.t.Fatal(err)
	}
	return all[tip]
}

func TestVote(t *testing.T) {
	p := openPast(t, nil)
	p.prepare("management", "2026-11-20", editions.Daily, sayIt())
	link := p.voteLink(p.deliver(now)[0].Key.Edition, p.reader)

	for _, path := range []string{link, link + "/yes", link + "/no", link + "/x"} {
		for range 2 { // a scanner, then the reader
			p.get(path).must(t, 200, "<h1>Was this useful?</h1>", `value="yes">Yes</button>`, `value="no">No</button>`,
				`action="`+link+`"`, `<h2 class="title">Say the hard thing first</h2>`, "<strong>bad news</strong>")
		}
		p.do("HEAD", path, "", "").must(t, 200)
	}
	if got := p.tally("say-it"); got != (editions.Tally{}) {
		t.Fatalf("looking counted: %+v", got)
	}
	// The answer that the link was for is the button in front.
	p.get(link+"/no").must(t, 200, `<button class="quiet" type="submit" name="useful" value="yes">`, `<button type="submit" name="useful" value="no">`)
	p.get(link+"/yes").must(t, 200, `<button type="submit" name="useful" value="yes">`, `<button class="quiet" type="submit" name="useful" value="no">`)

	for _, step := range []struct {
		answer      string
		useful, not int64
	}{{"yes", 1, 0}, {"yes", 1, 0}, {"no", 0, 1}, {"no", 0, 1}, {"yes", 1, 0}} {
		a := p.post(link, "tip=0&useful="+step.answer)
		a.must(t, 200, "<h1>Thank you for your answer</h1>", "You can still change it.", `value="`+step.answer+`" aria-pressed="true"`)
		if strings.Count(a.body, "aria-pressed") != 1 {
			t.Errorf("both buttons are pressed:\n%s", a.body)
		}
		if got := p.tally("say-it"); got != (editions.Tally{Useful: step.useful, Useless: step.not}) {
			t.Errorf("after %s: %+v", step.answer, got)
		}
	}
	p.get(link).must(t, 200, "<h1>Was this useful?</h1>", `value="yes" aria-pressed="true"`)
	p.get(link+"?lang=ar").must(t, 200, `<html lang="ar" dir="rtl">`, "هل كان هذا مفيدًا؟", "قل الصعب أولًا")

	before := p.tally("say-it")
	for _, body := range []string{"", "useful=maybe", "useful=", "tip=0", "useful=YES"} {
		p.post(link, body).must(t, 200, "<h1>Was this useful?</h1>")
	}
	for _, body := range []string{"useful=yes&tip=1", "useful=yes&tip=-1", "useful=yes&tip=x", "useful=no&tip=99999999999999999999"} {
		p.post(link, body).must(t, 404)
	}
	p.post(link, "useful=no", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.org").must(t, 403)
	p.post(link+"/no", "useful=no").must(t, 404)
	p.do("PUT", link, formType, "useful=no").must(t, 405)
	if got := p.tally("say-it"); got != before {
		t.Errorf("something of that counted: %+v", got)
	}
	p.post(link, "useful=no", "Origin", "null").must(t, 200, "Thank you") // an old browser
}

// A vote counts and is thanked for although the archive can't be read.
func TestVoteWithoutTheArchive(t *testing.T) {
	p := openPast(t, nil)
	p.prepare("management", "2026-11-20", editions.Daily, sayIt())
	link := p.voteLink(p.deliver(now)[0].Key.Edition, p.reader)
	p.write(func(tx *sql.Tx) error {
		_, err := tx.Exec("ALTER TABLE contents RENAME COLUMN sent_at TO sent_when")
		return err
	})
	p.post(link, "tip=0&useful=yes").must(t, 200, "<h1>Thank you for your answer</h1>", "<strong>bad news</strong>")
	if got := p.tally("say-it"); got != (editions.Tally{Useful: 1}) {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(p.log.String(), "have no links to others") {
		t.Error("the log doesn't say that the archive can't be read")
	}
}

// A link's buttons wear out, so that nobody keeps the database busy with one.
func TestVotesAreLimited(t *testing.T) {
	p := openPast(t, nil)
	p.prepare("management", "2026-11-20", editions.Daily, sayIt())
	link := p.voteLink(p.deliver(now)[0].Key.Edition, p.reader)
	for range 200 {
		if a := p.post(link, "useful=no"); a.StatusCode == 429 {
			a.must(t, 429, "<h1>")
			p.get(link).must(t, 200)
			return
		}
	}
	t.Error("200 votes in a moment")
}

// A week's mail has one pair of links; its page asks about each tip.
func TestVoteOnAWeek(t *testing.T) {
	p := openPast(t, nil)
	p.prepare("management", "2026-11-20", editions.Weekly, plainTip(1), sayIt())
	link := p.voteLink(p.deliver(now)[0].Key.Edition, p.reader)
	p.get(link+"/yes").must(t, 200, "<h1>Which of them were useful?</h1>", `<input type="hidden" name="tip" value="1">`, "Tip number 1", "Say the hard thing first")
	p.post(link, "tip=1&useful=yes").must(t, 200, "Thank you")
	p.post(link, "tip=0&useful=no").must(t, 200, "Thank you")
	if a, b := p.tally("tip-1"), p.tally("say-it"); a != (editions.Tally{Useless: 1}) || b != (editions.Tally{Useful: 1}) {
		t.Errorf("%+v %+v", a, b)
	}
}

func TestVoteForNobody(t *testing.T) {
	p := openPast(t, func(o *options) {
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "other", Title: "Other"})
	})
	p.prepare("management", "2026-11-20", editions.Daily, sayIt())
	edition := p.deliver(now)[0].Key.Edition
	p.prepare("management", "2026-11-21", editions.Daily, plainTip(1))
	other := p.deliver(now.Add(time.Minute))[0].Key.Edition
	good := p.voteLink(edition, p.reader)
	token := good[strings.LastIndexByte(good, '/')+1:]
	tokens := p.list.Tokens()
	for name, path := range map[string]string{
		"another edition":    "/vote/" + strconv.FormatInt(other, 36) + "/" + token,
		"no edition":         p.voteLink(edition+1, p.reader),
		"no number":          "/vote/!/" + token,
		"another number":     "/vote/0" + strings.TrimPrefix(good, "/vote/"),
		"in capitals":        "/vote/" + strings.ToUpper(strconv.FormatInt(edition, 36)) + "/" + token,
		"cut off":            good[:len(good)-1],
		"forged":             good[:len(good)-1] + "!",
		"another's purpose":  "/vote/" + strconv.FormatInt(edition, 36) + "/" + tokens.Make(subscribers.UnsubscribeLink, p.reader.Subscription),
		"as an unsubscribe":  "/u/" + token,
		"as a confirmation":  "/confirm/" + token,
		"of no subscription": p.voteLink(edition, subscribers.Added{Subscription: 12345}),
	} {
		t.Run(name, func(t *testing.T) {
			for _, a := range []answer{p.get(path), p.post(path, "useful=yes")} {
				a.must(t, 404, "This link doesn’t work")
				if got := a.Header.Get("Cache-Control"); got != "no-store" {
					t.Errorf("Cache-Control: %s", got)
				}
			}
		})
	}
	p.post(good, "useful=yes").must(t, 200)
	p.erase(p.reader)
	for _, a := range []answer{p.get(good), p.post(good, "useful=no")} {
		a.must(t, 404, "This link doesn’t work", "no longer with us")
		a.mustNot(t, "reader@")
	}
	if got := p.tally("say-it"); got != (editions.Tally{Useful: 1}) {
		t.Errorf("after erasing: %+v", got)
	}
	if log := p.log.String(); strings.Contains(log, token) || strings.Contains(log, token[:20]) {
		t.Error("the token is in the log")
	}
}
