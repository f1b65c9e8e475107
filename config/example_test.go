package config

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read1(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The config.yaml that we ship says what the program does without it.
func TestExampleIsTheDefault(t *testing.T) {
	cfg := mustLoad(t, read1(t, filepath.Join("..", "config.yaml")))
	want := Default()
	dir := filepath.Dir(cfg.File)
	want.File, want.decoder = cfg.File, cfg.decoder
	want.Database = NewDatabase(filepath.Join(dir, "dailytip.db"))
	want.From = mail.Address{Name: "Daily Tip", Address: "tips@example.com"} // has no default
	want.ConfirmFrom = want.From
	n := DefaultNewsletter()
	n.ID, n.Title, n.Tips = "management", "Management Tip of the Day", filepath.Join(dir, "library")
	n.From, n.ConfirmFrom = want.From, want.From
	want.Newsletters = []Newsletter{n}
	if !reflect.DeepEqual(cfg, want) {
		t.Errorf("config.yaml:\n%s\nthe defaults:\n%s", dump(cfg), dump(want))
	}
}

var keyLine = regexp.MustCompile(`^[ -]*[a-z_]+: +\S`)

func TestExampleHoldsEveryKeyWithAComment(t *testing.T) {
	text := read1(t, filepath.Join("..", "config.yaml"))
	written := exampleValues(t, text)
	for _, key := range allKeys(reflect.TypeFor[Config](), "") {
		shown := strings.HasPrefix(key, "dkim.") || strings.HasPrefix(key, "domains.") || strings.HasPrefix(key, "webhooks.") || strings.HasPrefix(key, "admin.people.") // in a comment
		if _, ok := written[key]; !ok && !shown {
			t.Errorf("config.yaml has no %s", key)
		}
		if i := strings.LastIndex(key, "."); shown && !strings.Contains(text, key[i+1:]+": ") {
			t.Errorf("config.yaml doesn't mention %s", key)
		}
	}
	for i, line := range strings.Split(text, "\n") {
		if keyLine.MatchString(line) && !strings.Contains(line, " # ") {
			t.Errorf("config.yaml:%d has no comment: %s", i+1, line)
		}
	}
}

var docRow = regexp.MustCompile("^\\| `([a-z_]+)` \\| [^|]+ \\|([^|]*)\\| .+ \\|$")

// docs/configuration.md has a row for each key, with the default of
// config.yaml, and no others.
func TestDocsHoldEveryKey(t *testing.T) {
	written := exampleValues(t, read1(t, filepath.Join("..", "config.yaml")))
	section, rows := "", map[string]string{}
	for line := range strings.SplitSeq(read1(t, filepath.Join("..", "docs", "configuration.md")), "\n") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			if section = name + "."; name == "Top level" {
				section = ""
			}
		}
		if m := docRow.FindStringSubmatch(line); m != nil {
			rows[section+m[1]] = strings.TrimSpace(m[2])
		}
	}
	for _, key := range allKeys(reflect.TypeFor[Config](), "") {
		def, ok := rows[key]
		delete(rows, key)
		switch value, isScalar := written[key]; {
		case !ok:
			t.Errorf("docs/configuration.md has no row for %s", key)
		case def == "required" || !isScalar || value == "group" || strings.HasPrefix(def, "the `"):
		case def != "`"+value+"`":
			t.Errorf("docs/configuration.md: the default of %s is %s, config.yaml says %s", key, def, value)
		}
	}
	for key := range rows {
		t.Errorf("docs/configuration.md has a row for %s, which is no key", key)
	}
}

// allKeys lists every key as "smtp.host"; groups and lists come before theirs.
func allKeys(t reflect.Type, path string) []string {
	var keys []string
	for f := range t.Fields() {
		if keyOf(f) == "" {
			continue
		}
		key, ft := join(path, keyOf(f)), f.Type
		keys = append(keys, key)
		if ft.Kind() == reflect.Slice || ft.Kind() == reflect.Map {
			ft = ft.Elem()
		}
		if ft.Kind() == reflect.Struct && ft.PkgPath() == t.PkgPath() && ft.Field(0).Tag != "" {
			keys = append(keys, allKeys(ft, key)...)
		}
	}
	return keys
}

// exampleValues maps "smtp.host" to its value in the text; lists of groups and
// groups map to "group".
func exampleValues(t *testing.T, text string) map[string]string {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		switch {
		case n.Kind == yaml.MappingNode:
			values[path] = "group"
			for i := 0; i < len(n.Content); i += 2 {
				walk(n.Content[i+1], join(path, n.Content[i].Value))
			}
		case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
			values[path] = "[]"
		case n.Kind == yaml.SequenceNode:
			for _, item := range n.Content {
				walk(item, path)
			}
		case n.Value == "":
			values[path] = fmt.Sprintf("%q", n.Value)
		default:
			values[path] = n.Value
		}
	}
	walk(doc.Content[0], "")
	return values
}
