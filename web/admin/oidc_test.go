package admin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"dailytip/admins"
	"dailytip/store/storetest"
)

// provider is one of OpenID Connect: it signs in whomever it's told to, and checks what a
// conforming one checks.
type provider struct {
	*testing.T
	*httptest.Server
	signer jose.Signer
	key    jose.JSONWebKey

	mu       sync.Mutex
	away     bool
	instead  map[string]http.HandlerFunc // of what it answers otherwise, by path
	document map[string]any              // over what it says of itself
	claims   map[string]any              // over what it says of who signs in
	userInfo map[string]any              // over what it says when it's asked; nil: it can't be asked
	refusal  string                      // the error that it sends people back with; "": it signs them in
	codes    map[string]url.Values
	redirect string // the only one that it sends people back to
	asked    []string
}

const (
	clientID     = "tips"
	clientSecret = "s3cret of the client"
)

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{T: t, codes: map[string]url.Values{}, redirect: "http://localhost:8080/admin/signin/oidc/callback"}
	p.signBy(jose.ES256, elliptic.P256())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { p.write(w, p.says()) })
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{p.key.Public()}})
	})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer access" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		p.write(w, p.userInfo)
	})
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = append(p.asked, r.URL.Path)
		if p.away {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if answer := p.instead[r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// signBy gives it a new key.
func (p *provider) signBy(algorithm jose.SignatureAlgorithm, curve elliptic.Curve) {
	p.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		p.Fatal(err)
	}
	p.key = jose.JSONWebKey{Key: key, KeyID: rand.Text(), Algorithm: string(algorithm), Use: "sig"}
	if p.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: p.key}, nil); err != nil {
		p.Fatal(err)
	}
}

func (p *provider) write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.Error(err)
	}
}

func (p *provider) says() map[string]any {
	says := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{p.key.Algorithm},
		"scopes_supported": []string{"openid", "profile", "email", "groups"},
	}
	if p.userInfo != nil {
		says["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	maps.Copy(says, p.document)
	return says
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != clientID || q.Get("redirect_uri") != p.redirect || q.Get("response_type") != "code" || q.Get("scope") != "openid profile email groups" ||
		q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 {
		p.Errorf("the provider was asked for %v", q)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {p.URL}}
	if p.refusal != "" {
		back.Set("error", p.refusal)
	} else {
		code := rand.Text()
		p.codes[code] = q
		back.Set("code", code)
	}
	http.Redirect(w, r, p.redirect+"?"+back.Encode(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code")) // each is good for one time
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !basic || id != clientID || secret != url.QueryEscape(clientSecret) || !known || r.PostFormValue("grant_type") != "authorization_code" ||
		r.PostFormValue("redirect_uri") != p.redirect || base64.RawURLEncoding.EncodeToString(challenge[:]) != asked.Get("code_challenge") {
		w.WriteHeader(http.StatusBadRequest)
		p.write(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{
		"iss": p.URL, "aud": clientID, "sub": "17", "nonce": asked.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"email": "cleo@example.com", "email_verified": true, "groups": []string{"everybody", "editorial"},
	}
	for name, value := range p.claims {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	text, err := json.Marshal(claims)
	if err != nil {
		p.Error(err)
	}
	signed, err := p.signer.Sign(text)
	if err != nil {
		p.Error(err)
		return
	}
	raw, err := signed.CompactSerialize()
	if err != nil {
		p.Error(err)
	}
	p.write(w, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": raw})
}

// change changes what the provider does.
func (p *provider) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// withProvider opens the pages with a provider beside the people.
func withProvider(t *testing.T, p *provider) *harness {
	t.Helper()
	return open(t, storetest.SQLite(t), func(s *settings) {
		s.options.Provider = Provider{Issuer: p.URL, ClientID: clientID, ClientSecret: clientSecret, Groups: map[admins.Role][]string{
			admins.Viewer: {"everybody"}, admins.Editor: {"editorial", "management"}, admins.Operator: {"it"},
		}}
	})
}

// there goes to the provider, and returns the path at which it sends the browser back.
func (b *browser) there(path string) string {
	b.Helper()
	got := b.get(path)
	if got.StatusCode != http.StatusSeeOther {
		b.Fatalf("%s: %d\n%s", path, got.StatusCode, got.body)
	}
	resp, err := client.Get(got.Header.Get("Location"))
	if err != nil {
		b.Fatal(err)
	}
	resp.Body.Close()
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || back.Host != "localhost:8080" {
		b.Fatalf("the provider answers %d, %q, %v", resp.StatusCode, resp.Header.Get("Location"), err)
	}
	return back.RequestURI()
}

func TestSignInByProvider(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	b := h.browser()
	if len(p.asked) > 0 {
		t.Errorf("the provider was asked before anybody wants to sign in: %q", p.asked)
	}
	b.want(b.get("/admin/signin?next=/admin"), 200, "Sign in with", `href="/admin/signin/oidc?next=%2Fadmin"`)
	back := b.there("/admin/signin/oidc?next=%2Fadmin%3Fx%3D1")
	if c := b.cookies["dailytip-signin"]; c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 {
		t.Errorf("the cookie is %+v", c)
	}
	b.to(b.get(back), "/admin?x=1")
	if b.cookies["dailytip-signin"] != nil {
		t.Error("what was for one time is kept")
	}
	b.want(b.get("/admin"), 200, "<bdi>cleo@example.com</bdi>", "editor")
	b.want(b.get("/admin/log"), 403)
	entries, err := h.admins.Entries(t.Context(), 0, 1)
	if err != nil || entries[0].Name != "cleo@example.com" || entries[0].Way != admins.ByOIDC || entries[0].Who.ID != p.URL+" 17" {
		t.Errorf("the log has %+v, %v", entries, err)
	}
	b.want(b.get(back), 422, "Please begin again.") // the same code once more
	other := h.browser()
	other.want(other.get(back), 422, "begun in another browser")
	h.passed.Add(int64(12 * time.Hour))
	b.to(b.get("/admin"), "/admin/signin")
}

// Groups that the ID token has are enough: that the userinfo endpoint fails, or speaks of
// somebody else, costs a name and keeps nobody out (OpenID Connect Core 1.0 §5.3: asking it
// is optional).
func TestANameThatIsMissingKeepsNobodyOut(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	for what, answer := range map[string]http.HandlerFunc{
		"fails":            func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"isn't there":      http.NotFound,
		"has no JSON":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"of somebody else": func(w http.ResponseWriter, _ *http.Request) { p.write(w, map[string]any{"sub": "18", "name": "Boss"}) },
	} {
		p.change(func() {
			p.claims = map[string]any{"groups": []string{"it"}, "email": nil, "email_verified": nil}
			p.userInfo, p.instead = map[string]any{"sub": "17"}, map[string]http.HandlerFunc{"/userinfo": answer}
		})
		before, b := len(h.log.String()), h.browser()
		b.to(b.get(b.there("/admin/signin/oidc")), "/admin")
		b.want(b.get("/admin"), 200, "<bdi>17</bdi>", "operator")
		if log := h.log.String()[before:]; !strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
			t.Errorf("%s: the log says %s", what, log)
		}
	}
}

// The highest role of somebody's groups counts, wherever the provider tells them.
func TestGroupsAreRoles(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	for _, c := range []struct {
		claims, userInfo map[string]any
		want             string
	}{
		{map[string]any{"groups": []string{"it", "editorial"}}, nil, "operator"},
		{map[string]any{"groups": []string{"everybody"}}, nil, "viewer"},
		{map[string]any{"groups": "management"}, nil, "editor"},
		{map[string]any{"groups": []any{7, map[string]any{"name": "it"}, "everybody", nil}}, nil, "viewer"},
		{map[string]any{"groups": nil}, map[string]any{"sub": "17", "groups": []string{"it"}}, "operator"},
		{map[string]any{"groups": []string{}}, map[string]any{"sub": "17", "groups": []string{"it"}}, ""},
		{map[string]any{"groups": nil}, map[string]any{"sub": "17"}, ""},
		{map[string]any{"groups": []string{"IT", "it ", "i", "everybody,it"}}, nil, ""},
		{map[string]any{"groups": map[string]any{"it": true}}, nil, ""},
		{map[string]any{"groups": nil}, nil, ""},
	} {
		p.change(func() { p.claims, p.userInfo = c.claims, c.userInfo })
		b := h.browser()
		got := b.get(b.there("/admin/signin/oidc"))
		if c.want == "" {
			b.want(got, 403, "cleo@example.com", "none of your groups lets you in")
			b.to(b.get("/admin"), "/admin/signin")
			continue
		}
		b.to(got, "/admin")
		b.want(b.get("/admin"), 200, `<span class="mute">`+c.want+"</span>")
	}
}

// What somebody in between could send, and what a provider could get wrong: nobody is
// signed in.
func TestWhatTheProviderSaysIsChecked(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	for name, claims := range map[string]map[string]any{
		"another issuer":          {"iss": "https://evil.example.com"},
		"for somebody else":       {"aud": "another client"},
		"said long ago":           {"exp": now.Add(-time.Hour).Unix()},
		"to another browser":      {"nonce": "another"},
		"to nobody in particular": {"nonce": nil},
	} {
		p.change(func() { p.claims = claims })
		b := h.browser()
		b.want(b.get(b.there("/admin/signin/oidc")), 502, "doesn’t answer as it should")
		if b.cookies["dailytip"] != nil {
			t.Errorf("%s: somebody is signed in", name)
		}
	}
	p.change(func() {
		p.claims, p.userInfo = map[string]any{"groups": nil}, map[string]any{"sub": "18", "groups": []string{"it"}}
	})
	b := h.browser()
	b.want(b.get(b.there("/admin/signin/oidc")), 502)
	p.change(func() { p.claims, p.userInfo = map[string]any{"sub": ""}, nil })
	b = h.browser()
	b.want(b.get(b.there("/admin/signin/oidc")), 502)
	p.change(func() { p.claims, p.userInfo = nil, nil })
	for name, change := range map[string]func(q url.Values){
		"another state":  func(q url.Values) { q.Set("state", "another") },
		"no state":       func(q url.Values) { q.Del("state") },
		"another issuer": func(q url.Values) { q.Set("iss", "https://evil.example.com") },
		"another's code": func(q url.Values) { q.Set("code", "another") },
		"no code":        func(q url.Values) { q.Del("code") },
	} {
		b := h.browser()
		path, query, _ := strings.Cut(b.there("/admin/signin/oidc"), "?")
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		change(q)
		if got := b.get(path + "?" + q.Encode()); got.StatusCode != 422 && got.StatusCode != 502 || b.cookies["dailytip"] != nil {
			t.Errorf("%s: %d, %v", name, got.StatusCode, b.cookies)
		}
	}
	// Somebody's code in another's browser, which is on its own way to the provider.
	victim, attacker := h.browser(), h.browser()
	victim.there("/admin/signin/oidc")
	victim.want(victim.get(attacker.there("/admin/signin/oidc")), 422, "another browser")
}

// The daemon starts while the provider is away, and says so to who wants to sign in.
func TestTheProviderIsAway(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	p.change(func() { p.away = true })
	b := h.browser()
	b.want(b.get("/admin/signin/oidc"), 502, "doesn’t answer as it should", `type="password"`)
	p.change(func() { p.away = false })
	back := b.there("/admin/signin/oidc")
	b.to(b.get(back), "/admin")
	// It goes away after it was asked before, and while somebody is there.
	b = h.browser()
	back = b.there("/admin/signin/oidc")
	p.change(func() { p.away = true })
	b.want(b.get(back), 502, "doesn’t answer as it should", `type="password"`)
	b.want(b.get("/admin/signin/oidc"), 502, "doesn’t answer as it should", `type="password"`)
	p.change(func() { p.away, p.refusal = false, "access_denied" })
	b = h.browser()
	b.want(b.get(b.there("/admin/signin/oidc")), 422, "didn’t sign you in")
	p.change(func() { p.document = map[string]any{"issuer": "https://evil.example.com"} })
	b.want(b.get("/admin/signin/oidc"), 502)
	if strings.Contains(h.log.String(), clientSecret) {
		t.Error("the log holds the secret")
	}
}

// A provider may sign by another key tomorrow, and by another algorithm.
func TestTheProviderChangesItsKey(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	first := h.browser()
	first.to(first.get(first.there("/admin/signin/oidc")), "/admin")
	p.change(func() { p.signBy(jose.ES384, elliptic.P384()) })
	second := h.browser()
	second.to(second.get(second.there("/admin/signin/oidc")), "/admin")
}

// Signing out ends nothing at the provider, so the page says so to whom it signed in.
func TestSignedInThereStill(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	b := h.browser()
	b.to(b.get(b.there("/admin/signin/oidc")), "/admin")
	b.to(b.post("/admin/signout", nil), "/admin/signin?done=sign_out_here")
	b.want(b.get("/admin/signin?done=sign_out_here"), 200, "You’re signed out here.", strings.TrimPrefix(p.URL, "http://"))
	b.to(b.signIn("operator", password), "/admin")
	b.to(b.post("/admin/signout", nil), "/admin/signin")
	if got := b.get("/admin/signin"); strings.Contains(got.body, "signed out here") {
		t.Errorf("who came by password is told\n%s", got.body)
	}
}

// Without TLS nobody is sent to the provider but from this machine, and tries are counted.
func TestTheWayToTheProviderIsGuarded(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	b := h.browser()
	b.want(b.get("/admin/signin/oidc", "Host", "tips.example.com"), 403, "readable on the way")
	b.want(b.get("/admin/signin/oidc/callback?code=x", "Host", "tips.example.com"), 403)
	b.want(b.post("/admin/signin/oidc", nil), 405)
	// What any page can have its visitors' browsers do counts for nothing.
	for range networkTries {
		b.want(b.get("/admin/signin/oidc/callback?code=x&state=y"), 422)
		b.want(b.get("/admin/signin/oidc?next=%2Fadmin%2Flog", "Sec-Fetch-Site", "cross-site"), 200, "Sign in with", "next=%2Fadmin%2Flog")
	}
	if b.cookies["dailytip-signin"] != nil {
		t.Error("another site's page began it")
	}
	back := b.there("/admin/signin/oidc")
	for range providerTries/3 - 1 {
		h.browser().get("/admin/signin/oidc")
	}
	b.want(b.get("/admin/signin/oidc", "Sec-Fetch-Site", "same-origin"), 429)
	b.want(b.get(back), 429)
	b.to(b.signIn("operator", password), "/admin")
}

// The provider says that somebody is in other groups by now, or in none that lets them in.
func TestASecondSignInEndsWhatIsNotSoAnyMore(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	first := h.browser()
	first.to(first.get(first.there("/admin/signin/oidc")), "/admin")
	same := h.browser()
	same.to(same.get(same.there("/admin/signin/oidc")), "/admin")
	first.want(first.get("/admin"), 200, "editor")
	p.change(func() { p.claims = map[string]any{"groups": []string{"everybody"}} })
	second := h.browser()
	second.to(second.get(second.there("/admin/signin/oidc")), "/admin")
	first.to(first.get("/admin"), "/admin/signin")
	same.to(same.get("/admin"), "/admin/signin")
	second.want(second.get("/admin"), 200, "viewer")
	p.change(func() { p.claims = map[string]any{"groups": []string{}} })
	third := h.browser()
	third.want(third.get(third.there("/admin/signin/oidc")), 403)
	second.to(second.get("/admin"), "/admin/signin")
}

// A provider that tells nothing but a number in what it signs has the rest told when it's
// asked.
func TestAProviderThatSaysAllWhenAsked(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	p.change(func() {
		p.claims = map[string]any{"groups": nil, "email": nil, "email_verified": nil}
		p.userInfo = map[string]any{"sub": "17", "groups": []string{"it"}, "email": "cleo@example.com", "email_verified": "true", "name": "Cleo"}
	})
	b := h.browser()
	b.to(b.get(b.there("/admin/signin/oidc")), "/admin")
	b.want(b.get("/admin"), 200, "<bdi>cleo@example.com</bdi>", "operator")
	p.change(func() { p.userInfo["email_verified"] = false })
	b.to(b.get(b.there("/admin/signin/oidc")), "/admin")
	b.want(b.get("/admin"), 200, "<bdi>Cleo (17)</bdi>")
	// The groups that it has signed are all that somebody has.
	p.change(func() {
		p.claims = map[string]any{"email": nil, "email_verified": nil, "groups": []string{"everybody"}}
	})
	b.to(b.get(b.there("/admin/signin/oidc")), "/admin")
	b.want(b.get("/admin"), 200, "<bdi>Cleo (17)</bdi>", `<span class="mute">viewer</span>`)
}

// What the provider says when it's asked takes the place of nothing that it has signed, and
// a name that somebody has chosen for themselves isn't all that the log has of them.
func TestWhoSomebodyIsIsSigned(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	p.change(func() {
		p.claims = map[string]any{"groups": nil, "email_verified": nil, "preferred_username": "oper\u3164ator"}
		p.userInfo = map[string]any{"sub": "17", "groups": []string{"it"}, "email": "boss@example.com", "email_verified": true, "name": "Boss"}
	})
	b := h.browser()
	b.to(b.get(b.there("/admin/signin/oidc")), "/admin")
	page := b.want(b.get("/admin/log"), 200, "<bdi>operator (17)</bdi>", "single sign-on <bdi>"+p.URL+" 17</bdi>")
	if strings.Contains(strings.ToLower(page.body), "boss") {
		t.Errorf("they are called as they like:\n%s", page.body)
	}
	h.pause("no")
	b.to(b.post("/admin/resume", b.shownPauses()), "/admin?done=resume")
	if who := storetest.Texts(t, h.db, "SELECT who FROM actions"); !slices.Equal(who, []string{"operator (17) (single sign-on, " + p.URL + " 17)"}) {
		t.Errorf("sending was resumed by %q", who)
	}
}

// Of what the provider answers when something is wrong, the log has the status and the
// code, and none of its pages.
func TestTheLogHasNoneOfTheProvidersPages(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	const page = "a page of theirs"
	answer := func(status int, kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}
	}
	whole := answer(500, "text/html", page)
	for _, c := range []struct {
		path   string
		answer http.HandlerFunc
		status int
		want   string
		most   int // how often the log may have the text: it may be the code
	}{
		{"/.well-known/openid-configuration", whole, 502, "500 Internal", 0},
		{"/.well-known/openid-configuration", answer(203, "text/html", page), 502, "203", 0},
		{"/keys", whole, 502, "500 Internal", 0},
		{"/userinfo", whole, 502, "500 Internal", 0},
		{"/token", whole, 502, "500", 0},
		{"/token", answer(401, "application/json", `{"error":"invalid_client","error_description":"`+page+`"}`), 502, "invalid_client", 0},
		{"/token", answer(400, "application/json", `{"error":"`+strings.Repeat(page, 100)+`"}`), 502, "400", mostLogged / len(page)},
		{"/token", answer(400, "application/json", `{"error":"invalid_grant","error_description":"`+page+`"}`), 422, "invalid_grant", 0},
	} {
		p.change(func() {
			p.claims, p.userInfo = map[string]any{"groups": nil}, map[string]any{"sub": "17", "groups": []string{"it"}}
			p.instead = nil
		})
		before := len(h.log.String())
		b := h.browser()
		path := "/admin/signin/oidc"
		if c.path != "/.well-known/openid-configuration" {
			path = b.there(path)
		}
		p.change(func() { p.instead = map[string]http.HandlerFunc{c.path: c.answer} })
		b.want(b.get(path), c.status)
		log := h.log.String()[before:]
		if !strings.Contains(log, c.want) || strings.Count(log, page) > c.most {
			t.Errorf("%s: the log says %s", c.path, log)
		}
		if strings.Contains(log, "level=ERROR") != (c.status == 502) {
			t.Errorf("%s: this is logged as %s", c.path, log)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	before := h.log.String()
	h.admin.oidcFailed(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/admin/signin/oidc", nil), context.Canceled, signInView{})
	if h.log.String() != before {
		t.Errorf("somebody who has gone is logged: %s", h.log.String()[len(before):])
	}
}

// What proves who somebody is goes nowhere that somebody on the way could read it.
func TestTheProviderLeadsNowhereWithoutTLS(t *testing.T) {
	p := newProvider(t)
	h := withProvider(t, p)
	refused := func(name string) {
		t.Helper()
		b := h.browser()
		before := len(h.log.String())
		if got := b.get("/admin/signin/oidc"); got.StatusCode != 502 || !strings.Contains(h.log.String()[before:], "isn't https") {
			t.Errorf("%s: %d to %q: %s", name, got.StatusCode, got.Header.Get("Location"), h.log.String()[before:])
		}
	}
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"} {
		for _, address := range []string{"http://login.invalid/x", "ftp://login.invalid/x", "//login.invalid/x", "x"} {
			p.change(func() { p.document = map[string]any{name: address} })
			refused(name + " " + address)
		}
	}
	p.change(func() {
		p.document = nil
		p.instead = map[string]http.HandlerFunc{"/.well-known/openid-configuration": http.RedirectHandler("http://login.invalid/", http.StatusFound).ServeHTTP}
	})
	refused("a redirect")
	p.change(func() {
		p.instead = map[string]http.HandlerFunc{"/token": http.RedirectHandler(p.URL+"/elsewhere", http.StatusTemporaryRedirect).ServeHTTP}
	})
	b := h.browser()
	b.want(b.get(b.there("/admin/signin/oidc")), 502)
	if slices.Contains(p.asked, "/elsewhere") {
		t.Error("the secret was sent where the provider's endpoint leads to")
	}
}

func TestNamesOfTheProvider(t *testing.T) {
	for want, c := range map[string]claims{
		"cleo@example.com":                 {Email: "cleo@example.com", Verified: true, Username: "cleo"},
		"cleo (17)":                        {Email: "cleo@example.com", Username: "cleo", Full: "Cleo Li"},
		"Cleo Li (17)":                     {Full: " Cleo\u202e \u00a0Li\n"},
		"cleo@example.net (17)":            {Email: " \u3164", Verified: true, Username: "cleo@example.net"},
		"ana (17)":                         {Username: "\u2800a\u3164n\u115f\u1160a\uffa0\ufe0f\u034f\U000e0061"},
		"17":                               {Username: " \u200b\u3164"},
		strings.Repeat("a", 64) + "… (17)": {Username: strings.Repeat("a", 1000)},
	} {
		if got := c.name("17"); got != want {
			t.Errorf("%+v is %q, want %q", c, got, want)
		}
	}
	if got := (claims{}).name(""); got != "nameless" {
		t.Error(got)
	}
}

func FuzzClaims(f *testing.F) {
	f.Add(`{"groups":["it"],"email":"a@example.com","email_verified":"true"}`)
	f.Add(`{"groups":"it","name":"\u0000"}`)
	f.Fuzz(func(t *testing.T, text string) {
		var c claims
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		if name := c.name("17"); name == "" || strings.ContainsAny(name, "\n\x00\u202e\u200b\u3164") || len([]rune(name)) > longestName+len("… (17)") {
			t.Errorf("%q is called %q", text, name)
		}
		for _, g := range c.Groups {
			if g == "" {
				t.Errorf("%q has an empty group", text)
			}
		}
	})
}

func FuzzAttempt(f *testing.F) {
	f.Add(newAttempt("/admin").String())
	f.Fuzz(func(t *testing.T, text string) {
		if a, ok := parseAttempt(text); ok && len(a.secret) < 43 {
			t.Errorf("%q has the secret %q", text, a.secret)
		}
	})
}
