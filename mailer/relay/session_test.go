package relay

import (
	"testing"

	"dailytip/inbox"
	"dailytip/verdict"
)

func TestSession(t *testing.T) {
	s := serve(t, inbox.Options{TLS: inbox.NoTLS})
	session := open(t, s, Options{}).Session()
	var done []Done
	for i := range 20 {
		e := letter(i)
		e.Ref = i
		done = append(done, session.Send(t.Context(), e)...)
	}
	done = append(done, session.Flush(t.Context())...)
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	for i, d := range done {
		if d.Ref != i || verdict.Judge(d.Answer) != verdict.Accepted {
			t.Errorf("%d: %+v", i, d)
		}
	}
	if len(done) != 20 || s.Received() != 20 || s.Connections() != 1 {
		t.Errorf("%d done, %d received over %d connections", len(done), s.Received(), s.Connections())
	}
}
