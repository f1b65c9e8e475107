package listfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	textunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// charset is how a file's bytes are read.
type charset struct {
	encoding encoding.Encoding // nil: UTF-8
	returns  bool              // lines end with a carriage return, as on old Macs
	note     string            // what the operator should know of it
}

// reader returns the text of a file that is read from its beginning.
func (c charset) reader(in io.Reader) *bufio.Reader {
	if c.encoding != nil {
		in = transform.NewReader(in, c.encoding.NewDecoder())
	}
	if c.returns {
		in = returnReader{in}
	}
	text := bufio.NewReader(in)
	if bom, _ := text.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = text.Discard(3)
	}
	return text
}

// returnReader makes each carriage return the end of a line.
type returnReader struct{ io.Reader }

func (r returnReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for i := range p[:n] {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// findCharset finds out how a file is written, or takes the operator's word for it.
func findCharset(in io.Reader, name string) (c charset, err error) {
	if name != "" {
		if c.encoding, err = htmlindex.Get(name); err != nil {
			return c, fmt.Errorf("the charset %q is unknown; write one such as utf-8, windows-1252 or utf-16le", name)
		}
	}
	bytesOf := bufio.NewReaderSize(in, maxLine)
	start, _ := bytesOf.Peek(4096)
	wide := utf16(start)
	if name == "" && wide != nil {
		c.encoding = wide
	}
	zero := bytes.ReplaceAll(start, []byte{0}, nil) // of UTF-16, the ASCII in it
	c.returns = bytes.IndexByte(zero, '\n') < 0 && bytes.IndexByte(zero, '\r') >= 0
	if c.encoding != nil {
		return c, nil
	}
	return c, c.look(bytesOf)
}

// utf16 tells whether a file begins like UTF-16: with its mark, or with every second
// byte zero, which is certain in a list of addresses.
func utf16(start []byte) encoding.Encoding {
	var zeros [2]int
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(start) / 2
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), half > 4 && zeros[1] > half*3/4 && zeros[0] == 0:
		return textunicode.UTF16(textunicode.LittleEndian, textunicode.UseBOM)
	case bytes.HasPrefix(start, []byte("\xfe\xff")), half > 4 && zeros[0] > half*3/4 && zeros[1] == 0:
		return textunicode.UTF16(textunicode.BigEndian, textunicode.UseBOM)
	}
	return nil
}

// look reads all of a file that isn't UTF-16. One that isn't UTF-8 either, in any
// part, is Windows-1252 when each of its words says so.
func (c *charset) look(in *bufio.Reader) error {
	broken, other, certain := false, false, true
	for {
		part, err := in.ReadSlice('\n')
		switch {
		case isASCII(part):
		case utf8.Valid(part):
			other = true
		default:
			broken = true
			certain = certain && westernLine(part)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("read: %w", err)
		}
	}
	switch {
	case !broken:
	case certain && !other:
		c.encoding = charmap.Windows1252
		c.note = "the file isn't UTF-8; it's read as Windows-1252, which all its words fit (--charset names another)"
	default:
		c.note = "the file isn't UTF-8 everywhere; if it comes from a spreadsheet in Western Europe or America, add --charset windows-1252, elsewhere another (windows-1250, windows-1251, …)"
	}
	return nil
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// westernLine tells whether each word of a line can only be Windows-1252: in the other
// charsets of spreadsheets (Windows-1250, 1251, 1253, 1254, 1257, those of DOS and of
// old Macs) it would be no word.
func westernLine(line []byte) bool {
	text, err := charmap.Windows1252.NewDecoder().Bytes(line)
	if err != nil {
		return false
	}
	for _, word := range strings.FieldsFunc(string(text), func(r rune) bool { return r < utf8.RuneSelf && !isLetter(r) }) {
		if !westernWord([]rune(word)) {
			return false
		}
	}
	return true
}

// Where a letter of Windows-1252 is certain: everywhere beside a Latin letter, or only
// before some letters, where the letters that other charsets have in its place don't
// stand (Polish writes no ń before a vowel, Romanian no ă before an o).
const certainLetters = "áéíóúäöüßåÁÉÍÓÚÄÖÜÅ"

var certainBefore = map[rune]string{'ñ': "aeiouáéíóú", 'ã': "o", 'ç': "aouã", 'õ': "e"}

func westernWord(word []rune) bool {
	for i, r := range word {
		if r < utf8.RuneSelf {
			continue
		}
		before, after := i > 0 && isLetter(word[i-1]), i+1 < len(word) && isLetter(word[i+1])
		switch {
		case strings.ContainsRune(certainLetters, r):
			if !before && !after {
				return false
			}
			// An upper-case letter within a lower-case word is one of a Mac's.
			if i > 0 && strings.ToLower(string(r)) != string(r) && strings.ToLower(string(word[i-1])) == string(word[i-1]) {
				return false
			}
		case i+1 < len(word) && strings.ContainsRune(certainBefore[r], word[i+1]):
		default:
			return false
		}
	}
	return true
}

// isLetter tells whether a character is a Latin letter of ASCII.
func isLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' && r < utf8.RuneSelf }
