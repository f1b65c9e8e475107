package site

import (
	"net/http"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
	"dailytip/web"
)

// personalData is everything that we know of a person, for them to read.
type personalData struct {
	Email         string             `json:"email"`
	Name          string             `json:"name"`
	Language      string             `json:"language"`
	Timezone      string             `json:"timezone"`
	CreatedAt     time.Time          `json:"created_at"`
	SuppressedAt  time.Time          `json:"suppressed_at,omitzero"`
	Suppressed    string             `json:"suppressed_because,omitempty"`
	Subscriptions []subscriptionData `json:"subscriptions"`
	Events        []eventData        `json:"events"`
	ledger.PersonalData
}

type subscriptionData struct {
	Newsletter  string    `json:"newsletter"`
	State       string    `json:"state"`
	SendAt      string    `json:"send_at"`
	Days        string    `json:"days"`
	Cadence     string    `json:"cadence"`
	CourseTip   string    `json:"course_tip,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	PausedUntil time.Time `json:"paused_until,omitzero"`
}

type eventData struct {
	At         time.Time `json:"at"`
	Newsletter string    `json:"newsletter,omitempty"`
	Kind       string    `json:"kind"`
	Detail     string    `json:"detail,omitempty"`
}

// data lets a reader download all that we know of them.
func (s *Site) data(w http.ResponseWriter, r *http.Request) {
	show := func(p web.Page, err error) { s.Page(func(*http.Request) (web.Page, error) { return p, err })(w, r) }
	_, p, bad, err := s.accountOf(r, s.DB.Read(), subscribers.AccountPage)
	if bad != nil || err != nil {
		show(orBad(bad), err)
		return
	}
	h, err := s.personalDataOf(r, p.person)
	if err != nil {
		show(web.Page{}, err)
	} else {
		w.Header().Set("Content-Disposition", `attachment; filename="dailytip.json"`)
		web.WriteJSON(w, http.StatusOK, h)
	}
}

func (s *Site) personalDataOf(r *http.Request, person *subscribers.Subscriber) (h personalData, err error) {
	h = personalData{
		Email: string(person.Email), Name: person.Name, Language: person.Language, Timezone: person.Timezone,
		CreatedAt: person.CreatedAt, SuppressedAt: person.SuppressedAt, Suppressed: person.SuppressedReason,
		Subscriptions: []subscriptionData{}, Events: []eventData{},
	}
	for _, sub := range person.Subscriptions {
		h.Subscriptions = append(h.Subscriptions, subscriptionData{
			sub.Newsletter, string(sub.State), sub.Slot.SendAt, sub.Slot.Days.String(), string(sub.Slot.Cadence), sub.CourseTip,
			sub.CreatedAt, sub.ConfirmedAt, sub.PausedUntil,
		})
	}
	const all = 1 << 30
	events, err := s.List.Events(r.Context(), s.DB.Read(), person.ID, all)
	if err != nil {
		return h, err
	}
	for _, e := range events {
		h.Events = append(h.Events, eventData{e.At, e.Newsletter, e.Kind, e.Detail})
	}
	h.PersonalData, err = s.Ledger.PersonalData(r.Context(), person.ID)
	return h, err
}
