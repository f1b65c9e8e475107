package admin

import (
	"database/sql"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-analyze/charts"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/web"
)

// grows gives management a few weeks: people sign up, confirm and leave, one is suppressed,
// and an edition goes to several receivers' mailboxes.
func (h *harness) grows() {
	h.Helper()
	h.write(func(tx *sql.Tx) error {
		for i, domain := range []string{"gmail.com", "gmail.com", "gmail.com", "outlook.de", "private.example"} {
			at := now.AddDate(0, 0, -7*i)
			added, err := h.list.Add(h.Context(), tx, at, subscribers.Request{
				Address: subscribers.Address(fmt.Sprintf("g%d@%s", i, domain)), Newsletter: "management", Consent: subscribers.ByReader, Detail: "test",
			})
			if err == nil {
				_, err = h.list.Confirm(h.Context(), tx, at, added.Subscription, "test")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	h.sends("management")
	h.write(func(tx *sql.Tx) error {
		person, err := h.list.Find(h.Context(), tx, "g1@gmail.com")
		if err == nil {
			_, err = h.list.Bounced(h.Context(), tx, now, subscribers.Bounce{
				Subscriber: person.ID, Subscription: person.Subscriptions[0].ID, Newsletter: "management", Edition: 7, Door: "imap", Class: subscribers.Complaint, Reason: "abuse",
			}, time.Time{})
		}
		return err
	})
}

// votes has a tip of Friday's edition voted on.
func (h *harness) votes(tip string, useful, useless int) {
	h.Helper()
	edition := h.editionOf("management")
	h.write(func(tx *sql.Tx) error {
		for i := range useful + useless {
			_, err := h.admin.Editions.Vote(h.Context(), tx, now, editions.Vote{Edition: edition, Tip: tip, Subscriber: int64(i + 1), Useful: i < useful})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// text is what somebody reads of a page where tables have room for their heads.
func (a answer) text() string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<span class="label"[^>]*>[^<]*</span>|<[^>]*>`).ReplaceAllString(a.body, " ")), " ")
}

// All roles see the growth, which names nobody and no private domain.
func TestGrowth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		h.grows()
		h.votes("first", 6, 2)
		h.votes("second", 1, 4)
		h.votes("<b>gone</b>", 3, 1) // too few
		for _, role := range admins.Roles() {
			b := h.as(role)
			page := b.want(b.get("/admin/growth"), 200, `aria-current="page"`, "Management Tip of the Day", "First &lt;b&gt;tip&lt;/b&gt;", `<th role="columnheader" scope="col" class="number">Complained</th>`)
			for _, text := range []string{"gmail.com", "private.example", "g1@", "gone"} {
				if strings.Contains(page.body, text) {
					t.Errorf("%s is shown %s", role, text)
				}
			}
			text := page.text()
			for _, want := range []string{
				"Signed up 5", "Confirmed 10", "Left 0", "Bounced 1", "Complained 1", // of sends, five were vouched for and one's address is dead
				"Monday, 16 November 2026 1 6 0 1 1 Monday, 9 November 2026 1 1 0 0 0",
				"Liked best Tip Useful Not useful Share First &lt;b&gt;tip&lt;/b&gt; 6 2 75%", "Liked least Tip Useful Not useful Share Second 1 4 20%",
				"Provider sent Deferred Refused Bounced Complained Google 1 0 0% 1 50% 0 0% 1 50% All others 0 1 0 0 0",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q isn't in %s", role, want, text)
				}
			}
			if picture := regexp.MustCompile(`srcset="(/admin/growth/[^"]*)"`).FindAllStringSubmatch(page.body, -1); len(picture) != 3*(4+3) {
				t.Errorf("%s is shown %d pictures", role, len(picture))
			} else {
				for _, p := range picture {
					b.wantChart(strings.ReplaceAll(p[1], "&amp;", "&"))
				}
			}
		}
	})
}

// wantChart looks at a picture: it's an SVG that runs nothing and asks for nothing.
func (b *browser) wantChart(path string) string {
	b.Helper()
	got := b.want(b.get(path), 200, "<svg ")
	if kind := got.Header.Get("Content-Type"); kind != "image/svg+xml" || got.Header.Get("Cache-Control") != "no-store" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		b.Errorf("%s: %v", path, got.Header)
	}
	decoder := xml.NewDecoder(strings.NewReader(got.body))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return got.body
		}
		if err != nil {
			b.Fatalf("%s: %v\n%s", path, err, got.body)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local != "svg" && e.Name.Local != "path" && e.Name.Local != "text" {
			b.Errorf("%s: it has <%s>", path, e.Name.Local)
		}
	}
}

func TestGrowthOfAnEmptyList(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Viewer)
	page := b.want(b.get("/admin/growth?newsletter=other"), 200, "Nobody has signed up yet.", "No tip has five votes yet.", "Nothing was sent in the last 30 days.")
	if strings.Contains(page.body, "<img") {
		t.Error("there's a chart of nothing")
	}
	b.want(b.get("/admin/growth?newsletter=nobody"), 404)
	for _, path := range []string{"/management/left.svg", "/management/delivery_failed.svg", "/management/left", "/management/x.svg", "/nobody/left.svg", "/management/%00", "/%ff/left.svg"} {
		b.want(b.get("/admin/growth"+path), 404)
	}
	b.to(h.browser().get("/admin/growth/management/left.svg"), "/admin/signin?next=%2Fadmin%2Fgrowth%2Fmanagement%2Fleft.svg")
	b.want(b.post("/admin/growth/management/left.svg", nil), http.StatusMethodNotAllowed)
}

// A newsletter's mails are no other's.
func TestGrowthIsOfOneNewsletter(t *testing.T) {
	h := sqlite(t)
	h.grows()
	b := h.as(admins.Viewer)
	b.want(b.get("/admin/growth?newsletter=other"), 200, "Nobody has signed up yet.", "Nothing was sent in the last 30 days.")
}

// When an edition's mails were sent stands on its page; of one that nobody counted, nothing.
func TestSentOverTime(t *testing.T) {
	h := sqlite(t)
	h.sends("management")
	b := h.as(admins.Viewer)
	page := b.want(b.get(friday), 200, "Sent over time", "Mails sent in each minute", friday+"/sent.svg?dark=1&amp;narrow=1")
	if !strings.Contains(page.text(), "From sent 2026-11-22 08:00 1") {
		t.Errorf("the table is missing in %s", page.text())
	}
	b.wantChart(friday + "/sent.svg")
	h.edition("other", 1)
	if page := b.want(b.get("/admin/editions/other/2026-11-20"), 200); strings.Contains(page.body, "Sent over time") {
		t.Error("there's a chart of nothing")
	}
	b.want(b.get("/admin/editions/other/2026-11-20/sent.svg"), 404)
	b.want(b.get("/admin/editions/management/2026-11-19/sent.svg"), 404)
}

func TestSteps(t *testing.T) {
	at := time.Date(2026, 11, 20, 7, 3, 0, 0, time.UTC)
	for _, tt := range []struct {
		minutes []int
		step    time.Duration
		want    string
	}{
		{[]int{0}, time.Minute, "[7]"},
		{[]int{0, 3}, time.Minute, "[7 0 0 7]"},
		{[]int{0, 59}, time.Minute, ""},
		{[]int{0, 60}, 2 * time.Minute, ""},
		{[]int{0, 6 * 60}, 10 * time.Minute, ""},
		{[]int{0, 40 * 24 * 60}, 24 * time.Hour, ""},
		{[]int{0, 4000 * 24 * 60}, 128 * 24 * time.Hour, ""},
	} {
		var minutes []ledger.SentIn
		for _, m := range tt.minutes {
			minutes = append(minutes, ledger.SentIn{Minute: at.Add(time.Duration(m) * time.Minute), Sent: 7})
		}
		all, step := inSteps(minutes)
		sum, numbers := int64(0), []int64{}
		for _, one := range all {
			sum += one.Sent
			numbers = append(numbers, one.Sent)
		}
		if step != tt.step || len(all) > mostSteps || sum != int64(7*len(minutes)) || tt.want != "" && fmt.Sprint(numbers) != tt.want {
			t.Errorf("%v: %d steps of %s with %d mails: %v", tt.minutes, len(all), step, sum, numbers)
		}
	}
}

// Scales end at a number with a round middle; numbers are short.
func TestScales(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 1 2", 1: "0 1 2", 3: "0 2 4", 5: "0 3 6", 9: "0 5 10", 10: "0 5 10", 11: "0 10 20", 999: "0 500 1,000", 9_999: "0 5,000 10\u00a0k", 12_345: "0 10\u00a0k 20\u00a0k",
		1_000_000: "0 500\u00a0k 1\u00a0M", 1_234_567: "0 1\u00a0M 2\u00a0M",
	} {
		end := niceMax(v)
		if got := short(0) + " " + short(end/2) + " " + short(end); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0%", .00001: "<0.1%", .0012: "0.1%", .05: "5%", .125: "12.5%", 1: "100%"} {
		if got := percent(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}

// More may come back than was sent in the same days; of no mails there is no share.
func TestShares(t *testing.T) {
	few := delivered{ReceiverCounts: ledger.ReceiverCounts{Sent: 3, Failed: 1}}
	if few.share(1) != .25 || few.share(5) != 1 || (delivered{}).share(5) != 0 {
		t.Errorf("%g, %g, %g", few.share(1), few.share(5), (delivered{}).share(5))
	}
}

// Charts have the pages' colours.
func TestColoursOfCharts(t *testing.T) {
	for i, dark := range []bool{false, true} {
		theme := chartTheme(dark)
		for token, got := range map[string]charts.Color{"line": theme.GetXAxisStrokeColor(), "mute": theme.GetXAxisTextColor(), "b2": theme.GetSeriesColor(0)} {
			all := regexp.MustCompile(`--`+token+`: (#[0-9A-F]{6});`).FindAllStringSubmatch(web.Tokens, -1)
			if len(all) != 2 || !got.Equals(charts.ColorFromHex(all[i][1])) {
				t.Errorf("--%s, dark %t: %s, want that of %v", token, dark, got, all)
			}
		}
	}
}

func TestReceiversHaveTheirWords(t *testing.T) {
	list, err := os.ReadFile(filepath.Join("..", "..", "subscribers", "receivers.txt"))
	if err != nil {
		t.Fatal(err)
	}
	receivers := []string{""}
	for line := range strings.Lines(string(list)) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); name != "" && name != "#" {
			receivers = append(receivers, name)
		}
	}
	for _, r := range receivers {
		if _, there := wordsFor(receiverName(r)); !there {
			t.Errorf("there are no words for %q", r)
		}
	}
}

// Each chart can be drawn, whatever it shows.
func TestChartsOfAllKinds(t *testing.T) {
	for name, values := range map[string][]float64{
		"one": {1}, "none": {0}, "zeros": make([]float64, 53), "huge": {1_000_000, 3, 0}, "tiny": {1e-9, 0}, "many": squares(60),
	} {
		for _, down := range []bool{false, true} {
			for _, l := range []chartLook{{}, {narrow: true}, {dark: true}, {narrow: true, dark: true}} {
				c := chart{values: values, down: down, format: short}
				for i := range values {
					c.names = append(c.names, fmt.Sprintf("<&\"'> قائمة %d", i))
				}
				picture, err := c.draw(l)
				if err != nil || strings.Contains(string(picture), "<&") || strings.Contains(string(picture), "NaN") || strings.Contains(string(picture), "Inf") {
					t.Errorf("%s, %t, %+v: %v\n%s", name, down, l, err, picture)
				}
			}
		}
	}
}

func squares(n int) (all []float64) {
	for i := range n {
		all = append(all, float64(i*i))
	}
	return all
}

// isBelow tells whether a name that begins at x stands below a bar: its middle does, which
// is about 19 pixels on.
func isBelow(x []byte, from, to int) bool {
	at, err := strconv.Atoi(string(x))
	return err == nil && at+19*fine >= from && at+19*fine <= to
}

// A bar is a bar, also where it's the only one, and where there is nothing a sentence says so
// in place of a chart.
func TestChartsOfLittle(t *testing.T) {
	bar := regexp.MustCompile(`<path d="M (\d+) \d+\s+L (\d+) [^"]*" style="[^"]*fill:rgb\(11,110,95\)`)
	name := regexp.MustCompile(`<text x="(\d+)"[^>]*>06:43</text>`)
	for _, l := range []chartLook{{}, {narrow: true}} {
		for n := 1; n <= 60; n++ {
			c := chart{format: short, names: make([]string, n), values: slices.Repeat([]float64{7}, n)}
			c.names[0] = "06:43"
			picture, err := c.draw(l)
			if err != nil {
				t.Fatal(err)
			}
			bars := bar.FindAllSubmatch(picture, -1)
			if len(bars) != n {
				t.Fatalf("%d bars: %d are drawn in %s", n, len(bars), picture)
			}
			for i, b := range bars {
				from, _ := strconv.Atoi(string(b[1]))
				to, _ := strconv.Atoi(string(b[2]))
				if named := name.FindSubmatch(picture); i == 0 && (named == nil || n < 4 && !isBelow(named[1], from, to)) {
					t.Errorf("%+v, %d bars: the first is from %d to %d, and its name %s: %s", l, n, from, to, named, picture)
				}
				if wide := to - from; wide < 1 || wide > widestBar*fine {
					t.Errorf("%+v, %d bars: one is %d wide", l, n, wide)
				}
			}
		}
	}
	h := sqlite(t)
	h.readers("other", 1)
	b := h.as(admins.Viewer)
	page := b.want(b.get("/admin/growth?newsletter=other"), 200, "Nobody in this time.")
	if none, charts := strings.Count(page.body, "Nobody in this time."), strings.Count(page.body, "<picture>"); none != 4 || charts != 1 {
		t.Errorf("%d sentences and %d charts of one who confirmed:\n%s", none, charts, page.text())
	}
}
