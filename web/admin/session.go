package admin

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dailytip/admins"
)

// cookie is how a browser keeps its session.
type cookie struct {
	name   string
	secure bool // by TLS only
}

// newCookie: with TLS no other host and no page of the same domain can set it
// (RFC 6265bis §4.1.3.2, "__Host-").
func newCookie(baseURL string) cookie {
	if strings.HasPrefix(baseURL, "https://") {
		return cookie{"__Host-dailytip", true}
	}
	return cookie{"dailytip", false}
}

// set has the browser keep a value; "": forget it. Lax: it comes along when somebody
// follows a link from their mail, and with no form of another site.
func (c cookie) set(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	})
}

// forget has the browser drop a cookie.
func (c cookie) forget(w http.ResponseWriter, name string) { c.set(w, name, "", -1) }

// shown is what a browser shows under a name; "": nothing.
func (c cookie) shown(r *http.Request, name string) string {
	one, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return one.Value
}

// visit is a request with whose it is, or [admins.ErrNoSession]. They have done
// something: their session goes on.
func (a *Admin) visit(r *http.Request) (*visit, error) {
	v, err := a.glance(r)
	if err != nil {
		return nil, err
	}
	a.noteSeen(r.Context(), v.now, v.Session)
	return v, nil
}

// glance is a visit that a page makes by itself: it doesn't make the session last.
func (a *Admin) glance(r *http.Request) (*visit, error) {
	now := a.Now()
	s, err := a.Admins.Find(r.Context(), now, a.cookie.shown(r, a.cookie.name))
	if err != nil {
		return nil, err
	}
	return &visit{Request: r, Session: s, now: now}, nil
}

// seenTime is how long a page waits until it's noted that its person is active, while
// others write into the database.
const seenTime = 250 * time.Millisecond

// noteSeen notes that somebody is active. A database that can't be written is one to look
// at; they may.
func (a *Admin) noteSeen(ctx context.Context, now time.Time, s admins.Session) {
	short, cancel := context.WithTimeout(ctx, seenTime)
	defer cancel()
	if err := a.Admins.Seen(short, now, s); err != nil && ctx.Err() == nil {
		a.Log.WarnContext(ctx, "that somebody is active can't be noted", "error", err)
	}
}

// begin signs somebody in. What the browser has shown so far is worth nothing
// afterwards, whoever gave it to it.
func (a *Admin) begin(w http.ResponseWriter, r *http.Request, who admins.Who) error {
	now := a.Now()
	s, token, err := a.Admins.Begin(r.Context(), now, who, a.cookie.shown(r, a.cookie.name))
	if err != nil {
		return err
	}
	a.cookie.set(w, a.cookie.name, token, int(s.EndsAt.Sub(now).Seconds()))
	return nil
}

// deviceTime is how long a browser keeps that somebody has signed in there by password.
const deviceTime = 180 * 24 * time.Hour

func (a *Admin) deviceCookie() string { return a.cookie.name + "-device" }

// keepDevice has a browser keep that somebody has signed in there. device is its number
// where it has one already.
func (a *Admin) keepDevice(w http.ResponseWriter, r *http.Request, device string, who admins.Who) {
	value := a.cookie.shown(r, a.deviceCookie())
	if device == "" {
		value = a.Admins.NewDevice(who)
	}
	a.cookie.set(w, a.deviceCookie(), value, int(deviceTime.Seconds()))
}

// private tells whether nobody on the way can read what a browser sends: it comes by
// TLS, or from this machine. That it comes from here is believed when all says so: the
// address that the pages have, the one that the browser has opened, and the connection.
// The second alone could be whatever a proxy has made of it.
func (a *Admin) private(r *http.Request) bool {
	if a.cookie.secure {
		return true
	}
	base, err := url.Parse(a.BaseURL)
	return err == nil && Local(base.Host) && Local(r.Host) && Local(r.RemoteAddr) && !passedOn(r)
}

// passedOn tells whether a proxy says that it has passed a request on.
func passedOn(r *http.Request) bool {
	for name := range r.Header {
		if name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return false
}

// Local tells whether a host, perhaps with a port, is the browser's own machine.
func Local(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}
