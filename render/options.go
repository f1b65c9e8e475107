package render

// Options are what all tips of one newsletter have in common.
type Options struct {
	// Language is that of tips which name none (BCP 47); "" means English.
	Language string

	// Accent is a colour that [CheckAccent] accepts; "": the house's own brown.
	// Only mails need it, since a page brings its own style sheet.
	Accent string

	// AssetURL is where a library's own files are served: relative images are
	// resolved against it. "": such an image is attached when Pictures has it.
	AssetURL string

	// Pages are the addresses of the pages of tips that readers can open, by the tips'
	// IDs. A link to any other tip leaves its words.
	Pages map[string]string

	// Pictures finds those of the library, to attach them to a mail or to learn
	// how wide they are; nil: none.
	Pictures *Pictures
}
