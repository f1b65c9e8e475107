package admin

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/ledger"
)

// actView is a button of an edition's page, with what it does. Sure: it asks to be sure.
type actView struct {
	Action string // where it posts to
	Button template.HTML
	Text   template.HTML
	Fields []fieldView
	Sure   template.HTML // what is to be ticked; "": nothing is
}

// fieldView is what a button sends.
type fieldView struct{ Name, Value string }

const (
	sureField    = "sure"
	expiredField = "expired"
	asField      = "as"
)

// acts are the buttons that change something about an edition as it stands.
func (a *Admin) acts(e editions.Edition, s ledger.Summary) (all []actView) {
	if isOver(e) {
		return nil
	}
	add := func(name, message string, fields ...fieldView) *actView {
		all = append(all, actView{
			Action: a.Path(editionRoute(e.Newsletter, e.LocalDate)+"/"+name, nil),
			Button: say("admin.act." + message), Text: say("admin.act." + message + "_text"), Fields: fields,
		})
		return &all[len(all)-1]
	}
	if e.State == editions.Paused {
		add("resume", "resume")
	} else {
		add("pause", "pause")
	}
	if s.Failed > 0 {
		add("retry", "retry")
	}
	if s.Expired > 0 {
		add("retry", "retry_expired", fieldView{expiredField, "yes"})
	}
	if s.InDoubt > 0 {
		add("settle", "settle_sent", fieldView{asField, string(ledger.Sent)})
		add("settle", "settle_failed", fieldView{asField, string(ledger.Failed)})
		add("resend", "resend")
	}
	cancel := add("cancel", "cancel")
	cancel.Sure = say("admin.act.cancel_sure")
	return all
}

// onEdition are the buttons of an edition's page.
func (a *Admin) onEdition() []action {
	return []action{
		{path: editionPath + "/pause", needs: admins.Run, read: a.pauseEdition},
		{path: editionPath + "/resume", needs: admins.Run, read: a.resumeEdition},
		{path: editionPath + "/cancel", needs: admins.Run, read: a.cancelEdition},
		{path: editionPath + "/retry", needs: admins.Run, read: a.retryFailed},
		{path: editionPath + "/resend", needs: admins.Run, read: a.resendInDoubt},
		{path: editionPath + "/settle", needs: admins.Run, read: a.settleInDoubt},
	}
}

// editionChange makes a change of an edition.
func (a *Admin) editionChange(v *visit, name string, do func(ctx context.Context, f namedEdition) error) (change, error) {
	f, err := a.find(v)
	if err != nil {
		return change{}, err
	}
	return change{
		name: "editions_" + name, subject: f.Edition.Newsletter + " " + f.LocalDate, back: editionRoute(f.Edition.Newsletter, f.LocalDate)[len(root):],
		do: func(ctx context.Context) error {
			err := do(ctx, f)
			switch {
			case errors.Is(err, editions.ErrCancelled):
				return refuse(http.StatusConflict, "admin.edition.cancelled")
			case errors.Is(err, editions.ErrPruned):
				return refuse(http.StatusConflict, "admin.edition.pruned_refusal")
			}
			return err
		},
	}, nil
}

// unless refuses what changes nothing.
func unless(changed bool, err error, message string) error {
	if err == nil && !changed {
		return refuse(http.StatusConflict, message)
	}
	return err
}

func (a *Admin) pauseEdition(v *visit) (change, error) {
	return a.editionChange(v, "pause", func(ctx context.Context, f namedEdition) error {
		changed, err := a.Ledger.PauseEdition(ctx, v.now, f.Edition, v.Label())
		return unless(changed, err, "admin.edition.paused_already")
	})
}

func (a *Admin) resumeEdition(v *visit) (change, error) {
	return a.editionChange(v, "resume", func(ctx context.Context, f namedEdition) error {
		changed, err := a.Ledger.ResumeEdition(ctx, v.now, f.Edition, v.Label())
		return unless(changed, err, "admin.edition.not_paused")
	})
}

func (a *Admin) cancelEdition(v *visit) (change, error) {
	if v.PostFormValue(sureField) == "" {
		return change{}, refuse(http.StatusUnprocessableEntity, "admin.edition.unsure")
	}
	return a.editionChange(v, "cancel", func(ctx context.Context, f namedEdition) error {
		_, err := a.Ledger.CancelEdition(ctx, v.now, f.Edition, v.Label())
		if ctx.Err() != nil {
			return cutOff(err)
		}
		return err
	})
}

func (a *Admin) retryFailed(v *visit) (change, error) {
	states := []ledger.State{ledger.Failed}
	if v.PostFormValue(expiredField) != "" {
		states = []ledger.State{ledger.Expired}
	}
	return a.editionChange(v, "retry", func(ctx context.Context, f namedEdition) error {
		return a.requeue(ctx, v.now, f, ledger.Requeuing{Kind: ledger.ActionRetryFailed, States: states, Who: v.Label()})
	})
}

func (a *Admin) resendInDoubt(v *visit) (change, error) {
	return a.editionChange(v, "resend", func(ctx context.Context, f namedEdition) error {
		return a.requeue(ctx, v.now, f, ledger.Requeuing{Kind: ledger.ActionRetryDoubt, States: []ledger.State{ledger.InDoubt}, Who: v.Label()})
	})
}

func (a *Admin) settleInDoubt(v *visit) (change, error) {
	as := ledger.State(v.PostFormValue(asField))
	if as != ledger.Sent && as != ledger.Failed {
		return change{}, refuse(http.StatusUnprocessableEntity, "admin.fault.request")
	}
	c, err := a.editionChange(v, "settle", func(ctx context.Context, f namedEdition) error {
		settled, err := a.Ledger.SettleInDoubt(ctx, v.now, f.Edition, as, nil, v.Label())
		if ctx.Err() != nil {
			return cutOff(err)
		}
		return unless(settled > 0, err, "admin.edition.nothing_in_doubt")
	})
	c.detail = string(as)
	return c, err
}

// requeue sends some of an edition's mails again: they have as long as when it was opened.
func (a *Admin) requeue(ctx context.Context, now time.Time, f namedEdition, r ledger.Requeuing) error {
	r.ExpiresAt = now.Add(f.GiveUpAfter)
	again, left, err := a.Ledger.Requeue(ctx, now, f.Edition, r)
	switch {
	case ctx.Err() != nil:
		return cutOff(err)
	case err != nil || again > 0:
		return err
	case left > 0:
		return refuse(http.StatusConflict, "admin.edition.nobody_again")
	}
	return refuse(http.StatusConflict, "admin.edition.nothing_again")
}

// cutOff says of a change that is made bit by bit that it took longer than a request may.
func cutOff(err error) error {
	if err == nil {
		return nil
	}
	return refuse(http.StatusServiceUnavailable, "admin.edition.partly")
}
