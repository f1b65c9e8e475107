package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dailytip/admins"
	"dailytip/ledger"
)

// resumeForm is a button that ends pauses. It carries those that its page shows, so that
// nobody releases what they haven't seen.
type resumeForm struct {
	Action string
	Field  string
	Pauses []string
	All    bool // it's about all sending
}

// pauseField holds a pause as [pauseKey] writes it.
const pauseField = "pause"

// pauseKey tells a pause from any other, also from a later one of the same scope.
func pauseKey(p ledger.PauseInfo) string {
	return strconv.FormatInt(p.Since.UnixMilli(), 10) + " " + p.Newsletter
}

// resumePath is where such a form is sent. What is held goes on without a try, so it has a
// button of its own.
func resumePath(held bool) string {
	if held {
		return "/resume/held"
	}
	return "/resume"
}

// resumeForm is the form for those of some pauses that are held, or for the others; nil:
// there are none, or somebody may not.
func (a *Admin) resumeForm(v *visit, pauses []ledger.PauseInfo, held bool) *resumeForm {
	f := resumeForm{Action: a.Path(root+resumePath(held), nil), Field: pauseField}
	for _, p := range pauses {
		if p.Held() == held {
			f.Pauses, f.All = append(f.Pauses, pauseKey(p)), f.All || p.Newsletter == ledger.Relay
		}
	}
	if len(f.Pauses) == 0 || !v.may(admins.Run) {
		return nil
	}
	return &f
}

// resumeAction is the button of such a form.
func (a *Admin) resumeAction(held bool) action {
	return action{path: resumePath(held), needs: admins.Run, read: func(v *visit) (change, error) { return a.resume(v, held) }}
}

// resume has one mail tried of what a form names; when it's taken, the rest follows. What
// is held goes on at once.
func (a *Admin) resume(v *visit, held bool) (change, error) {
	if err := v.ParseForm(); err != nil {
		return change{}, refuse(http.StatusBadRequest, "admin.fault.request")
	}
	paused, err := a.Ledger.ScopesOf(v.Context(), "")
	if err != nil {
		return change{}, err
	}
	paused = slices.DeleteFunc(paused, func(p ledger.PauseInfo) bool {
		return p.Held() != held || !slices.Contains(v.PostForm[pauseField], pauseKey(p))
	})
	if len(paused) == 0 {
		return change{}, refuse(http.StatusConflict, "admin.today.nothing_paused")
	}
	var scopes []string
	for _, p := range paused {
		scopes = append(scopes, cmp.Or(p.Newsletter, "all")) // ledger.Relay holds all
	}
	name := "resume"
	if held {
		name = "resume_held"
	}
	return change{name: name, subject: strings.Join(scopes, ", "), do: func(ctx context.Context) error {
		resumed, err := a.Ledger.ResumeNow(ctx, v.now, paused, true, v.Label())
		switch {
		case err != nil:
			return err
		case len(resumed) == 0:
			return refuse(http.StatusConflict, "admin.today.nothing_paused")
		case len(resumed) < len(paused):
			return refuse(http.StatusConflict, "admin.today.some_paused")
		}
		return nil
	}}, nil
}
