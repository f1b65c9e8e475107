package admin

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"dailytip/admins"
	"dailytip/subscribers"
	"dailytip/web"
)

const (
	// mostHeld is how many domains are shown.
	mostHeld = 10
	// heldFor is for how long what is held back needs attention.
	heldFor = 7 * 24 * time.Hour
)

// mostDomain is how long a domain's name may be, in bytes (RFC 1035 §2.3.4).
const mostDomain = 255

const (
	domainField = "domain"
	lastField   = "last" // the last refusal that the page has shown, in ms
)

// heldAttention is which domains' refusals are held back, with a button for each way out.
func (a *Admin) heldAttention(v *visit) (all []attentionView, err error) {
	held, err := a.List.HeldDomains(v.Context(), v.now.Add(-heldFor), mostHeld)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		domain := web.Isolated(h.Domain, "")
		shown := attentionView{
			What: phrase("admin.attention.held", map[string]template.HTML{
				"Readers": counting("admin.attention.readers", int(h.Readers)), "Domain": domain, "Last": stamp(h.Last),
			}),
			Remedy: say("admin.attention.held_remedy"),
		}
		for _, name := range []string{"count", "forget"} {
			shown.Acts = append(shown.Acts, actView{
				Action: a.Path(root+"/held/"+name, nil), Button: say("admin.attention.held_"+name) + `<span class="unseen"> ` + domain + "</span>",
				Fields: []fieldView{{domainField, h.Domain}, {lastField, strconv.FormatInt(h.Last.UnixMilli(), 10)}},
			})
		}
		all = append(all, shown)
	}
	return all, nil
}

// onHeld are these buttons.
func (a *Admin) onHeld() []action {
	count := func(ctx context.Context, v *visit, id int64) error {
		_, err := a.Intake.Retry(ctx, v.now, id, subscribers.HeldBack)
		return err
	}
	forget := func(ctx context.Context, v *visit, id int64) error {
		return a.Intake.Undo(ctx, v.now, id, subscribers.HeldBack)
	}
	return []action{
		{path: "/held/count", needs: admins.Readers, read: a.settleHeld("held_count", count)},
		{path: "/held/forget", needs: admins.Readers, read: a.settleHeld("held_forget", forget)},
	}
}

// settleHeld makes a change of what is held back of a domain, up to what the page has shown.
func (a *Admin) settleHeld(name string, do func(ctx context.Context, v *visit, id int64) error) func(v *visit) (change, error) {
	return func(v *visit) (change, error) {
		domain := v.PostFormValue(domainField)
		last, err := strconv.ParseInt(v.PostFormValue(lastField), 10, 64)
		if err != nil || domain == "" || len(domain) > mostDomain || !readable(domain) {
			return change{}, refuse(http.StatusUnprocessableEntity, "admin.fault.request")
		}
		held, err := a.List.BouncesOfDomain(v.Context(), a.DB.Read(), domain, v.now.Add(-heldFor), subscribers.HeldBack)
		if err != nil {
			return change{}, err
		}
		held = slices.DeleteFunc(held, func(b subscribers.BounceRecord) bool { return b.At.UnixMilli() > last })
		if len(held) == 0 { // so the log has no domain but one of which something is held back
			return change{}, refuse(http.StatusConflict, "admin.attention.nothing_held")
		}
		return change{name: name, subject: domain, do: func(ctx context.Context) error {
			done := false
			for _, b := range held {
				err := do(ctx, v, b.ID)
				switch {
				case errors.Is(err, subscribers.ErrUnknown), errors.Is(err, subscribers.ErrNoBounce): // they were erased meanwhile, or somebody else has decided
				case err != nil && ctx.Err() != nil:
					return cutOff(err)
				case err != nil:
					return err
				default:
					done = true
				}
			}
			return unless(done, nil, "admin.attention.nothing_held")
		}}, nil
	}
}
