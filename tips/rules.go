package tips

// The rules that faults name. Those of the first group are found while a file
// is read, the rest by Lint; a few by both.
const (
	RuleUnreadable       = "unreadable"         // the file or folder can't be read
	RuleNotMarkdown      = "not-markdown"       // files in a format that isn't read
	RuleConflict         = "merge-conflict"     // the marks of a merge that isn't done
	RuleTooBig           = "too-big"            // over MaxFileSize
	RuleTooComplex       = "too-complex"        // markup that would take seconds to render
	RuleInvalidUTF8      = "invalid-utf8"       //
	RuleFrontMatterOpen  = "front-matter-open"  // never closed
	RuleFrontMatter      = "front-matter"       // not valid YAML or TOML
	RuleInvalidDate      = "invalid-date"       // date, created or modified that is none
	RuleInvalidLanguage  = "invalid-language"   // lang that is no language tag
	RuleInvalidValue     = "invalid-value"      // a value of the wrong kind
	RuleDuplicateID      = "duplicate-id"       //
	RuleDamagedText      = "damaged-text"       // lost characters
	RuleUnknownSection   = "unknown-section"    // text outside "## Tip" that isn't sent
	RuleUnclosedDetails  = "unclosed-details"   //
	RuleEmptyTranslation = "empty-translation"  //
	RuleLanguage         = "translation-lang"   // a translation in an unknown language
	RuleSameLanguage     = "translation-repeat" // two translations in one language
	RuleEmptyMindmap     = "empty-mindmap"      //

	RuleMissingTitle   = "missing-title"
	RuleLongTitle      = "long-title"
	RuleDuplicateTitle = "duplicate-title"
	RuleMissingLink    = "missing-link"
	RuleBadLink        = "bad-link" // not http or https
	RuleEmptyBody      = "empty-body"
	RuleLongBody       = "long-body"
	RuleUntitled       = "translation-title"    // a translation without a title
	RuleOutdated       = "translation-outdated" // older than the tip
	RuleImageAlt       = "image-alt"            // an image without alternative text
	RuleDatePast       = "date-past"            // pinned to a day that is over
	RuleDateTaken      = "date-taken"           // pinned to a day that another tip has
	maxVisible         = 24                     // characters of damaged text that a message quotes
	maxTitle           = 90                     // characters
	maxWords           = 250
)
