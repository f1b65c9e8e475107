package letter

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/language"

	"dailytip/render"
	"dailytip/tips"
)

// Newsletter is what all mails of one newsletter have in common.
type Newsletter struct {
	ID       string // as in the configuration: letters, digits, "-" and "_"
	Title    string // what a reader calls it
	Language string // BCP 47; "" means English. Tips without a language are in it
	BaseURL  string // our own site, http or https; "" when there is none
	Accent   string // "#RRGGBB" on white paper; "" is the house's own brown

	// PostalAddress stands at the end of each mail, in one or several lines, ended
	// by \n; "" leaves it out.
	PostalAddress string

	From        mail.Address
	ReplyTo     mail.Address // a zero Address leaves the header out
	ConfirmFrom mail.Address // sender of the notices, but for a tip that is sent again and a proof; zero: From

	// ListDomain is the right side of List-Id (RFC 2919); "": From's domain.
	ListDomain string

	// ArchiveURL is the page with past editions; an edition is below it, see
	// [Content]. "": no List-Archive and no link to read online.
	ArchiveURL string

	// TagHeader names a header field that repeats the left side of the Message-ID,
	// for a provider that writes a Message-ID of its own; "": there is none.
	TagHeader string

	// HelpURL is what List-Help names; "": a mail to ReplyTo, else to From.
	HelpURL string

	// AssetURL is where a library's own files are served: relative images are
	// resolved against it. "": such an image is attached when Assets has it.
	AssetURL string

	// Assets is the library's folder (os.Root's FS keeps links inside it), from
	// which pictures are read while a letter is composed: to attach them when there is no AssetURL, and for
	// their width. What is missing, no PNG, JPEG or GIF, or over 512 KB (1 MB a
	// mail) is replaced by its alt text; Check names it. nil: nothing is
	// attached.
	Assets fs.FS

	// Template is an operator's own shell for mails with tips; nil: ours. The
	// other notices than a tip sent again and a proof always have ours.
	Template *Template
}

// Content is what the readers of an edition get, as the ledger copied it.
type Content struct {
	Edition   int64  // the edition's number, for Feedback-ID; 0 in a preview
	LocalDate string // YYYY-MM-DD
	Tips      []tips.Tip
	// Page is what the content is called in the archive, below ArchiveURL; "":
	// LocalDate. Several tips have no page of their own, but the list.
	Page string
	// Pages are the names, below ArchiveURL, of the pages of other tips that readers
	// can open, by the tips' IDs: where links between tips lead. nil: to none.
	Pages map[string]string
}

// renderOptions are what the tips of a content are rendered with, of which the text is
// in lang.
func (n Newsletter) renderOptions(c Content, lang string, pictures *render.Pictures) render.Options {
	o := render.Options{Language: n.Language, Accent: n.Accent, AssetURL: n.AssetURL, Pictures: pictures}
	if n.ArchiveURL != "" && len(c.Pages) > 0 {
		o.Pages = make(map[string]string, len(c.Pages))
		for id, page := range c.Pages {
			o.Pages[id] = n.pageURL(page, lang)
		}
	}
	return o
}

// pictures reads those of the library for one mail.
func (n Newsletter) pictures() *render.Pictures {
	domain, err := listDomain(n)
	if err != nil {
		domain = "" // check says so
	}
	return render.NewPictures(n.Assets, domain)
}

// onlineURL is where the content can be read in a language.
func (n Newsletter) onlineURL(c Content, lang string) string {
	if len(c.Tips) > 1 {
		return n.pageURL("", lang)
	}
	return n.pageURL(cmp.Or(c.Page, c.LocalDate), lang)
}

// pageURL is a page of the archive in a language; "": the list.
func (n Newsletter) pageURL(page, lang string) string {
	address := strings.TrimSuffix(n.ArchiveURL, "/")
	if page != "" {
		address += (&url.URL{Path: "/" + page}).EscapedPath()
	}
	return address + "?lang=" + url.QueryEscape(lang)
}

var newsletterID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// check finds what would make a broken mail of any content.
func (n Newsletter) check() error {
	if !newsletterID.MatchString(n.ID) {
		return fmt.Errorf("newsletter id %q: use letters, digits, - and _", n.ID)
	}
	for _, f := range []struct{ name, value string }{
		{"title", n.Title},
		{"postal address", strings.ReplaceAll(n.PostalAddress, "\n", "")},
		{"from name", n.From.Name},
		{"reply-to name", n.ReplyTo.Name},
		{"confirm-from name", n.ConfirmFrom.Name},
	} {
		if err := checkLine("newsletter "+f.name, f.value); err != nil {
			return err
		}
	}
	if strings.TrimSpace(n.Title) == "" {
		return errors.New("newsletter title is empty")
	}
	if n.Language != "" {
		if _, err := language.Parse(n.Language); err != nil {
			return fmt.Errorf("newsletter language %q is no BCP 47 tag", n.Language)
		}
	}
	for _, f := range []struct {
		name, address string
		required      bool
	}{
		{"from", n.From.Address, true},
		{"reply-to", n.ReplyTo.Address, false},
		{"confirm-from", n.ConfirmFrom.Address, false},
	} {
		if f.address == "" && !f.required {
			continue
		}
		if _, err := checkAddress("newsletter "+f.name, f.address); err != nil {
			return err
		}
	}
	for _, f := range []struct{ name, url string }{
		{"base URL", n.BaseURL},
		{"archive URL", n.ArchiveURL},
		{"help URL", n.HelpURL},
		{"asset URL", n.AssetURL},
	} {
		if f.url == "" {
			continue
		}
		if err := checkURL("newsletter "+f.name, f.url); err != nil {
			return err
		}
	}
	if _, err := listDomain(n); err != nil {
		return err
	}
	if err := render.CheckAccent(n.Accent); err != nil {
		return fmt.Errorf("newsletter %w", err)
	}
	return nil
}

// listDomain is the right side of List-Id, in ASCII.
func listDomain(n Newsletter) (string, error) {
	domain := n.ListDomain
	if domain == "" {
		domain = n.From.Address[strings.LastIndexByte(n.From.Address, '@')+1:]
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || ascii == "" {
		return "", fmt.Errorf("newsletter list domain %q is no domain", domain)
	}
	return ascii, nil
}
