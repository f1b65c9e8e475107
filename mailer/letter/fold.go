package letter

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

const (
	// maxLine is the longest line that RFC 5322 §2.1.1 asks for, and
	// maxWord the longest encoded word (RFC 2047 §2).
	maxLine = 78
	maxWord = 75

	wordOpen, wordEnd = "=?UTF-8?B?", "?="
)

// folder writes a header's value after what is in b already.
type folder struct {
	b      []byte
	column int // of the next byte; at first the length of "Name: "
	begun  bool
}

// foldInto begins a value behind the header's name, which takes used columns.
func foldInto(b []byte, used int) folder { return folder{b: b, column: used} }

// part adds text that stays on one line, after glue unless it's the first.
func (f *folder) part(glue string, pieces ...string) {
	n := 0
	for _, piece := range pieces {
		n += len(piece)
	}
	f.separate(glue, n)
	for _, piece := range pieces {
		f.b = append(f.b, piece...)
	}
}

// separate makes room for n columns: in the line after glue, which ends in a
// space, or in a new one when they would pass column 78. The first part always
// stays beside the header's name: some programs misread a field whose first
// line is empty.
func (f *folder) separate(glue string, n int) {
	if f.begun {
		f.b = append(f.b, glue...)
		f.column += len(glue)
		if f.column+n > maxLine {
			f.b = append(f.b[:len(f.b)-1], "\r\n "...)
			f.column = 1
		}
	}
	f.begun = true
	f.column += n
}

// text adds unstructured text. Outside ASCII it becomes encoded words.
func (f *folder) text(text string) {
	if !isPlain(text) {
		f.words(text)
		return
	}
	for word := range strings.SplitSeq(text, " ") {
		f.part(" ", word)
	}
}

// phrase adds a display name: as atoms, quoted, or encoded.
func (f *folder) phrase(text string) {
	if !isPlain(text) || isAtoms(text) {
		f.text(text)
		return
	}
	for start := 0; start <= len(text); {
		word, _, more := strings.Cut(text[start:], " ")
		n := len(word) + strings.Count(word, `"`) + strings.Count(word, `\`)
		if start == 0 {
			n++
		}
		if !more {
			n++
		}
		f.separate(" ", n)
		if start == 0 {
			f.b = append(f.b, '"')
		}
		for i := range len(word) {
			if word[i] == '"' || word[i] == '\\' {
				f.b = append(f.b, '\\')
			}
			f.b = append(f.b, word[i])
		}
		start += len(word) + 1
		if !more {
			f.b = append(f.b, '"')
		}
	}
}

// words adds base64 encoded words cut between grapheme clusters, so that an
// emoji isn't torn even by readers that decode each word by itself.
func (f *folder) words(text string) {
	room := min(maxWord, maxLine-f.column)
	start, end, state := 0, 0, -1
	for end < len(text) {
		var cluster string
		cluster, _, _, state = uniseg.FirstGraphemeClusterInString(text[end:], state)
		whole := len(cluster) <= maxCluster
		for len(cluster) > 0 {
			n := len(cluster)
			if !whole {
				_, n = utf8.DecodeRuneInString(cluster)
			}
			// Whole groups of three bytes, each four characters.
			if end > start && len(wordOpen)+len(wordEnd)+(end-start+n+2)/3*4 > room {
				f.word(text[start:end])
				start, room = end, maxWord
			}
			end += n
			cluster = cluster[n:]
		}
	}
	f.word(text[start:end])
}

// maxCluster is the longest cluster in bytes that is kept whole: a base with
// dozens of combining marks fits into no encoded word.
const maxCluster = 36

// word adds one encoded word, each but the first on a line of its own.
func (f *folder) word(text string) {
	if f.begun {
		f.b = append(f.b, "\r\n "...)
		f.column = 1
	}
	f.begun = true
	before := len(f.b)
	var raw [maxWord]byte
	f.b = append(f.b, wordOpen...)
	f.b = base64.StdEncoding.AppendEncode(f.b, raw[:copy(raw[:], text)])
	f.b = append(f.b, wordEnd...)
	f.column += len(f.b) - before
}

// isPlain says whether text can stand in a header as it is. What looks like an
// encoded word would be decoded by the reader's program, blanks beside each
// other could get lost, and a long word doesn't fit into a line even when all
// of it has to be quoted.
func isPlain(text string) bool {
	word := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c > '~':
			return false
		case c == '=' && i+1 < len(text) && text[i+1] == '?':
			return false
		case c != ' ':
			word++
		case word == 0 || i == len(text)-1:
			return false
		default:
			word = 0
		}
		if word > 450 {
			return false
		}
	}
	return true
}

// isAtoms says whether plain text is a phrase as it is (RFC 5322 §3.2.3).
func isAtoms(text string) bool {
	for i := range len(text) {
		if text[i] != ' ' && !isAtomByte(text[i]) {
			return false
		}
	}
	return text != ""
}

func isAtomByte(c byte) bool {
	return isLetterOrDigit(c) || c < utf8.RuneSelf && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
}
