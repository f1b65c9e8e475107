package letter

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"strconv"
	"strings"
	"sync"

	"dailytip/locale"
	"dailytip/render"
)

// Letter is a mail without its recipient. It is immutable and safe for use by
// several goroutines.
type Letter struct {
	Subject  string // as the reader sees it: "💡 Title", at most 70 characters
	Language string // BCP 47, of the tip's text that was used

	// Personal: the newsletter's template shows the reader's name, so Message
	// fills it in for each recipient instead of once.
	Personal bool

	// Shortened: the HTML has only the beginning of a text that is longer than
	// mail programs show, and says where the rest is.
	Shortened bool

	newsletter Newsletter
	size       int    // of the HTML with all links, in bytes
	words      string // the language of our own words
	page       page   // without links and name
	shell      *Template
	html       filledShells
	hasHTML    bool
	text       textBody
	base64     bool // of both parts, else quoted-printable
	pictures   []render.Picture
	headers    []field
	list       bool // belongs to a subscription: has links to change and end it
	asks       bool // whether its tips were useful
	sender     mail.Address

	summed sync.Once
	sum    [sha256.Size]byte // see digest
}

// textBody is the text part around the votes and the footer's links.
type textBody struct{ card, before, after string }

// ErrTooLarge is what Compose returns, wrapped, when the HTML is over MaxHTML.
var ErrTooLarge = errors.New("more than mail programs show whole")

// ErrShortened is what Check says, wrapped, of a text that is cut.
var ErrShortened = errors.New("the mail shows the beginning of the text only")

// Compose makes the letter of one content for the readers of one language.
// lang is what the reader chose (BCP 47); "" means the newsletter's own. A tip
// that lacks the language is sent in its original, with a line that says so.
// A mail with several tips speaks the reader's language when at least one of
// them has it.
//
// A text that is too long for the HTML is cut at a paragraph, see
// [Letter.Shortened].
//
// It fails when the content has no tip, a value can't stand in a header, or what
// is around the text is over MaxHTML by itself (ErrTooLarge).
func Compose(n Newsletter, c Content, lang string) (*Letter, error) {
	return compose(n, c, lang, "", n.pictures())
}

// compose takes a remark that stands under the first title: a resent tip.
func compose(n Newsletter, c Content, lang, remark string, pictures *render.Pictures) (*Letter, error) {
	if err := n.check(); err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	if len(c.Tips) == 0 {
		return nil, errors.New("compose letter: the content has no tip")
	}
	views, err := views(n, c, lang, pictures)
	if err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	m := views.main()
	l := &Letter{
		Subject:    subject(m.Emoji, m.Title),
		Language:   m.Language,
		newsletter: n,
		words:      m.Words,
		list:       true,
		asks:       true,
		sender:     n.From,
		pictures:   pictures.Attached(),
	}
	if remark != "" {
		views.say(locale.Text(l.words, remark, nil))
	}
	if len(views.Tips) > 1 {
		l.Subject, views.Heading = weeklyWords(views.Tips[0], l.words, len(views.Tips))
	}
	if err := l.writeFitting(c, views); err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	l.writeText(c, views)
	l.headers, err = l.listHeaders(c.Edition)
	if err != nil {
		return nil, fmt.Errorf("compose letter: %w", err)
	}
	return l, nil
}

// slack is what a cut text leaves free, in bytes: measuring goes by what a name
// and addresses usually take.
const slack = 256

// writeFitting writes the HTML, and writes it again with less of the longest text
// as long as it has more than MaxHTML. The text part stays whole.
func (l *Letter) writeFitting(c Content, v letterView) error {
	var err error
	for range 1 + 2*len(v.Tips) {
		if err = l.writeHTML(c, v); !errors.Is(err, ErrTooLarge) {
			return err
		}
		longest := 0
		for i, tip := range v.Tips {
			if len(tip.Content) > len(v.Tips[longest].Content) {
				longest = i
			}
		}
		// Of several long texts none gives way alone.
		has, least := len(v.Tips[longest].Content), MaxHTML/2/len(v.Tips)
		room := max(has-(l.size-MaxHTML)-slack, least)
		if room >= has {
			return err
		}
		l.Shortened = true
		if err := v.Tips[longest].Shorten(room, l.page.Online); err != nil {
			return fmt.Errorf("shorten tip: %w", err)
		}
	}
	return err
}

// writeHTML fills in the card and then the shell around it.
func (l *Letter) writeHTML(c Content, v letterView) error {
	name, title := "daily", v.Tips[0].Title
	if len(v.Tips) > 1 {
		name, title = "weekly", v.Heading
	}
	v.Look = l.look()
	card, err := execute(name, v)
	if err != nil {
		return err
	}
	p := newPage(l.newsletter, l.words)
	p.Title, p.Card = title, card
	p.Preheader = v.Tips[0].Summary
	p.Date = locale.Date(v.dates, c.LocalDate)
	p.Why = render.Phrase(l.words, "mail.why", map[string]template.HTML{
		"Newsletter": render.Isolated(p.Dir, l.newsletter.Title),
	})
	if l.newsletter.ArchiveURL != "" {
		lang := l.Language
		if v.main().Fallback {
			lang = l.words // the page then says why it's in another language
		}
		p.Online = l.newsletter.onlineURL(c, lang)
	}
	if l.newsletter.Template != nil {
		for _, tip := range v.Tips {
			p.Tips = append(p.Tips, pageTipOf(tip))
		}
	}
	return l.wrapHTML(p, l.newsletter.Template)
}

// look is that of our own words.
func (l *Letter) look() render.Look { return render.NewLook(l.newsletter.Accent, l.words) }

// wrapHTML puts a shell around a page's card; nil is our own.
func (l *Letter) wrapHTML(p page, own *Template) error {
	p.Styles = scrollStyles(p.Card, p.Light, p.Dark) + p.Styles
	l.page, l.shell, l.hasHTML = p, own, true
	if own == nil {
		var err error
		if l.shell, err = shell(); err != nil {
			return err
		}
	}
	l.Personal = l.shell.personal
	l.html.filled = map[present]linkedHTML{}
	whole, err := l.fillShell(allLinks, "")
	if err != nil {
		return err
	}
	if l.size = whole.size(); l.size > MaxHTML {
		return fmt.Errorf("the HTML has %d KB, %w, which is %d KB; shorten the text", l.size>>10, ErrTooLarge, MaxHTML>>10)
	}
	return nil
}

// filledShells keeps a letter's HTML by which links there are.
type filledShells struct {
	mu     sync.Mutex
	filled map[present]linkedHTML
}

// fillShell fills in the shell for readers with these links and this name. What has
// no name is kept.
func (l *Letter) fillShell(has present, name string) (linkedHTML, error) {
	if !l.Personal {
		name = ""
	}
	if name == "" {
		l.html.mu.Lock()
		defer l.html.mu.Unlock()
		if f, ok := l.html.filled[has]; ok {
			return f, nil
		}
	}
	p := l.page
	p.Name = name
	links := newPlaceholders(string(p.Card) + "\x00" + name)
	whole, err := l.shell.fill(p.withLinks(links.addresses(has)))
	if err != nil {
		return linkedHTML{}, err
	}
	f := links.cut(whole)
	if name == "" {
		l.html.filled[has] = f
	}
	return f, nil
}

// htmlFor is the HTML part for one recipient; "" in a plain mail.
func (l *Letter) htmlFor(r Recipient) (string, error) { return l.htmlWith(l.addresses(r), r.Name) }

func (l *Letter) htmlWith(a addresses, name string) (string, error) {
	if !l.hasHTML {
		return "", nil
	}
	f, err := l.fillShell(a.present(), name)
	if err != nil {
		return "", err
	}
	return f.fill(a), nil
}

func (l *Letter) writeText(c Content, v letterView) {
	var b strings.Builder
	b.WriteString(render.Wrap(l.newsletter.Title+" · "+locale.Date(v.dates, c.LocalDate), render.TextWidth, "", "") + "\n\n")
	if len(v.Tips) == 1 {
		b.WriteString(v.Tips[0].Text(true))
	} else {
		b.WriteString(render.Wrap(v.Heading, render.TextWidth, "", "") + "\n" + render.Underline(v.Heading) + "\n\n")
		if v.Remark != "" {
			b.WriteString(render.Wrap(v.Remark, render.TextWidth, "", "") + "\n\n")
		}
		for i, tip := range v.Tips {
			mark := strconv.Itoa(i+1) + ". "
			b.WriteString(render.Wrap(tip.Title, render.TextWidth, mark, strings.Repeat(" ", len(mark))) + "\n")
		}
		for _, tip := range v.Tips {
			b.WriteString("\n" + strings.Repeat("-", render.TextWidth) + "\n\n" + tip.Text(false))
		}
	}
	why := locale.Text(l.words, "mail.why", map[string]any{"Newsletter": l.newsletter.Title})
	l.wrapText(b.String(), why)
}

// wrapText adds the footer around the place of its links.
func (l *Letter) wrapText(card, why string) {
	l.text.card = strings.TrimRight(card, "\n") + "\n\n"
	l.text.before = strings.Repeat("_", render.TextWidth) + "\n\n"
	if why != "" {
		l.text.before += render.Wrap(why, render.TextWidth, "", "") + "\n"
	}
	if l.newsletter.PostalAddress != "" {
		for line := range strings.SplitSeq(l.newsletter.PostalAddress, "\n") {
			l.text.after += render.Wrap(line, render.TextWidth, "", "") + "\n"
		}
	}
	// Chinese, Cyrillic, Arabic: base64 is shorter than quoted-printable. The
	// text decides for both parts; the HTML's tags would hide its script.
	l.base64 = base64IsShorter(l.text.card + l.text.before + l.text.after)
}

func (l *Letter) textFor(r Recipient) string { return l.textWith(l.addresses(r)) }

func (l *Letter) textWith(a addresses) string {
	return l.text.card + l.textVotes(a) + l.text.before + l.textLinks(a) + l.text.after
}

// HTML is the HTML part for a preview, with links that lead nowhere and
// attached pictures inside. It is empty for a notice in plain text.
func (l *Letter) HTML() string {
	html, err := l.htmlFor(previewRecipient())
	if err != nil {
		return "" // Compose has filled in this very shell
	}
	for _, p := range l.pictures {
		html = strings.ReplaceAll(html, `"cid:`+p.ID+`"`, `"`+p.DataURL()+`"`)
	}
	return html
}

// Text is the text part for a preview, with links that lead nowhere.
func (l *Letter) Text() string { return l.textFor(previewRecipient()) }

// Size is the length in bytes of the HTML part as it is before its encoding,
// with addresses of the usual length. Compose refuses more than MaxHTML.
func (l *Letter) Size() int {
	if !l.hasHTML {
		return 0
	}
	f, err := l.fillShell(allLinks, "")
	if err != nil {
		return 0 // Compose has filled in this very shell
	}
	return f.size()
}

// weeklyWords are the subject and heading of a mail with several tips. The
// first title gives way, so that the number stays readable.
func weeklyWords(first render.Tip, words string, count int) (subjectLine, heading string) {
	say := func(title string) string {
		return locale.Text(words, "mail.weekly_subject", map[string]any{"Title": title, "Count": count - 1})
	}
	room := maxSubject - len([]rune(say("")))
	title := render.Cut(strings.TrimSpace(first.Emoji+" "+first.Title), max(room, 20))
	heading = locale.Text(words, "mail.weekly_heading", map[string]any{"Count": count})
	return render.Cut(say(title), maxSubject), heading
}

// datesFor is the tag in whose form dates are written: the reader's own, with
// its region, when our words are in its language.
func datesFor(words, own, lang string) string {
	reader := cmp.Or(lang, own, locale.Default)
	if locale.Match(reader) == words {
		return reader
	}
	return words
}
