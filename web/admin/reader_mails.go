package admin

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
)

// mailRow is what became of an edition for a reader.
type mailRow struct {
	Date       string // YYYY-MM-DD
	Day        string // of the week
	Href       string // of the edition's page; "": its newsletter has left the configuration
	Newsletter template.HTML
	Tip        template.HTML
	State      stateView
	At         template.HTML
	Said       []saidView
}

// saidView is what a server said.
type saidView struct {
	Who  template.HTML
	Text string
}

type noticeRow struct {
	When  template.HTML
	What  template.HTML
	To    string // the address, where it isn't the person's any more; "": it is
	State stateView
	Said  []saidView
}

type bounceRow struct {
	Number   string
	When     template.HTML
	About    template.HTML
	Class    template.HTML
	Text     string
	Decision template.HTML
	Undo     bool
}

// showMails says which editions they got, and what was said of each.
func (a *Admin) showMails(v *visit, s *subscribers.Subscriber, shown *readerView) error {
	bounces, err := a.List.BouncesOf(v.Context(), a.DB.Read(), s.ID, shownBounces)
	if err != nil {
		return err
	}
	deliveries, err := a.Ledger.LastDeliveries(v.Context(), s.ID, shownMails)
	if err != nil {
		return err
	}
	pruned, err := a.Editions.LastPruned(v.Context(), a.DB.Read())
	if err != nil {
		return err
	}
	if pruned != "" {
		shown.Pruned = phrase("admin.reader.pruned", map[string]template.HTML{"Date": date(pruned)})
	}
	dates := map[int64]string{}
	for _, d := range deliveries {
		dates[d.Key.Edition] = d.LocalDate
		shown.Mails = append(shown.Mails, a.mailRow(d, bounces))
	}
	if err := a.addMissed(v, s, deliveries, shown); err != nil {
		return err
	}
	for _, b := range bounces {
		shown.Bounces = append(shown.Bounces, a.bounceRow(b, dates))
	}
	return nil
}

func (a *Admin) mailRow(d ledger.Delivery, bounces []subscribers.BounceRecord) mailRow {
	at := d.DoneAt
	if at.IsZero() {
		at = d.NextAt
	}
	n, _ := a.Scheduler.Find(d.Newsletter) // nil: it has left the configuration
	row := mailRow{
		Date: d.LocalDate, Day: weekday(d.LocalDate), Href: a.editionLink(d.Newsletter, d.LocalDate), Newsletter: a.Letterhead(d.Newsletter).Name, Tip: tipTitle(n, d.Tip),
		State: mailState(d.State), At: stamp(at), Said: relaySaid(d.Reply.String()),
	}
	for _, b := range slices.Backward(bounces) { // in the order in which they came
		if b.Edition == d.Key.Edition && b.Door != subscribers.WhileSending {
			row.Said = append(row.Said, saidView{phrase("admin.reader.said_later", map[string]template.HTML{"At": stamp(b.At)}), inShort(b)})
		}
	}
	return row
}

// relaySaid is what our own relay replied, if it did.
func relaySaid(reply string) []saidView {
	if reply == "" {
		return nil
	}
	return []saidView{{say("admin.reader.said_relay"), reply}}
}

// inShort is a bounce in the far end's words, or else in ours.
func inShort(b subscribers.BounceRecord) string {
	if b.Reply != "" {
		return b.Reply
	}
	return strings.TrimSpace(b.Status + " " + reasonOf(b.Reason))
}

// addMissed adds the editions that went out without them, so that a date that they ask
// about isn't just absent. Who chose a week's mail or some days misses the others.
func (a *Admin) addMissed(v *visit, s *subscribers.Subscriber, got []ledger.Delivery, shown *readerView) error {
	has := map[int64]bool{}
	oldest := ""
	for _, d := range got {
		has[d.Key.Edition] = true
		oldest = d.LocalDate
	}
	if len(got) < shownMails {
		oldest = "" // there are no older ones
	}
	for _, sub := range s.Subscriptions {
		if sub.Slot.Cadence == subscribers.Weekly {
			continue
		}
		recent, err := a.Editions.After(v.Context(), a.DB.Read(), sub.Newsletter, "", "", shownMails)
		if err != nil {
			return err
		}
		for _, e := range recent {
			if has[e.ID] || !e.PrunedAt.IsZero() || e.LocalDate < oldest || !e.OpenedAt.After(sub.CreatedAt) || !onTheirDays(sub, e) {
				continue
			}
			shown.Mails = append(shown.Mails, mailRow{
				Date: e.LocalDate, Day: weekday(e.LocalDate), Href: a.editionLink(e.Newsletter, e.LocalDate), Newsletter: a.Letterhead(e.Newsletter).Name,
				State: stateView{"mute", say("admin.reader.mail.none")}, At: stamp(e.OpenedAt),
			})
		}
	}
	slices.SortStableFunc(shown.Mails, func(x, y mailRow) int { return strings.Compare(y.Date, x.Date) })
	return nil
}

func onTheirDays(sub subscribers.Subscription, e editions.Edition) bool {
	day, err := time.Parse(time.DateOnly, e.LocalDate)
	return err == nil && sub.Slot.Days.Has(day.Weekday())
}

// weekday is the day of a date, in short.
func weekday(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.Format("Mon")
}

// mailState says what became of a mail.
func mailState(s ledger.State) stateView {
	class := map[ledger.State]string{ledger.Sent: "sent", ledger.Failed: "failed", ledger.Expired: "expired", ledger.InDoubt: "in_doubt"}[s]
	if class == "" {
		class = "mute"
	}
	return stateView{class, say("admin.reader.mail." + string(s))}
}

// showNotices says which other mails they got.
func (a *Admin) showNotices(v *visit, s *subscribers.Subscriber, shown *readerView) error {
	notices, err := a.Ledger.NoticesTo(v.Context(), s.ID, shownNotices)
	if err != nil {
		return err
	}
	for _, n := range notices {
		at := n.DoneAt
		if at.IsZero() {
			at = n.At
		}
		row := noticeRow{When: stamp(at), What: say("admin.reader.notice." + n.Kind), State: mailState(n.State), Said: relaySaid(n.Reply)}
		if n.Email != string(s.Email) {
			row.To = n.Email
		}
		shown.Notices = append(shown.Notices, row)
	}
	return nil
}

// bounceRow is something that came back. dates are those of the editions on the page.
func (a *Admin) bounceRow(b subscribers.BounceRecord, dates map[int64]string) bounceRow {
	about := say("admin.reader.about_notice")
	if b.Edition != 0 {
		about = a.Letterhead(b.Newsletter).Name
		if day := dates[b.Edition]; day != "" {
			about += template.HTML(" " + template.HTMLEscapeString(day))
		}
	}
	return bounceRow{
		Number: strconv.FormatInt(b.ID, 10), When: stamp(b.At), About: about, Class: classOf(b.Class), Text: inShort(b),
		Decision: say("admin.reader.decision." + strings.ReplaceAll(string(b.Decision), " ", "_")), Undo: slices.Contains(subscribers.Undoable(), b.Decision),
	}
}
