package config

import (
	"strings"
	"testing"
)

const goodHash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8"

const onePerson = "people: [{name: Ana, password_hash: '" + goodHash + "', role: operator}]"

func TestAdmin(t *testing.T) {
	cfg := mustLoad(t, minimal+"admin: {listen: '127.0.0.1:8081', base_url: 'https://Admin.example.com/tips/', "+onePerson+"}\n")
	a := cfg.Admin
	if !a.Exists() || a.BaseURL != "https://admin.example.com/tips" || a.People[0].Name != "ana" || a.People[0].PasswordHash.Reveal() != goodHash {
		t.Errorf("read as %+v", a)
	}
	if mustLoad(t, minimal).Admin.Exists() {
		t.Error("there are admin pages that nobody asked for")
	}
	path := write(t, map[string]string{"config.yaml": minimal + "admin: {oidc: {issuer: 'https://login.example.com/', client_id: tips, client_secret_file: pw, roles: {editor: [a, b]}}}\n", "pw": "s3cret\n"})
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if o := cfg.Admin.OIDC; o.Issuer != "https://login.example.com/" || o.ClientSecret.Reveal() != "s3cret" || len(o.Roles.Editor) != 2 || !cfg.Admin.Exists() {
		t.Errorf("read as %+v", o)
	}
	if strings.Contains(dump(cfg), "s3cret") || strings.Contains(dump(mustLoad(t, minimal+"admin: {"+onePerson+"}\n")), "argon2id") {
		t.Error("a secret shows")
	}
}

// Each is one fault, on its line.
func TestAdminFaults(t *testing.T) {
	person := func(keys string) string {
		return "people: [{name: ana, password_hash: '" + goodHash + "', " + keys + "}]"
	}
	oidc := func(keys string) string {
		return "oidc: {issuer: 'https://login.example.com', client_id: tips, roles: {viewer: [all]}, " + keys + "}"
	}
	for _, c := range []struct{ text, want string }{
		{"password_hash: x", `unknown key "password_hash"`},
		{person("role: admin"), `admin.people[0].role: "admin" isn't one of its values; write viewer, editor or operator`},
		{person("role: Editor"), "did you mean editor?"},
		{"people: [{name: ana, password_hash: '" + goodHash + "'}]", `admin.people[0].role: "" isn't`},
		{"people: [{password_hash: '" + goodHash + "', role: viewer}]", "admin.people[0].name: is required"},
		{"people: [{name: ana li, password_hash: '" + goodHash + "', role: viewer}]", `admin.people[0].name: "ana li" is no name`},
		{"people: [{name: ana, role: viewer}]", "admin.people[0].password_hash: is required"},
		{"people: [{name: ana, password_hash: hunter2, role: viewer}]", "admin.people[0].password_hash: isn't a hash of argon2id"},
		{"people: [{name: ana, password_hash: '" + strings.Replace(goodHash, "t=2", "t=1", 1) + "', role: viewer}]", "could be guessed"},
		{"people: [{name: ana, password_hash: '" + goodHash + "', role: viewer}, {name: ANA, password_hash: '" + goodHash + "', role: editor}]", `admin.people[1].name: "ANA" is the name of admin.people[0], too`},
		{"people: {ana: viewer}", "admin.people must be a list"},
		{"base_url: https://admin.example.com, " + onePerson, "admin.base_url: is only used with admin.listen"},
		{"listen: '127.0.0.1:8081', " + onePerson, "admin.base_url: is required with admin.listen"},
		{"listen: '127.0.0.1:8081', base_url: ftp://x, " + onePerson, "admin.base_url: \"ftp://x\" doesn't begin with https"},
		{"listen: '127.0.0.1:8081', base_url: 'https://x.example.com/admin', " + onePerson, "ends in /admin, which the pages add"},
		{"listen: 8081", "admin.listen: \"8081\" has no host"},
		{"listen: '127.0.0.1:8080', base_url: 'http://localhost:8080', " + onePerson, "admin.listen: \"127.0.0.1:8080\" is taken by listen already"},
		{oidc("issuer: x"), "stands here and on line"},
		{"oidc: {client_id: tips}", "admin.oidc.issuer: is required"},
		{"oidc: {roles: {editor: [a]}}", "admin.oidc.issuer: is required"},
		{"oidc: {issuer: 'https://login.example.com', roles: {viewer: [all]}}", "admin.oidc.client_id: is required"},
		{"oidc: {issuer: 'https://login.example.com', client_id: tips}", "admin.oidc.roles: lets nobody in"},
		{"oidc: {issuer: 'http://login.example.com', client_id: tips, roles: {viewer: [all]}}", "doesn't begin with https://"},
		{"oidc: {issuer: login.example.com, client_id: tips, roles: {viewer: [all]}}", "isn't the address of a provider"},
		{"oidc: {issuer: 'https://login.example.com/.well-known/openid-configuration', client_id: tips, roles: {viewer: [all]}}", "names the provider's document"},
		{"oidc: {issuer: 'https://login.example.com', client_id: tips, roles: {admin: [all], viewer: [all]}}", `unknown key "admin"`},
		{"oidc: {issuer: 'https://login.example.com', client_id: tips, roles: {viewer: ['']}}", "admin.oidc.roles.viewer[0]: is empty"},
		{oidc("client_secret_file: nowhere"), "admin.oidc.client_secret_file: "},
	} {
		faults := faultsOf(t, minimal+"admin: {"+c.text+"}\n")
		if len(faults) != 1 || !strings.Contains(faults[0], c.want) || !strings.HasPrefix(faults[0], "5: ") {
			t.Errorf("%s:\n%q, want %q", c.text, faults, c.want)
		}
	}
}

func TestAProviderOnThisMachine(t *testing.T) {
	mustLoad(t, minimal+"admin: {oidc: {issuer: 'http://127.0.0.1:9998/', client_id: tips, roles: {viewer: [all]}}}\n")
}
