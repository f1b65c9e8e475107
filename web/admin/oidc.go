package admin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"dailytip/admins"
	"dailytip/web"
)

// Provider signs people in elsewhere (OpenID Connect Core 1.0): they come back with a
// code, which we exchange for what it says of them.
type Provider struct {
	Issuer       string // "": there is none
	ClientID     string
	ClientSecret string // "": it gave us none
	// Groups are the provider's by the role of their people. The highest counts.
	Groups map[admins.Role][]string
}

const (
	oidcPath         = signInPath + "/oidc"
	oidcCallbackPath = oidcPath + "/callback"
	// oidcCookieTime is how long somebody may be at the provider.
	oidcCookieTime = 10 * time.Minute
)

// oidcWay is a provider, and how it's asked.
type oidcWay struct {
	Provider
	client *http.Client
}

// provider asks it for its document, whenever somebody wants to sign in: so it may be away
// when the daemon starts, whoever finds it away is told so by us and not by their browser,
// and its addresses, keys and algorithms may change.
func (o *oidcWay) provider(ctx context.Context) (*oidc.Provider, error) {
	known, err := oidc.NewProvider(ctx, o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("ask the provider: %w", err)
	}
	return known, checkEndpoints(known)
}

// config is how the provider knows us. redirect is where people come back to.
func (o *oidcWay) config(known *oidc.Provider, redirect string) (*oauth2.Config, error) {
	var says struct {
		Scopes  []string `json:"scopes_supported"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := known.Claims(&says); err != nil {
		return nil, fmt.Errorf("read the provider's document: %w", err)
	}
	c := &oauth2.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, Endpoint: known.Endpoint(), RedirectURL: redirect, Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
	if slices.Contains(says.Scopes, "groups") { // others refuse what they don't know
		c.Scopes = append(c.Scopes, "groups")
	}
	c.Endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default, OpenID Connect Discovery 1.0 §3
	if o.ClientSecret == "" || len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return c, nil
}

// attempt is somebody's way to the provider and back. Their browser keeps the secret, and
// whatever else proves that it's theirs comes from it: the state, which comes back with
// them, the nonce, which comes back in what the provider signs, and the verifier, which
// the code is bound to (RFC 7636).
type attempt struct{ secret, next string }

func newAttempt(next string) attempt {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	return attempt{base64.RawURLEncoding.EncodeToString(secret), next}
}

func (t attempt) derived(purpose string) string {
	sum := sha256.Sum256([]byte(purpose + "\x00" + t.secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (t attempt) state() string    { return t.derived("state") }
func (t attempt) nonce() string    { return t.derived("nonce") }
func (t attempt) verifier() string { return t.derived("verifier") }

// String is what the browser keeps.
func (t attempt) String() string {
	return t.secret + "." + base64.RawURLEncoding.EncodeToString([]byte(t.next))
}

// parseAttempt reads it back; a secret that somebody made up fits no state but theirs.
func parseAttempt(text string) (attempt, bool) {
	secret, next, _ := strings.Cut(text, ".")
	path, err := base64.RawURLEncoding.DecodeString(next)
	return attempt{secret, string(path)}, err == nil && len(secret) >= 43
}

func (a *Admin) addOIDC() {
	if a.Provider.Issuer == "" {
		return
	}
	a.oidc = &oidcWay{a.Provider, newOIDCClient()}
	a.handle("GET "+oidcPath, a.toProvider)
	a.handle("GET "+oidcCallbackPath, a.fromProvider)
	a.wrongMethod(oidcPath, "GET, HEAD")
	a.wrongMethod(oidcCallbackPath, "GET, HEAD")
}

func (a *Admin) oidcCookie() string { return a.cookie.name + "-signin" }

// toProvider sends somebody to the provider. It's a link and not a form, whose answer may
// lead nowhere else by our pages' policy. When another site's page leads here, they are
// asked first.
func (a *Admin) toProvider(w http.ResponseWriter, r *http.Request) {
	next := r.URL.Query().Get(nextField)
	if ours(next) == nil {
		next = ""
	}
	shown := signInView{Next: next}
	if !a.private(r) {
		a.showSignIn(w, r, http.StatusForbidden, shown)
		return
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" && site != "same-origin" {
		a.showSignIn(w, r, http.StatusOK, shown)
		return
	}
	if wait := a.tries.provider.allow(a.Now(), a.origin(r)); wait > 0 {
		a.tooMany(w, r, wait, shown)
		return
	}
	ctx := oidc.ClientContext(r.Context(), a.oidc.client)
	config, _, err := a.oidcClient(ctx)
	if err != nil {
		a.oidcFailed(w, r, err, shown)
		return
	}
	t := newAttempt(next)
	a.cookie.set(w, a.oidcCookie(), t.String(), int(oidcCookieTime/time.Second))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, config.AuthCodeURL(t.state(), oidc.Nonce(t.nonce()), oauth2.S256ChallengeOption(t.verifier())), http.StatusSeeOther)
}

func (a *Admin) oidcClient(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	known, err := a.oidc.provider(ctx)
	if err != nil {
		return nil, nil, err
	}
	config, err := a.oidc.config(known, a.URL(oidcCallbackPath, nil))
	return config, known, err
}

// oidcFailed says on the form that the provider is away; the log says why. A code that it
// doesn't take is too old, or was used before: that is no fault of anybody's.
func (a *Admin) oidcFailed(w http.ResponseWriter, r *http.Request, err error, shown signInView) {
	status, message, level := http.StatusBadGateway, "admin.signin.provider_failed", slog.LevelError
	if isCodeRefused(err) {
		status, message, level = http.StatusUnprocessableEntity, "admin.signin.provider_late", slog.LevelInfo
	}
	if !errors.Is(r.Context().Err(), context.Canceled) { // else they have gone
		a.Log.Log(r.Context(), level, "somebody can't be signed in by the provider", "issuer", a.oidc.Issuer, "error", providerFault(err))
	}
	shown.Fault = say(message)
	a.showSignIn(w, r, status, shown)
}

// fromProvider takes somebody who comes back from there.
func (a *Admin) fromProvider(w http.ResponseWriter, r *http.Request) {
	t, ok := parseAttempt(a.cookie.shown(r, a.oidcCookie()))
	a.cookie.forget(w, a.oidcCookie()) // it's good for one time
	shown := signInView{Next: t.next}
	query := r.URL.Query()
	switch {
	case !a.private(r):
		a.showSignIn(w, r, http.StatusForbidden, shown)
		return
	case !ok || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(t.state())) != 1,
		query.Has("iss") && query.Get("iss") != a.oidc.Issuer: // RFC 9207 §2.4
		shown.Fault = say("admin.signin.provider_late")
		a.showSignIn(w, r, http.StatusUnprocessableEntity, shown)
		return
	}
	if wait := a.tries.provider.allow(a.Now(), a.origin(r)); wait > 0 { // this is what they have set out for
		a.tooMany(w, r, wait, shown)
		return
	}
	if query.Has("error") {
		a.Log.WarnContext(r.Context(), "the provider refused somebody", "error", shortened(query.Get("error")))
		shown.Fault = say("admin.signin.provider_refused")
		a.showSignIn(w, r, http.StatusUnprocessableEntity, shown)
		return
	}
	a.takeCode(w, r, t, query.Get("code"))
}

// takeCode signs in whom a code stands for.
func (a *Admin) takeCode(w http.ResponseWriter, r *http.Request, t attempt, code string) {
	who, err := a.exchange(oidc.ClientContext(r.Context(), a.oidc.client), t, code)
	switch {
	case err != nil:
		a.oidcFailed(w, r, err, signInView{Next: t.next})
		return
	case who.Role == "":
		a.Log.WarnContext(r.Context(), "somebody's groups don't let them in", "id", who.ID)
		if err := a.Admins.EndAll(r.Context(), who); err != nil {
			a.refused(w, r, nil, err)
			return
		}
		a.refused(w, r, nil, refusal{http.StatusForbidden, phrase("admin.signin.no_role", map[string]template.HTML{"Name": web.Isolated(who.Name, "")})})
		return
	}
	if err := a.begin(w, r, who); err != nil {
		a.refused(w, r, nil, err)
		return
	}
	a.leadOn(w, r, t.next)
}

// exchange asks the provider whom a code stands for; without a role: for somebody who
// isn't let in.
func (a *Admin) exchange(ctx context.Context, t attempt, code string) (admins.Who, error) {
	config, known, err := a.oidcClient(ctx)
	if err != nil {
		return admins.Who{}, err
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(t.verifier()))
	if err != nil {
		return admins.Who{}, fmt.Errorf("exchange the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := known.Verifier(&oidc.Config{ClientID: a.oidc.ClientID, Now: a.Now}).Verify(ctx, raw)
	if err != nil {
		return admins.Who{}, fmt.Errorf("check what the provider says: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.nonce())) != 1 {
		return admins.Who{}, errors.New("what the provider says was said to another browser")
	}
	if id.Subject == "" { // OpenID Connect Core 1.0 §2: it's required, and nobody's else
		return admins.Who{}, errors.New("the provider doesn't say who somebody is: sub is empty")
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return admins.Who{}, fmt.Errorf("read what the provider says: %w", err)
	}
	if c.lacks() && known.UserInfoEndpoint() != "" {
		more, err := userInfo(ctx, known, config.TokenSource(ctx, token), id.Subject)
		switch {
		case err == nil:
			c = c.filledIn(more)
		case c.Groups == nil:
			return admins.Who{}, err
		default: // the ID token has what decides, and a name alone keeps nobody out
			a.Log.WarnContext(ctx, "the provider doesn't say what somebody is called", "issuer", a.oidc.Issuer, "error", providerFault(err))
		}
	}
	return admins.Who{Way: admins.ByOIDC, ID: a.oidc.Issuer + " " + id.Subject, Name: c.name(id.Subject), Role: a.oidc.role(c.Groups)}, nil
}

// userInfo asks the provider what else it says of a subject (OpenID Connect Core 1.0 §5.3).
func userInfo(ctx context.Context, known *oidc.Provider, tokens oauth2.TokenSource, subject string) (c claims, err error) {
	info, err := known.UserInfo(ctx, tokens)
	if err != nil {
		return c, fmt.Errorf("ask who somebody is: %w", err)
	}
	if info.Subject != subject { // §5.3.2: what it says may not be used
		return c, errors.New("the provider says who somebody else is")
	}
	if err := info.Claims(&c); err != nil {
		return c, fmt.Errorf("read who somebody is: %w", err)
	}
	return c, nil
}

// role is the highest that somebody's groups have here; "": none.
func (o *oidcWay) role(groups []string) admins.Role {
	var roles []admins.Role
	for role, list := range o.Groups {
		if slices.ContainsFunc(list, func(g string) bool { return slices.Contains(groups, g) }) {
			roles = append(roles, role)
		}
	}
	return admins.HighestOf(roles)
}

// issuerHost is how the form calls the provider.
func issuerHost(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return issuer
	}
	return u.Host
}
