package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"dailytip/safefile"
)

// maxSize of config.yaml in bytes. A file beyond it is surely another one.
const maxSize = 1 << 20

// Load reads the configuration at path. The error, when there is one, is a
// Faults with everything that is wrong.
//
// Files that the configuration names are looked for beside it; those with a
// password or a key also in $CREDENTIALS_DIRECTORY, where systemd's
// LoadCredential= puts them.
func Load(path string) (*Config, error) {
	cfg, err := LoadToLook(path)
	if err == nil {
		err = cfg.Secrets()
	}
	if err != nil {
		return nil, err
	}
	return cfg, nil
}

// LoadToLook is Load for who sends nothing: passwords and keys that this user or this
// process doesn't get at are left out, and [Config.Secrets] says which.
func LoadToLook(path string) (*Config, error) {
	path = filepath.Clean(path)
	data, err := read(path)
	if err != nil {
		return nil, Faults{{File: path, Message: err.Error(), cause: err}}
	}
	return parse(path, data, os.LookupEnv)
}

func read(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, whole{"is a folder; name the file in it: " + filepath.Join(path, "config.yaml"), nil}
	}
	f, _, err := safefile.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, whole{"there is no such file; dailytip init writes one, or name yours with --config FILE (dailytip demo needs none)", err}
	case errors.Is(err, fs.ErrPermission):
		return nil, whole{fmt.Sprintf("may not be read by this user (uid %d)%s; give it the right to, or name another file with --config FILE", os.Getuid(), whose(path)), err}
	case err != nil:
		return nil, whole{strings.TrimPrefix(err.Error(), path+" ") + "; name a file with --config FILE", err}
	}
	defer func() { _ = f.Close() }() // only read from
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	switch {
	case err != nil:
		return nil, whole{fmt.Sprintf("can't be read: %v", err), err}
	case len(data) > maxSize:
		return nil, whole{"is larger than 1 MiB; that isn't a configuration of dailytip", nil}
	}
	return data, nil
}

// whose names a file's owner when that is another user.
func whose(path string) string {
	if name, other := safefile.AnotherOwner(path); other {
		return ", for it belongs to the user " + name
	}
	return ""
}

// whole is a fault of the file as such.
type whole struct {
	message string
	cause   error
}

func (w whole) Error() string { return w.message }
func (w whole) Unwrap() error { return w.cause }

// parse turns the text of a configuration into a Config or Faults.
func parse(path string, data []byte, lookup func(string) (string, bool)) (*Config, error) {
	d := newDecoder(path, lookup)
	cfg := Default()
	cfg.File, cfg.decoder = path, d
	root, fault := document(data)
	switch {
	case fault != nil:
		d.faultAt(fault.Line, "%s", fault.Message)
		return nil, d.faults
	case root != nil:
		d.value(root, reflect.ValueOf(cfg).Elem(), "")
	}
	if !d.broken[""] {
		c := checker{decoder: d, cfg: cfg, dir: filepath.Dir(path)}
		c.check()
	}
	d.faults.sort()
	if slices.ContainsFunc(d.faults, func(f Fault) bool { return !f.secret }) {
		return nil, d.faults
	}
	cfg.outOfReach = d.faults
	d.raw = nil // it may hold passwords, and only checks need it
	return cfg, nil
}

// document returns the root of the only document in data, nil when it is empty.
func document(data []byte) (*yaml.Node, *Fault) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		line := 1
		for l := range bytes.Lines(data) {
			if !utf8.Valid(l) {
				break
			}
			line++
		}
		return nil, &Fault{Line: line, Message: "this isn't UTF-8 text; save the file as UTF-8"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, syntaxFault(err, data)
	}
	switch err := dec.Decode(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return nil, syntaxFault(err, data)
	default:
		return nil, &Fault{Line: more.Line, Message: "a second document begins here; keep everything in one, without ---"}
	}
	root := doc.Content[0]
	if root.ShortTag() == "!!null" {
		return nil, nil
	}
	return root, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)

// syntaxFault puts an error of the YAML parser into words. The parser has no
// type for it: its line stands only in the text.
func syntaxFault(err error, data []byte) *Fault {
	text := err.Error()
	f := &Fault{Line: 1}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			f.Line = n
		}
	}
	f.Message = "this isn't YAML: " + text
	lines := strings.Split(string(data), "\n")
	// The parser names the line before or after the one at fault.
	for n := max(f.Line-1, 1); n <= min(f.Line+1, len(lines)); n++ {
		line := lines[n-1]
		if indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]; strings.Contains(indent, "\t") {
			return &Fault{Line: n, Message: "this line is indented with a tab; YAML wants spaces"}
		}
	}
	switch {
	case strings.Contains(text, "mapping values are not allowed"):
		f.Message += `; indent the line like its neighbours, and quote a value that holds ": "`
	case strings.Contains(text, "cannot start any token"):
		f.Message += `; quote values that begin with @, %, ` + "`" + ` or another special character`
	case strings.Contains(text, "did not find expected"):
		f.Message += "; look for wrong indentation or a missing quote or bracket here or just above"
	}
	return f
}
