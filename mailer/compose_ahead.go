package mailer

import "context"

// composing writes and signs the mails that were claimed, ahead of the
// connections: signing takes longer than sending, and several cores can sign.
func (m *Mailer) composing(ctx context.Context) {
	for x := range m.claimed {
		if m.composed(ctx, x) && !m.route(m.relays[0], x) {
			m.untried(x)
		}
	}
}

// composed composes a mail, unless that is done. It reports false when it can't
// be, and then has brought it back.
func (m *Mailer) composed(ctx context.Context, x *message) bool {
	if ctx.Err() != nil {
		m.untried(x)
		return false
	}
	if x.bytes != nil {
		return true
	}
	x.bytes = m.buffers.take()
	if x.err = m.compose(ctx, x); x.err == nil {
		return true
	}
	if ctx.Err() != nil {
		x.err = nil
		m.untried(x)
	} else {
		m.back(x)
	}
	return false
}
