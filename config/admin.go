package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"dailytip/credential"
)

// Admin is about the pages of those who plan and run. Without people and without a
// provider there are no such pages.
type Admin struct {
	// Listen is the host:port of a listener of their own; "": they stand beside the
	// readers' pages.
	Listen string `yaml:"listen"`
	// BaseURL is the address of that listener as people reach it, without the /admin
	// that the pages add; without Listen it's the readers'.
	BaseURL string `yaml:"base_url"`
	// People sign in with a password; their names differ.
	People []Person `yaml:"people"`
	// OIDC is a provider that signs people in.
	OIDC OIDC `yaml:"oidc"`
}

// Person is somebody who signs in with a password.
type Person struct {
	// Name is as [credential.Name] has it.
	Name string `yaml:"name"`
	// PasswordHash is what "dailytip admin password" prints.
	PasswordHash Secret `yaml:"password_hash"`
	// Role is viewer, editor or operator.
	Role string `yaml:"role"`
}

// OIDC is a provider of OpenID Connect.
type OIDC struct {
	// Issuer is its address, https; http on this machine only. "": there is none.
	Issuer string `yaml:"issuer"`
	// ClientID is how the provider knows us.
	ClientID string `yaml:"client_id"`
	// ClientSecretFile is the file that ClientSecret was read from; "": the provider
	// gave none, and goes by the address of our pages.
	ClientSecretFile string `yaml:"client_secret_file"`
	// ClientSecret is what stands in that file.
	ClientSecret Secret `yaml:"-"`
	// Roles are the provider's groups by the role that they have here.
	Roles OIDCRoles `yaml:"roles"`
}

// OIDCRoles are groups by role. The highest role of somebody's groups counts.
type OIDCRoles struct {
	Viewer   []string `yaml:"viewer"`
	Editor   []string `yaml:"editor"`
	Operator []string `yaml:"operator"`
}

// Exists tells whether there are such pages.
func (a Admin) Exists() bool { return len(a.People) > 0 || a.OIDC.Issuer != "" }

func (c *checker) admin() {
	a := &c.cfg.Admin
	c.listen("admin.listen", a.Listen, false)
	c.adminListen(a)
	c.adminBaseURL(a)
	names := map[string]int{}
	for i := range a.People {
		c.person(fmt.Sprintf("admin.people[%d]", i), i, &a.People[i], names)
	}
	c.oidc("admin.oidc", &a.OIDC)
}

// adminListen looks whether the address is taken by another of ours.
func (c *checker) adminListen(a *Admin) {
	if !c.written("admin.listen") || a.Listen == "" || strings.HasSuffix(a.Listen, ":0") {
		return
	}
	for _, other := range []struct{ key, address string }{{"listen", c.cfg.Listen}, {"metrics.listen", c.cfg.Metrics.Listen}} {
		if a.Listen == other.address {
			c.fault("admin.listen", "admin.listen: %s is taken by %s already; write another port, or \"\" for pages beside the readers'", c.shown("admin.listen"), other.key)
		}
	}
}

func (c *checker) adminBaseURL(a *Admin) {
	const key = "admin.base_url"
	switch {
	case c.broken[key] || c.broken["admin.listen"]:
	case a.Listen == "" && a.BaseURL != "":
		c.fault(key, "%s: is only used with admin.listen; the pages stand at /admin below base_url", key)
	case a.Listen == "":
	case a.BaseURL == "":
		c.fault("admin.listen", "%s: is required with admin.listen; write the address that these pages are reached at, such as https://tips-admin.example.com", key)
	default:
		c.baseURL(key, &a.BaseURL)
		if !c.broken[key] && strings.HasSuffix(a.BaseURL, "/admin") {
			c.fault(key, "%s: ends in /admin, which the pages add; leave it off", key)
		}
	}
}

func (c *checker) person(path string, i int, p *Person, names map[string]int) {
	if c.broken[path] {
		return
	}
	if key := path + ".name"; p.Name == "" && !c.broken[key] {
		c.fault(key, "%s: is required; write the name to sign in with, such as ana", key)
	} else if !c.broken[key] {
		name, err := credential.Name(p.Name)
		first, known := names[name]
		switch {
		case err != nil:
			c.fault(key, "%s: %s %v", key, c.shown(key), err)
		case known:
			c.fault(key, "%s: %s is the name of admin.people[%d], too; capitals don't tell names apart", key, c.shown(key), first)
		default:
			p.Name, names[name] = name, i
		}
	}
	if key := path + ".password_hash"; p.PasswordHash.IsZero() && !c.broken[key] {
		c.fault(key, "%s: is required; dailytip admin password makes one", key)
	} else if !c.broken[key] {
		if _, err := credential.ParseHash(p.PasswordHash.Reveal()); err != nil {
			c.fault(key, "%s: %v", key, err)
		}
	}
	c.oneOf(path+".role", p.Role, "viewer", "editor", "operator")
}

func (c *checker) oidc(path string, o *OIDC) {
	if c.broken[path] {
		return
	}
	groups := slices.Concat(o.Roles.Viewer, o.Roles.Editor, o.Roles.Operator)
	if key := path + ".issuer"; o.Issuer == "" && !c.broken[key] {
		if o.ClientID != "" || o.ClientSecretFile != "" || len(groups) > 0 {
			c.fault(path, "%s: is required with the other keys of %s; write the provider's address, such as https://login.example.com", key, path)
		}
		return
	} else if !c.broken[key] {
		c.issuer(key, o)
	}
	if key := path + ".client_id"; o.ClientID == "" && !c.broken[key] {
		c.fault(key, "%s: is required; write the name under which the provider knows these pages", key)
	}
	c.secretIn(path+".client_secret", &o.ClientSecret, &o.ClientSecretFile, "secret")
	if key := path + ".roles"; len(groups) == 0 && !c.broken[key] {
		c.fault(key, "%s: lets nobody in; write which of the provider's groups has which role, such as operator: [tips-admins]", key)
	}
	for _, role := range []struct {
		name   string
		groups []string
	}{{"viewer", o.Roles.Viewer}, {"editor", o.Roles.Editor}, {"operator", o.Roles.Operator}} {
		for i, group := range role.groups {
			if key := fmt.Sprintf("%s.roles.%s[%d]", path, role.name, i); strings.TrimSpace(group) == "" && !c.broken[key] {
				c.fault(key, "%s: is empty; write the name of a group", key)
			}
		}
	}
}

// issuer checks the provider's address. It stays as it's written: the provider says
// the same of itself (OpenID Connect Discovery 1.0 §4.3).
func (c *checker) issuer(key string, o *OIDC) {
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		c.fault(key, "%s: %s isn't the address of a provider; write one such as https://login.example.com", key, c.shown(key))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		c.fault(key, "%s: %s doesn't begin with https://, and whoever is on the way could sign in as anybody; write https://", key, c.shown(key))
	case strings.HasSuffix(u.Path, "/.well-known/openid-configuration"):
		c.fault(key, "%s: %s names the provider's document; leave off /.well-known/openid-configuration", key, c.shown(key))
	}
}
