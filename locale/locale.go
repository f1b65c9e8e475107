package locale

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed messages/*.yaml admin/en.yaml
var files embed.FS

// Default is the language used when nothing else fits.
const Default = "en"

// languages are those that we speak, and what their speakers call them, in the order in
// which a menu shows them. Default comes first, because language.NewMatcher falls back to
// the first.
var languages = [...]struct{ tag, name string }{
	{Default, "English"},
	{"zh-CN", "简体中文"},
	{"zh-TW", "繁體中文"},
	{"es", "Español"},
	{"pt-BR", "Português (Brasil)"},
	{"fr", "Français"},
	{"de", "Deutsch"},
	{"ja", "日本語"},
	{"ko", "한국어"},
	{"tr", "Türkçe"},
	{"ru", "Русский"},
	{"hi", "हिन्दी"},
	{"ar", "العربية"},
	{"fa", "فارسی"},
}

// Languages lists the BCP 47 tags of the languages we speak, Default first.
// The slice is the caller's own.
func Languages() []string {
	tags := make([]string, len(languages))
	for i, l := range languages {
		tags[i] = l.tag
	}
	return tags
}

// catalogue holds the messages in one language.
type catalogue struct {
	localizer *i18n.Localizer
	plain     sync.Map // what has been said without values, by id
}

// catalogues load a language at its first word: to read all of them takes 20 ms and more
// than two megabytes, and most newsletters speak few. An error can only come from an
// embedded file, which the tests load.
var catalogues = func() map[string]func() (*catalogue, error) {
	all := map[string]func() (*catalogue, error){}
	for _, l := range languages {
		all[l.tag] = sync.OnceValues(func() (*catalogue, error) { return load(l.tag) })
	}
	return all
}()

func load(lang string) (*catalogue, error) {
	bundle := i18n.NewBundle(language.MustParse(lang))
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	names := []string{"messages/" + lang + ".yaml"}
	if lang == Default { // the pages of editors and operators speak no other
		names = append(names, "admin/en.yaml")
	}
	for _, name := range names {
		if _, err := bundle.LoadMessageFileFS(files, name); err != nil {
			return nil, fmt.Errorf("load messages of %s: %w", name, err)
		}
	}
	return &catalogue{localizer: i18n.NewLocalizer(bundle, lang)}, nil
}

var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(languages))
	for i, l := range languages {
		tags[i] = language.MustParse(l.tag)
	}
	return language.NewMatcher(tags)
})

// Text says message id in lang (any tag; Match finds ours). A value "Count" in
// data, an int, chooses the plural form and may be nil where a message has
// none. Values are put in as they are: escape the result before it enters HTML.
//
// An id that doesn't exist yields the id itself, which a reader can at least
// quote to us; tests keep that from happening to the ids in use.
func Text(lang, id string, data map[string]any) string {
	lang = Match(lang)
	c, err := catalogues[lang]()
	if err != nil {
		return id
	}
	if len(data) == 0 {
		if text, ok := c.plain.Load(id); ok {
			return text.(string)
		}
	}
	request := &i18n.LocalizeConfig{MessageID: id, TemplateData: data}
	if count, ok := data["Count"].(int); ok {
		request.PluralCount = count
		withDigits := maps.Clone(data)
		withDigits["Count"] = Number(lang, count)
		request.TemplateData = withDigits
	}
	text, err := c.localizer.Localize(request)
	switch {
	case err != nil && lang != Default:
		return Text(Default, id, data)
	case err != nil:
		return id
	case len(data) == 0:
		c.plain.Store(id, text)
	}
	return text
}

// Match finds the best of our languages for a reader. Each of tags is a BCP 47
// tag or an Accept-Language header (RFC 9110 §12.5.4), the most wanted first;
// what can't be parsed is passed over. Without a match it answers Default.
func Match(tags ...string) string {
	if len(tags) == 1 && catalogues[tags[0]] != nil {
		return tags[0]
	}
	var wanted []language.Tag
	for _, text := range tags {
		if tag, err := language.Parse(text); err == nil {
			wanted = append(wanted, tag)
			continue
		}
		// A header may be hostile: a partial parse still returns what was good.
		list, _, _ := language.ParseAcceptLanguage(text)
		wanted = append(wanted, list...)
	}
	if len(wanted) == 0 {
		return Default
	}
	_, index, confidence := matcher().Match(wanted...)
	if confidence == language.No {
		return Default
	}
	return languages[index].tag
}

// Name is what lang's speakers call it ("Deutsch"), for a menu. A tag that
// isn't ours yields the name of the language that Match finds for it.
func Name(lang string) string {
	lang = Match(lang)
	for _, l := range languages {
		if l.tag == lang {
			return l.name
		}
	}
	return lang
}

// NativeName is what its speakers call a language, ours or not. Of one that nobody
// knows it's the tag.
func NativeName(lang string) string {
	if catalogues[lang] != nil {
		return Name(lang)
	}
	if name := display.Self.Name(language.Make(lang)); name != "" {
		return name
	}
	return lang
}

// rtlScripts are the scripts of living languages written from right to left.
var rtlScripts = [...]string{"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"}

// Dir is the writing direction of any BCP 47 tag, ours or not: "rtl" or "ltr".
// A tag that can't be parsed is "ltr".
func Dir(lang string) string {
	tag, err := language.Parse(strings.TrimSpace(lang))
	if err != nil {
		return "ltr"
	}
	script, _ := tag.Script()
	if slices.Contains(rtlScripts[:], script.String()) {
		return "rtl"
	}
	return "ltr"
}
