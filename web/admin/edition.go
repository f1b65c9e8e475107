package admin

import (
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"time"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

// editionView is the data of the templates "edition" and "edition_live".
type editionView struct {
	Newsletter, Tip template.HTML
	progressView
	Times   []factView
	Sent    sentView
	Reasons []reasonView
	Returns returnsView
	Facts   []factView
	Acts    []actView
	History []historyLine
	Pruned  template.HTML // "": its deliveries are there
}

// reasonView is why some mails weren't sent at once.
type reasonView struct {
	State, Count template.HTML
	Code         string // "550 5.1.1"; "": none
	Class        string // its colour
	Reply        string // of a server; "": none, or not for them
}

// historyLine is what was done to the edition.
type historyLine struct {
	When, What, Mails template.HTML
	Who, Detail       string
}

// namedEdition is an edition that an address names.
type namedEdition struct {
	*scheduler.Newsletter
	editions.Edition
}

// find finds the edition that an address names.
func (a *Admin) find(v *visit) (f namedEdition, err error) {
	none := refuse(http.StatusNotFound, "admin.edition.none")
	name, day := v.PathValue("newsletter"), v.PathValue("date")
	if name == "" || !readable(name) {
		return f, none
	}
	if f.Newsletter, err = a.Scheduler.Find(name); err != nil {
		return f, none
	}
	date, err := scheduler.ParseDate(day)
	if err != nil || date.String() != day {
		return f, none
	}
	f.Edition, err = a.Editions.Edition(v.Context(), a.DB.Read(), f.Newsletter.ID, day)
	if errors.Is(err, editions.ErrNoEdition) {
		err = none
	}
	return f, err
}

// summarize counts an edition.
func (a *Admin) summarize(v *visit, e editions.Edition) (ledger.Summary, error) {
	counts, err := a.Ledger.CountAll(v.Context(), []editions.Edition{e})
	if err != nil {
		return ledger.Summary{}, err
	}
	return a.Ledger.Summarize(v.Context(), v.now, counts[0])
}

// editionLive is how far an edition is by now.
func (a *Admin) editionLive(v *visit) (view, error) {
	f, err := a.find(v)
	if err != nil {
		return view{}, err
	}
	s, err := a.summarize(v, f.Edition)
	return view{body: "edition_live", data: editionView{progressView: progress(s), Reasons: reasons(v, s)}}, err
}

// editionPage is all about an edition.
func (a *Admin) editionPage(v *visit) (view, error) {
	f, err := a.find(v)
	if err != nil {
		return view{}, err
	}
	s, err := a.summarize(v, f.Edition)
	if err != nil {
		return view{}, err
	}
	shown := editionView{
		Newsletter: a.Letterhead(s.Newsletter).Name, Tip: a.tipLink(f.Newsletter, s.Tip, tipTitle(f.Newsletter, s.Tip)), progressView: progress(s),
		Times: times(f.Edition, s), Reasons: reasons(v, s),
	}
	if !f.PrunedAt.IsZero() {
		shown.Pruned = phrase("admin.edition.pruned", map[string]template.HTML{"Since": stamp(f.PrunedAt)})
	}
	if shown.Sent, err = a.sent(v, f); err != nil {
		return view{}, err
	}
	bounces, all, err := a.List.EditionBounces(v.Context(), f.Edition.ID)
	if err != nil {
		return view{}, err
	}
	shown.Returns = returns(v, bounces, all)
	if shown.Facts, err = a.echo(v, f, s, bounces); err != nil {
		return view{}, err
	}
	if v.may(admins.Run) {
		shown.Acts = a.acts(f.Edition, s)
	}
	if v.may(admins.SeeLog) {
		shown.History, err = a.history(v, f.Edition)
	}
	return view{title: date(s.LocalDate), body: "edition", data: shown}, err
}

// times are when an edition went out.
func times(e editions.Edition, s ledger.Summary) []factView {
	facts := []factView{{say("admin.edition.opened"), web.Instant(locale.Default, e.OpenedAt.UTC())}}
	for _, t := range []struct{ name, at string }{{"began", s.FirstBeganAt}, {"ended", s.EndedAt}} {
		if t.name == "ended" && s.Pending+s.Retry > 0 {
			continue // some go out again
		}
		if at, err := time.Parse(time.RFC3339, t.at); err == nil {
			facts = append(facts, factView{say("admin.edition." + t.name), web.Instant(locale.Default, at.UTC())})
		}
	}
	return append(facts, factView{say("admin.edition.due"), template.HTML(grouped(s.Due))})
}

// reasons are why mails weren't sent at once. A server's reply may quote an address.
func reasons(v *visit, s ledger.Summary) (all []reasonView) {
	for _, r := range s.Reasons {
		one := reasonView{State: say("admin.count." + r.State), Class: r.State, Count: template.HTML(grouped(r.Count))}
		one.Code = ledger.Reply{Code: r.Code, Enhanced: r.Enhanced}.String()
		if v.may(admins.Readers) || r.Code == 0 && r.State == string(ledger.Withdrawn) { // our own words
			one.Reply = r.Reply
		}
		all = append(all, one)
	}
	return all
}

// leftTime is for how long after it was opened it's counted who left.
const leftTime = 24 * time.Hour

// echo is what readers made of an edition.
func (a *Admin) echo(v *visit, f namedEdition, s ledger.Summary, bounces []subscribers.EditionBounce) ([]factView, error) {
	left, err := a.List.CountLeft(v.Context(), s.Newsletter, f.OpenedAt, f.OpenedAt.Add(leftTime))
	if err != nil {
		return nil, err
	}
	complaints := int64(0)
	for _, b := range bounces {
		if b.Class == subscribers.Complaint && b.Reason != subscribers.Unsubscribing {
			complaints += b.Count
		}
	}
	var facts []factView
	for _, one := range []struct {
		name string
		n    int64
	}{{"useful", s.Useful}, {"not_useful", s.NotUseful}, {"complaints", complaints}, {"left", left}} {
		facts = append(facts, factView{say("admin.edition." + one.name), template.HTML(grouped(one.n))})
	}
	return facts, nil
}

// history is what was done to an edition, newest first.
func (a *Admin) history(v *visit, e editions.Edition) (lines []historyLine, err error) {
	actions, err := a.Ledger.Actions(v.Context(), e, 50)
	for _, did := range actions {
		line := historyLine{When: stamp(did.At), What: web.Isolated(did.Kind, ""), Mails: counting("admin.attention.mails", int(did.Deliveries)), Who: did.Who, Detail: did.Detail}
		if text, there := wordsFor("admin.history." + did.Kind); there {
			line.What = template.HTML(template.HTMLEscapeString(text))
		}
		lines = append(lines, line)
	}
	return lines, err
}

// returnsView is what servers said of an edition's addresses, at once or later.
type returnsView struct {
	Lines []returnLine
	More  template.HTML // that there is more than is shown; "": there isn't
}

type returnLine struct {
	Class, When   template.HTML
	Domain        string // "": not for them
	Reason, Reply string
	Count         string
}

// mostReturns is how many lines are shown.
const mostReturns = 20

// returns are what came back, by domain for who may see the readers; for the others,
// domains are left out, and so is what servers said.
func returns(v *visit, bounces []subscribers.EditionBounce, all bool) (shown returnsView) {
	told := slices.DeleteFunc(slices.Clone(bounces), func(b subscribers.EditionBounce) bool {
		return !slices.Contains(subscribers.ToldClasses(), b.Class)
	})
	if !v.may(admins.Readers) {
		told = withoutDomains(told)
	}
	for _, b := range told[:min(mostReturns, len(told))] {
		when := "later"
		if b.Sending {
			when = "sending"
		}
		line := returnLine{
			Class: classOf(b.Class), When: say("admin.edition.said_" + when), Domain: b.Domain, Reason: reasonOf(b.Reason), Reply: b.Reply, Count: grouped(b.Count),
		}
		shown.Lines = append(shown.Lines, line)
	}
	if len(told) > mostReturns || !all {
		shown.More = say("admin.edition.more_returns")
	}
	return shown
}

// classOf says whom or what a bounce is about.
func classOf(c subscribers.BounceClass) template.HTML {
	if text, there := wordsFor("admin.class." + string(c)); there {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return web.Isolated(string(c), "")
}

// reasonOf says a bounce's reason in words.
func reasonOf(reason string) string {
	if text, there := wordsFor("admin.bounce." + reason); there {
		return text
	}
	return reason
}

// withoutDomains adds up what was said, whose domain and words aren't told.
func withoutDomains(bounces []subscribers.EditionBounce) (sums []subscribers.EditionBounce) {
	for _, b := range bounces {
		b.Domain, b.Reply = "", ""
		same := slices.IndexFunc(sums, func(s subscribers.EditionBounce) bool {
			return s.Class == b.Class && s.Sending == b.Sending && s.Reason == b.Reason
		})
		if same < 0 {
			sums = append(sums, b)
			continue
		}
		sums[same].Count += b.Count
	}
	slices.SortStableFunc(sums, func(a, b subscribers.EditionBounce) int { return cmp.Compare(b.Count, a.Count) })
	return sums
}
