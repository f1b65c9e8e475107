package admin

import (
	"context"
	"html/template"

	"dailytip/admins"
	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/web"
)

// sendingView is what holds mail back, and the button that changes it.
type sendingView struct {
	Pauses []pauseView
	Resume *resumeForm // tries again what ends by a try; nil: nothing does, or they may not
	Pause  string      // where the button posts to; "": all is paused, or they may not
}

type pauseView struct {
	What   template.HTML
	Reason string
	Reply  string        // of a server; "": none, or not for them
	Next   template.HTML // when one mail is tried
	Resume *resumeForm   // nil: a try ends it, or they may not
}

func (a *Admin) sending(v *visit) (sendingView, error) {
	pauses, err := a.Ledger.AllPauses(v.Context())
	if err != nil {
		return sendingView{}, err
	}
	shown := sendingView{Resume: a.resumeForm(v, pauses, false)}
	stopped := false // by somebody: there is nothing more to pause
	for _, p := range pauses {
		shown.Pauses = append(shown.Pauses, a.pauseOf(v, p))
		stopped = stopped || p.Newsletter == ledger.Relay && p.Held()
	}
	if v.may(admins.Run) && !stopped {
		shown.Pause = a.Path(root+"/pause", nil)
	}
	return shown, nil
}

// pauseOf says what is paused and why. A server's reply may quote an address.
func (a *Admin) pauseOf(v *visit, p ledger.PauseInfo) pauseView {
	newsletter, notices := ledger.InScope(p.Newsletter)
	values := map[string]template.HTML{"Newsletter": a.Letterhead(newsletter).Name, "Since": web.Instant(locale.Default, p.Since)}
	message := "admin.today.paused_newsletter"
	switch {
	case p.Newsletter == ledger.Relay:
		message = "admin.today.paused_all"
	case notices:
		message = "admin.today.paused_notices"
	}
	shown := pauseView{What: phrase(message, values), Reason: p.Reason, Next: say("admin.today.held"), Resume: a.resumeForm(v, []ledger.PauseInfo{p}, true)}
	if p.Newsletter == ledger.Relay { // when it's held, somebody did that
		shown.Next = say("admin.today.held_all")
	}
	if v.may(admins.Readers) {
		shown.Reply = p.Reply.Text
	}
	if !p.Held() {
		shown.Next = phrase("admin.today.next_try", map[string]template.HTML{"At": web.Instant(locale.Default, p.ProbeAt)})
	}
	return shown
}

// pause holds all that waits.
func (a *Admin) pause(v *visit) (change, error) {
	return change{name: "pause", do: func(ctx context.Context) error {
		changed, err := a.Ledger.PauseAll(ctx, v.now, v.Label())
		return unless(changed, err, "admin.today.paused_already")
	}}, nil
}
