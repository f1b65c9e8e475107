package admin

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"dailytip/locale"
	"dailytip/subscribers"
	"dailytip/web"
)

// readerView is the data of the template "reader".
type readerView struct {
	Post     string // where the buttons' addresses begin
	Number   string
	Name     string
	Since    template.HTML
	Barred   *barredView // nil: they aren't suppressed
	Rests    template.HTML
	Places   []placeView
	Mails    []mailRow
	Pruned   template.HTML // up to when mails are kept no longer; "": all are there
	Notices  []noticeRow
	Bounces  []bounceRow
	Events   []eventRow
	Language string
	Timezone string
	All      string // the list
}

// barredView is since when somebody is suppressed, and why.
type barredView struct {
	Since  template.HTML
	Reason string
}

// placeView is somebody's place in a newsletter.
type placeView struct {
	ID         string
	Newsletter template.HTML
	State      stateView
	Why        string // when they get the next mail, or why they get none
	When       template.HTML
	Since      template.HTML // when they confirmed, or signed up
	SendAt     string
	Days       string
	Weekly     bool
	Pausable   bool
	Paused     bool
	Leavable   bool
	Resendable bool
}

type eventRow struct {
	When       template.HTML
	Newsletter template.HTML
	What       string
	Detail     string
}

// The most that a page shows of each.
const (
	shownMails   = 40
	shownNotices = 20
	shownBounces = 20
	shownEvents  = 60
)

// reader is all about one person: what they get, what they were sent, and what the far
// end said.
func (a *Admin) reader(v *visit) (view, error) {
	s, err := a.person(v)
	if err != nil {
		return view{}, err
	}
	shown := readerView{
		Post: a.readerPath(s.ID) + "/", Number: strconv.FormatInt(s.ID, 10), Name: s.Name, Since: stampDay(s.CreatedAt),
		Language: s.Language, Timezone: s.Timezone, All: a.Path(readersPath, nil),
	}
	if !s.SuppressedAt.IsZero() {
		shown.Barred = &barredView{stamp(s.SuppressedAt), s.SuppressedReason}
	}
	for _, read := range []func(*visit, *subscribers.Subscriber, *readerView) error{a.showPlaces, a.showMails, a.showNotices, a.showEvents} {
		if err := read(v, s, &shown); err != nil {
			return view{}, err
		}
	}
	// Where an address has no room in a line it breaks after its @.
	heading := template.HTML(strings.Replace(string(web.Address(string(s.Email))), "@", "@<wbr>", 1))
	return view{title: heading, body: "reader", data: shown}, nil
}

// person is whom a page's path names.
func (a *Admin) person(v *visit) (*subscribers.Subscriber, error) {
	id, err := strconv.ParseInt(v.PathValue("id"), 10, 64)
	if err != nil {
		return nil, nobody()
	}
	s, err := a.List.Get(v.Context(), a.DB.Read(), id)
	if errors.Is(err, subscribers.ErrUnknown) {
		return nil, nobody()
	}
	return s, err
}

func nobody() error { return refuse(http.StatusNotFound, "admin.reader.nobody") }

// showPlaces says what they get, and when.
func (a *Admin) showPlaces(v *visit, s *subscribers.Subscriber, shown *readerView) error {
	pauses, err := a.Ledger.AllPauses(v.Context())
	if err != nil {
		return err
	}
	rests, err := a.List.RestsUntil(v.Context(), v.now, s.ID)
	if err != nil {
		return err
	}
	if !rests.IsZero() {
		shown.Rests = phrase("admin.reader.rests", map[string]template.HTML{"Until": web.Instant(locale.Default, rests.UTC())})
	}
	for _, sub := range s.Subscriptions {
		state := s.StateOf(sub)
		comes := state == subscribers.Active || state == subscribers.Paused
		p := placeView{
			ID: sub.Newsletter, Newsletter: a.Letterhead(sub.Newsletter).Name, State: placeState(state),
			Why: asSentence(a.Scheduler.Why(s, sub, pauses)), Since: since(sub), When: when(sub),
			SendAt: sub.Slot.SendAt, Days: sub.Slot.Days.String(), Weekly: sub.Slot.Cadence == subscribers.Weekly,
			Pausable: state == subscribers.Active, Paused: state == subscribers.Paused, Leavable: sub.State != subscribers.Unsubscribed,
		}
		if _, err := a.Scheduler.Find(sub.Newsletter); err == nil {
			p.Resendable = comes
		}
		if state == subscribers.Active && !rests.IsZero() {
			p.Why = ""
		}
		shown.Places = append(shown.Places, p)
	}
	return nil
}

// since says when somebody's place began.
func since(sub subscribers.Subscription) template.HTML {
	if !sub.ConfirmedAt.IsZero() {
		return phrase("admin.reader.confirmed", map[string]template.HTML{"At": stampDay(sub.ConfirmedAt)})
	}
	return phrase("admin.reader.signed_up", map[string]template.HTML{"At": stampDay(sub.CreatedAt)})
}

// when says what somebody has chosen of when they get a newsletter.
func when(sub subscribers.Subscription) template.HTML {
	var own []string
	if sub.Slot.Cadence == subscribers.Weekly {
		own = append(own, string(say("admin.reader.weekly")))
	}
	for _, text := range []string{sub.Slot.SendAt, sub.Slot.Days.String()} {
		if text != "" {
			own = append(own, template.HTMLEscapeString(text))
		}
	}
	if len(own) == 0 {
		return say("admin.reader.newsletters_own")
	}
	return template.HTML(strings.Join(own, " · "))
}

// showEvents says what happened to what they get.
func (a *Admin) showEvents(v *visit, s *subscribers.Subscriber, shown *readerView) error {
	events, err := a.List.Events(v.Context(), a.DB.Read(), s.ID, shownEvents)
	if err != nil {
		return err
	}
	for _, e := range events {
		row := eventRow{When: stamp(e.At), What: e.Kind, Detail: e.Detail}
		if e.Newsletter != "" {
			row.Newsletter = a.Letterhead(e.Newsletter).Name
		}
		shown.Events = append(shown.Events, row)
	}
	return nil
}
