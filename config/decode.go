package config

import (
	"errors"
	"fmt"
	"net/mail"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"dailytip/pgurl"
)

// decoder copies YAML nodes into structs. We walk the nodes ourselves because
// yaml's own decoder stops caring for lines after the first pass, and because
// ${NAME} must be expanded before a value gets its type.
type decoder struct {
	file   string
	lookup func(string) (string, bool) // the environment
	faults Faults
	lines  map[string]int    // dotted path → line of the value
	raw    map[string]string // dotted path → scalar as written, ${NAME} unexpanded
	broken map[string]bool   // paths whose value was already reported
	values int               // how many were decoded so far
	// secrets: a password is written in the file itself.
	secrets bool
}

// maxValues is how many values a configuration may have: a thousand newsletters
// with every key. An alias counts each time it is followed, so that a few lines
// that name each other over and over don't become millions.
const maxValues = 50_000

func newDecoder(file string, lookup func(string) (string, bool)) *decoder {
	return &decoder{
		file:   file,
		lookup: lookup,
		lines:  map[string]int{},
		raw:    map[string]string{},
		broken: map[string]bool{},
	}
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	addressType  = reflect.TypeFor[mail.Address]()
	secretType   = reflect.TypeFor[Secret]()
	databaseType = reflect.TypeFor[Database]()
)

// unquotedColour is a colour that YAML took for a comment.
var unquotedColour = regexp.MustCompile(`^#[0-9A-Fa-f]{3,8}$`)

// variable is ${NAME}, as [expand] replaces it.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// value decodes n into v, which holds the default. A null leaves it there.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	if d.values++; d.values > maxValues {
		if d.values == maxValues+1 {
			d.faultAt(n.Line, "the file has more than %d values, each use of an alias (*name) counted; that isn't a configuration of dailytip", maxValues)
		}
		return
	}
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	d.lines[path] = n.Line
	if n.Kind == yaml.ScalarNode {
		d.raw[path] = n.Value
		if n.ShortTag() == "!!null" {
			return
		}
	}
	switch t := v.Type(); {
	case t.Kind() == reflect.Struct && t != addressType && t != secretType && t != databaseType:
		d.mapping(n, v, path)
	case t.Kind() == reflect.Slice:
		d.sequence(n, v, path)
	case t.Kind() == reflect.Map:
		d.table(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fault(path, "%s; write its keys indented below it: %s", d.notA(n, path, "a group of keys"), strings.Join(keysOf(v.Type()), ", "))
		return
	}
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		if key := keyOf(v.Type().Field(i)); key != "" {
			fields[key] = v.Field(i)
		}
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, val := n.Content[i], n.Content[i+1]
		key, child := k.Value, join(path, k.Value)
		switch field, known := fields[key]; {
		case k.Kind != yaml.ScalarNode:
			d.faultAt(k.Line, "a key must be a plain word, not a list or a group; write key: value")
		case seen[key] != 0:
			d.faultAt(k.Line, "%s stands here and on line %d; keep one of them", child, seen[key])
		case known:
			seen[key] = k.Line
			d.value(val, field, child)
			if _, ok := d.raw[child]; ok && val.Value == "" {
				d.lines[child] = k.Line // an empty value has no line of its own
			}
			if comment := k.LineComment + val.LineComment; val.ShortTag() == "!!null" && unquotedColour.MatchString(comment) {
				d.fault(child, "%s: an unquoted # begins a comment, so there is no value here; write it in quotes: %q", child, comment)
			}
		case key == "<<":
			d.faultAt(k.Line, "merge keys (<<) aren't read; write the keys out")
		default:
			seen[key] = k.Line
			d.faultAt(k.Line, "%s", unknownKey(key, v.Type()))
		}
	}
}

// table decodes a group whose keys are the operator's own.
func (d *decoder) table(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fault(path, "%s; write a name and indent its keys below it: %s", d.notA(n, path, "a group of names"), strings.Join(keysOf(v.Type().Elem()), ", "))
		return
	}
	table := reflect.MakeMap(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, val := n.Content[i], n.Content[i+1]
		name, child := reflect.ValueOf(k.Value), tableKey(path, k.Value)
		switch {
		case k.Kind != yaml.ScalarNode:
			d.faultAt(k.Line, "a name must be a plain word, not a list or a group; write name: {…}")
		case table.MapIndex(name).IsValid():
			d.faultAt(k.Line, "%s stands here twice; keep one of them", child)
		default:
			entry := reflect.New(v.Type().Elem()).Elem()
			d.value(val, entry, child)
			table.SetMapIndex(name, entry)
		}
	}
	if table.Len() > 0 { // {} means the same as no group
		v.Set(table)
	}
}

// tableKey is the path of one entry of a group with names of the operator's
// own, which may have dots in them.
func tableKey(path, name string) string { return fmt.Sprintf("%s[%s]", path, name) }

func (d *decoder) sequence(n *yaml.Node, v reflect.Value, path string) {
	elem := v.Type().Elem()
	if n.Kind != yaml.SequenceNode {
		how := "write [one, two], or a line “- one” for each"
		if elem.Kind() == reflect.Struct {
			how = "begin each entry with “- ”, then indent its keys: " + strings.Join(keysOf(elem), ", ")
		}
		d.fault(path, "%s; %s", d.notA(n, path, "a list"), how)
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		at, child := list.Index(i), fmt.Sprintf("%s[%d]", path, i)
		if s, ok := at.Addr().Interface().(interface{ setDefaults() }); ok {
			s.setDefaults()
		}
		if d.value(item, at, child); item.ShortTag() == "!!null" && elem.Kind() != reflect.Struct {
			d.fault(child, "%s: an entry is empty; remove it or write its value", path)
		}
	}
	if len(n.Content) == 0 {
		list = reflect.Zero(v.Type()) // [] means the same as no list
	}
	v.Set(list)
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(path, "%s; write one value", d.notA(n, path, "a single value"))
		return
	}
	text, err := expand(n.Value, d.lookup)
	if err != nil {
		report := d.fault
		if errors.As(err, new(unsetVariable)) && v.Type() == secretType {
			report = d.outOfReach
		}
		report(path, "%s: %v", path, err)
		return
	}
	switch v.Type() {
	case secretType:
		d.secrets = d.secrets || variable.ReplaceAllString(n.Value, "") != ""
		v.Set(reflect.ValueOf(newSecret(text)))
		return
	case databaseType:
		own := variable.ReplaceAllString(n.Value, "")
		d.secrets = d.secrets || len(pgurl.Passwords(own)) > 0
		v.Set(reflect.ValueOf(NewDatabase(text)))
		return
	}
	// The file is UTF-8, but what the environment holds may be anything.
	if !utf8.ValidString(text) {
		d.fault(path, "%s: %s isn't UTF-8 text; set the variable to UTF-8", path, d.shown(path))
		return
	}
	if err := set(v, text); err != nil {
		d.fault(path, "%s: %s %v", path, d.shown(path), err)
	}
}

// set gives a field the value that a text stands for. The error reads on after the
// quoted text: "isn't a number; …".
func set(v reflect.Value, text string) error {
	switch v.Type() {
	case durationType:
		duration, err := ParseDuration(text)
		if err != nil {
			return err
		}
		v.SetInt(int64(duration))
		return nil
	case addressType:
		a, err := parseAddress(text)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(a))
		return nil
	}
	switch v.Kind() {
	case reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("isn't a whole number; write digits only, such as %d", max(v.Int(), 1))
		}
		v.SetInt(int64(i))
	case reflect.Bool:
		if text != "true" && text != "false" {
			return errors.New("is neither true nor false; write one of the two")
		}
		v.SetBool(text == "true")
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errors.New("isn't a number; write one such as 10 or 0.5")
		}
		v.SetFloat(f)
	default:
		v.SetString(text)
	}
	return nil
}

// notA says that the node at path isn't what was wanted there.
func (d *decoder) notA(n *yaml.Node, path, want string) string {
	got := map[yaml.Kind]string{yaml.MappingNode: "a group of keys", yaml.SequenceNode: "a list", yaml.ScalarNode: "the single value " + d.shown(path)}[n.Kind]
	if path == "" {
		path = "the file"
	}
	return fmt.Sprintf("%s must be %s, not %s", path, want, got)
}

// fault reports what is wrong with the value at path, on its line or on that
// of the nearest group around it.
func (d *decoder) fault(path, format string, args ...any) {
	d.broken[path] = true
	d.faultAt(d.lineOf(path), format, args...)
}

// outOfReach is fault for a secret that this user or this process doesn't get at,
// which matters to who sends.
func (d *decoder) outOfReach(path, format string, args ...any) {
	d.fault(path, format, args...)
	d.faults[len(d.faults)-1].secret = true
}

func (d *decoder) faultAt(line int, format string, args ...any) {
	d.faults = append(d.faults, Fault{File: d.file, Line: line, Message: fmt.Sprintf(format, args...)})
}

func (d *decoder) lineOf(path string) int {
	for path != "" {
		if line, ok := d.lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return d.lines[""]
}

// shown quotes the value at path as it was written: a ${NAME} in it stays
// unexpanded, for it may be a secret.
func (d *decoder) shown(path string) string {
	raw := d.raw[path]
	if r := []rune(raw); len(r) > 60 {
		raw = string(r[:60]) + "…"
	}
	if strings.Contains(raw, "${") {
		return strconv.Quote(raw) + " (expanded from the environment)"
	}
	return strconv.Quote(raw)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// keyOf returns the name of a field in YAML, "" for one that isn't read.
func keyOf(f reflect.StructField) string {
	if key := f.Tag.Get("yaml"); key != "-" {
		return key
	}
	return ""
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for field := range t.Fields() {
		if key := keyOf(field); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
