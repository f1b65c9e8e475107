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

// languages in the order in which a menu shows them; Default comes first,
// because language.NewMatcher falls back to the first.
var languages = [...]string{
	Default, "zh-CN", "zh-TW", "es", "pt-BR", "fr", "de", "ja", "ko", "tr", "ru", "hi", "ar", "fa",
}

// Languages lists the BCP 47 tags of the languages we speak, Default first.
// The slice is the caller's own.
func Languages() []string { return slices.Clone(languages[:]) }

// catalogue holds the embedded messages, loaded at the first call.
type catalogue struct {
	localizers map[string]*i18n.Localizer
	matcher    language.Matcher
	plain      sync.Map // what has been said without values, by plainKey
}

type plainKey struct{ lang, id string }

// loaded is lazy, so that importing the package costs nothing. Its error can
// only come from an embedded file, which the tests load.
var loaded = sync.OnceValues(load)

func load() (*catalogue, error) {
	bundle := i18n.NewBundle(language.MustParse(Default))
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	c := &catalogue{localizers: make(map[string]*i18n.Localizer, len(languages))}
	tags := make([]language.Tag, 0, len(languages))
	for _, lang := range languages {
		if _, err := bundle.LoadMessageFileFS(files, "messages/"+lang+".yaml"); err != nil {
			return nil, fmt.Errorf("load messages in %s: %w", lang, err)
		}
		tags = append(tags, language.MustParse(lang))
	}
	if _, err := bundle.LoadMessageFileFS(files, "admin/en.yaml"); err != nil {
		return nil, fmt.Errorf("load the words of the pages for editors and operators: %w", err)
	}
	for _, lang := range languages {
		c.localizers[lang] = i18n.NewLocalizer(bundle, lang)
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// Text says message id in lang (any tag; Match finds ours). A value "Count" in
// data, an int, chooses the plural form and may be nil where a message has
// none. Values are put in as they are: escape the result before it enters HTML.
//
// An id that doesn't exist yields the id itself, which a reader can at least
// quote to us; tests keep that from happening to the ids in use.
func Text(lang, id string, data map[string]any) string {
	c, err := loaded()
	if err != nil {
		return id
	}
	key := plainKey{Match(lang), id}
	if len(data) == 0 {
		if text, ok := c.plain.Load(key); ok {
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
	text, err := c.localizers[key.lang].Localize(request)
	if err != nil {
		return id
	}
	if len(data) == 0 {
		c.plain.Store(key, text)
	}
	return text
}

// Match finds the best of our languages for a reader. Each of tags is a BCP 47
// tag or an Accept-Language header (RFC 9110 §12.5.4), the most wanted first;
// what can't be parsed is passed over. Without a match it answers Default.
func Match(tags ...string) string {
	if len(tags) == 1 && slices.Contains(languages[:], tags[0]) {
		return tags[0]
	}
	c, err := loaded()
	if err != nil {
		return Default
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
	_, index, confidence := c.matcher.Match(wanted...)
	if confidence == language.No {
		return Default
	}
	return languages[index]
}

// Name is what lang's speakers call it ("Deutsch"), for a menu. A tag that
// isn't ours yields the name of the language that Match finds for it.
func Name(lang string) string { return Text(lang, "language.name", nil) }

// NativeName is what its speakers call a language, ours or not. Of one that nobody
// knows it's the tag.
func NativeName(lang string) string {
	if slices.Contains(languages[:], lang) {
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
