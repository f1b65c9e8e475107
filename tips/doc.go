// Package tips reads a folder of tips and turns them into what others need.
//
// It owns: the Tip, reading markdown files with front matter (our own and other
// people's), watching a folder for changes, repairing text that a wrong
// decoding damaged, lint, and markdown → safe HTML and plain text.
//
// It refuses: to choose which tip goes out, to know any subscriber, to compose
// mail, and to write to a library unless asked by [WriteFile] or [NewTip].
//
// # What a tip file may look like
//
// The front matter is YAML between "---" lines, TOML between "+++" lines, JSON in
// braces, or missing. Blank lines and comments may stand above it. Keys are
// matched without regard to case; these mean something:
//
//	id                     the tip's id; default: the path without its extension
//	title                  default: the heading that opens the text or the only one of level 1, which then
//	                       leaves the body; else the file's name
//	emoji, link, author    author may be a list
//	source                 name of the source; an address here counts as link when there is none
//	tags, tag, categories, category   lists, or strings with commas; all become tags
//	created                default: date, publishDate, the date in a file name such as 2022-01-28-slug.md
//	modified               also: lastmod, updated, last_modified_at
//	date                   a plain date: a pin until it's over, then when the tip was written;
//	                       with a time of day: not before
//	pin                    the only day: 2026-12-24, or 12-24 for every year
//	publishDate            not before; also: pubDate, published with a date, a file name with one
//	expiryDate             no more from then on; also: unpublishDate
//	draft                  also: private, published and publish: false, status: draft
//	build, headless, permalink   of what a site makes no page of
//	lang, language         language of the text, as BCP 47
//
// All other keys are kept in [Tip.Extra].
//
// # Sections
//
// Headings of level 2 outside of code and of details blocks split the text:
// "Tip" is the body, "Translations" and "Mindmap" are what they say. Without a
// "Tip" heading the body is the whole text less those two sections. With one,
// text in other sections isn't sent, and a fault says so.
//
// # Translations
//
// Each details block in "Translations" is one: its language is the lang
// attribute of details or summary, else the flag in the summary (by region:
// 🇧🇷 is pt-BR, 🇪🇸 is es); its title is the summary without the flag, else the
// first heading. A heading "Mindmap" of any level inside the block begins the
// translation's own mind map. A data-modified attribute on details says when
// the translation was changed. A file name.zh-CN.md beside name.md is a
// translation too, written like a tip; it wins over a block of that language.
//
// Languages are written minimally: a region or script is named only when it
// isn't the likely one (es, de-CH, sr-Latn); zh and pt always have a region,
// as readers of zh-CN and zh-TW, pt-BR and pt-PT expect different texts.
package tips
