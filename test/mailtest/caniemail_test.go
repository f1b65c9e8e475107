package mailtest_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"dailytip/test/mailtest"
)

//go:embed accepted.json
var acceptedJSON []byte

// accepted is what we know of and live with. An entry that nothing needs any
// more is a fault too.
type accepted struct {
	CanIEmail []acceptedFeature
	Axe       []struct{ Rule, Reason string }
}

// acceptedFeature names clients (or patterns of path.Match) that lack a feature
// or have it in part.
type acceptedFeature struct {
	Feature       string
	None, Partial []string
	Reason        string
}

func readAccepted(t *testing.T) accepted {
	t.Helper()
	var a accepted
	d := json.NewDecoder(bytes.NewReader(acceptedJSON))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		t.Fatalf("accepted.json: %v", err)
	}
	return a
}

// lack is what caniemail.mjs prints: a client that hasn't what a mail uses.
type lack struct {
	Feature, Support, Client, Where string
	Notes, Mails                    []string
}

// canIEmail asks caniemail about mails.
func canIEmail(t *testing.T, mails []mailtest.Mail) []lack {
	t.Helper()
	node := needProgram(t, "node")
	needModule(t, "caniemail/package.json")
	type input struct {
		Name string `json:"name"`
		HTML string `json:"html"`
	}
	var in []input
	for _, m := range mails {
		in = append(in, input{m.Name, m.HTML})
	}
	stdin, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(node, "caniemail.mjs")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stdin), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node caniemail.mjs: %v\n%s", err, stderr.String())
	}
	var found []lack
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("caniemail.mjs: %v\n%.300s", err, out)
	}
	return found
}

func TestCanIEmail(t *testing.T) {
	t.Parallel()
	accept(t, sample(t))
}

// accept wants accepted.json to have all that mails lack in some client, and gives
// which of its patterns were needed.
func accept(t *testing.T, mails []mailtest.Mail) (used map[string]bool) {
	t.Helper()
	used = map[string]bool{}
	var features []acceptedFeature
	for _, a := range readAccepted(t).CanIEmail {
		if len(a.Reason) < 20 {
			t.Errorf("accepted.json: %s: say why it is accepted", a.Feature)
		}
		features = append(features, a)
	}
	found := canIEmail(t, mails)
	for _, l := range found {
		i := slices.IndexFunc(features, func(a acceptedFeature) bool { return a.Feature == l.Feature })
		if i < 0 || !covers(features[i], l, used) {
			t.Errorf("%s is %s in %s, used by %d mails such as %s, and not in accepted.json: %q %s", l.Feature,
				map[string]string{"none": "unsupported", "partial": "supported in part"}[l.Support],
				l.Client, len(l.Mails), l.Mails[0], l.Where, strings.Join(l.Notes, " "))
		}
	}
	t.Logf("caniemail: %d lacks in %d mails, accepted.json has %d entries", len(found), len(mails), len(features))
	return used
}

// covers says whether an entry accepts a lack, and notes which pattern did.
func covers(a acceptedFeature, l lack, used map[string]bool) bool {
	clients := a.None
	if l.Support == "partial" {
		clients = a.Partial
	}
	covered := false
	for _, pattern := range clients {
		if ok, err := path.Match(pattern, l.Client); err == nil && ok {
			used[a.Feature+l.Support+pattern] = true
			covered = true
		}
	}
	return covered
}

// TestCanIEmailFinds shows that the test above can fail: outside of @media,
// inside of it, and in the query.
func TestCanIEmailFinds(t *testing.T) {
	found := canIEmail(t, []mailtest.Mail{{Name: "bad", HTML: `<style>a:hover{position:fixed}@media (prefers-color-scheme:dark){p{display:grid}}</style>` +
		`<p style="box-shadow:1px 1px red">x</p><video></video>`}})
	for _, want := range []struct{ feature, client string }{
		{":hover", "outlook.windows"},
		{"position", "gmail.android"},
		{"display:grid", "outlook.windows"},
		{"@media (prefers-color-scheme)", "gmail.ios"},
		{"box-shadow", "outlook.windows"},
		{"<video> element", "gmail.android"},
	} {
		if !slices.ContainsFunc(found, func(l lack) bool {
			return l.Feature == want.feature && l.Client == want.client && l.Support == "none"
		}) {
			t.Errorf("%s in %s wasn't found", want.feature, want.client)
		}
	}
}
