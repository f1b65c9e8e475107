package letter

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"dailytip/locale"
	"dailytip/tips"
)

// subscriber is a recipient as the daemon makes them, with all links.
func subscriber(i int) Recipient {
	r := recipient(i)
	token := func(purpose string) string { return fmt.Sprintf("%s%0*d", purpose, 32-len(purpose), i) }
	r.UnsubscribeURL = "https://tips.example.com/u/" + token("AAEF-un_")
	r.PreferencesURL = "https://tips.example.com/preferences/" + token("AAEFpref")
	r.UsefulURL = "https://tips.example.com/vote/" + token("AAEFyes") + "?for=1&day=2"
	r.UselessURL = "https://tips.example.com/vote/" + token("AAEFno") + "?for=0&day=2"
	r.UnsubscribeMailto = "unsub+" + strings.ToLower(token("x")) + "@example.com"
	return r
}

func mergeOf(t testing.TB, l *Letter) *Merge {
	t.Helper()
	m, err := l.Merge()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// merged is the message for r, for whom a document must be enough, once another
// of the same shape has come.
func merged(t testing.TB, m *Merge, r Recipient) []byte {
	t.Helper()
	if _, err := m.Append(nil, r); err != nil {
		t.Fatal(err)
	}
	data, fast, err := m.append([]byte("before"), &r)
	if err != nil || !fast || !bytes.HasPrefix(data, []byte("before")) {
		t.Fatalf("%s <%s>: merged %v, %v", r.Name, r.Email, fast, err)
	}
	return data[len("before"):]
}

// mimePart is a message, or a part of it, as a reader's program sees it.
type mimePart struct {
	Header map[string][]string
	Body   string
	Parts  []mimePart
}

func parseMessage(t testing.TB, data []byte) mimePart {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return parsePart(t, m.Header, m.Body)
}

func parsePart(t testing.TB, header map[string][]string, body io.Reader) mimePart {
	t.Helper()
	p := mimePart{Header: header}
	kind, params, err := mime.ParseMediaType(mail.Header(header).Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		switch mail.Header(header).Get("Content-Transfer-Encoding") {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		decoded, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		p.Body = string(decoded)
		return p
	}
	header["Content-Type"] = []string{kind} // its boundary is random
	for parts := multipart.NewReader(body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return p
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Parts = append(p.Parts, parsePart(t, part.Header, part))
	}
}

// votes shows all that a reader's links can be in.
const votes = `<div>{{.Card}}<p><a href="{{.Unsubscribe}}">{{.Unsubscribe}}</a>
<a href='{{.Useful}}'>+</a><a href="{{.Useless}}">-</a>{{.Useful}}{{.Useless}}{{range .Links}}
<a href="{{.URL}}">{{.Label}}</a>{{end}}</p></div>
`

// One language of each script; the long tests have all of them.
func TestMergedIsWhatGoMailWrites(t *testing.T) {
	mergedIsWhatGoMailWrites(t, locale.Default, "zh-TW", "ja", "ru", "ar")
}

// What is merged reads, in every language and encoding, with and without
// pictures, for every kind of name and address, as what go-mail writes for that
// recipient alone; and it is Message's bytes.
func mergedIsWhatGoMailWrites(t *testing.T, languages ...string) {
	t.Helper()
	shell, faults := ParseTemplate("votes", votes)
	if faults != nil {
		t.Fatal(faults)
	}
	addresses := []string{
		"ana@example.org", "ana@bücher.example", "ana+tag=x@mail.example.co.uk", strings.Repeat("a.b-", 16) + "@example.org",
		"jörg@example.org", "Ana@EXAMPLE.org",
	}
	plain, pictured := content(load(t, "say-it")), content(load(t, "pictures"))
	for i, lang := range languages {
		for k := range 8 {
			n := newsletter()
			c := plain
			if k&1 != 0 {
				n.AssetURL, n.Assets = "", os.DirFS("../../render/testdata/gallery")
				c = pictured
			}
			if k&4 != 0 {
				n.Template = shell
			}
			l, err := Compose(n, c, lang)
			if err != nil {
				t.Fatal(err)
			}
			l.base64 = k&2 != 0
			if (len(l.pictures) > 0) != (k&1 != 0) {
				t.Fatalf("%s: %d pictures", lang, len(l.pictures))
			}
			m := mergeOf(t, l)
			for j := range 2 { // over all the languages, each case meets each name
				name := names[(2*i+j+k)%len(names)]
				r := subscriber(1000*i + j)
				r.Name, r.Email = name, addresses[(i+j+k)%len(addresses)]
				got := merged(t, m, r)
				to, err := r.check()
				if err != nil {
					t.Fatal(err)
				}
				raw, err := l.render(r, to, l.addresses(r))
				if err != nil {
					t.Fatal(err)
				}
				if a, b := parseMessage(t, got), parseMessage(t, raw); !reflect.DeepEqual(a, b) {
					t.Fatalf("%s, %d, %q: merged\n%v\ngo-mail\n%v", lang, k, name, a.Header, b.Header)
				}
				if want, err := l.Message(r); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%s, %d, %q: other bytes than Message's, %v", lang, k, name, err)
				}
				if err := checkLines(got); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// A fresh letter on another machine gives the same bytes, whoever came first.
func TestMergedOnTwoMachines(t *testing.T) {
	a, b := mergeOf(t, compose1(t, withPictures(), "ar")), mergeOf(t, compose1(t, withPictures(), "ar"))
	for i := range 5 {
		merged(t, a, subscriber(i))
	}
	if !bytes.Equal(merged(t, a, subscriber(9)), merged(t, b, subscriber(9))) {
		t.Error("two nodes send different bytes")
	}
}

// Who doesn't fit gets a mail of their own, the same that Message gives.
func TestMergeFallsBack(t *testing.T) {
	named, faults := ParseTemplate("own.html", goodTemplate)
	if faults != nil {
		t.Fatal(faults)
	}
	personal := newsletter()
	personal.Template = named
	var tooMany []Recipient
	for i := range maxDocuments + 1 {
		r := subscriber(i)
		r.UnsubscribeURL += strings.Repeat("x", i)
		tooMany = append(tooMany, r)
	}
	set := func(change func(r *Recipient)) Recipient {
		r := subscriber(1)
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		n    Newsletter
		rs   []Recipient
		want []bool // merged
	}{
		"a name in the text": {personal, []Recipient{
			subscriber(1), set(func(r *Recipient) { r.Name = "Ana" }), subscriber(2),
		}, []bool{true, false, true}},
		"many lengths": {newsletter(), append(tooMany, subscriber(7)), append(slices.Repeat([]bool{true}, maxDocuments), false, true)},
		"short addresses": {newsletter(), []Recipient{
			set(func(r *Recipient) { r.UnsubscribeURL = "https://x.example/1" }), subscriber(1),
		}, []bool{false, true}},
		"links come and go": {newsletter(), []Recipient{
			subscriber(1), set(func(r *Recipient) { r.PreferencesURL = "" }),
			set(func(r *Recipient) { r.UnsubscribeURL = "" }),
			set(func(r *Recipient) { r.UnsubscribeURL, r.UnsubscribeMailto = "", "" }), subscriber(2),
		}, []bool{true, true, true, true, true}},
		"what an encoding changes": {newsletter(), []Recipient{
			subscriber(1), set(func(r *Recipient) { r.UnsubscribeURL = strings.Replace(r.UnsubscribeURL, "/u/", "/=/", 1) }),
			set(func(r *Recipient) { r.UnsubscribeURL = strings.Replace(r.UnsubscribeURL, "/u/", "/&/", 1) }), subscriber(2),
		}, []bool{true, true, true, true}},
	} {
		for _, base64 := range []bool{false, true} {
			l := compose1(t, c.n, "en")
			l.base64 = base64
			m := mergeOf(t, l)
			for i, r := range c.rs {
				if _, fast, err := m.append(nil, &r); err != nil || fast && i == 0 {
					t.Errorf("%s: recipient %d is merged the first time, %v", name, i, err)
				}
			}
			for i, r := range c.rs {
				data, fast, err := m.append(nil, &r)
				if err != nil {
					t.Fatal(err)
				}
				if fast != c.want[i] {
					t.Errorf("%s: recipient %d is merged: %v", name, i, fast)
				}
				if want, err := l.Message(r); err != nil || !bytes.Equal(data, want) {
					t.Errorf("%s: recipient %d gets other bytes than Message's, %v", name, i, err)
				}
			}
		}
	}
}

// Many goroutines share a mail merge from its first recipient on.
func TestMergeIsShared(t *testing.T) {
	l := compose1(t, newsletter(), "zh-CN")
	m := mergeOf(t, l)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			var data []byte
			for j := range 20 {
				r := subscriber(100*i + j)
				r.PreferencesURL = []string{r.PreferencesURL, ""}[j%2]
				var err error
				if data, err = m.Append(data[:0], r); err != nil || !bytes.Contains(data, []byte(r.MessageID)) {
					t.Error(err)
				}
				if want, err := l.Message(r); err != nil || !bytes.Equal(data, want) {
					t.Error("a reader got another's mail")
				}
			}
		})
	}
	all.Wait()
}

// A notice without links, in one part, can be merged as well.
func TestMergeOfAnAlert(t *testing.T) {
	l, err := ComposeNotice(newsletter(), Notice{Kind: Alert, Subject: "Content-Type: text/plain", Text: ".\n--=_x\nThe relay is down."})
	if err != nil {
		t.Fatal(err)
	}
	want, err := l.Message(subscriber(1))
	if err != nil || !bytes.Equal(merged(t, mergeOf(t, l), subscriber(1)), want) {
		t.Errorf("other bytes than Message's, %v", err)
	}
}

func TestMergeOfABrokenLetter(t *testing.T) {
	l := compose1(t, newsletter(), "en")
	l.headers = append(l.headers, field{"X-Long", strings.Repeat("x", 1000)})
	if _, err := l.Merge(); err == nil || !strings.Contains(err.Error(), "more than 998") {
		t.Errorf("want an error about the line, got %v", err)
	}
}

// Soft line breaks and groups of three bytes fall on any byte of an address,
// whatever stands before it and however long it is.
func TestMergedAnywhere(t *testing.T) {
	bare := compose1(t, newsletter(), "en")
	rapid.Check(t, func(t *rapid.T) {
		l := &Letter{
			Subject: "x", Language: "en", newsletter: bare.newsletter, words: "en", page: bare.page, list: true, sender: bare.sender,
			headers: bare.headers, base64: rapid.Bool().Draw(t, "base64"),
			text: textBody{before: rapid.StringMatching(`([a-zé.=& 。\n]{0,90}|x{60,80})`).Draw(t, "before"), after: rapid.StringMatching(`[a-zé.= \n]{0,90}\n`).Draw(t, "after")},
		}
		tail := rapid.StringMatching(`[A-Za-z0-9_=&'/-]{32,120}`).Draw(t, "tail")
		m, err := l.Merge()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			r := recipient(1)
			change := strings.NewReplacer("a", string(rune('a'+i)), "1", string(rune('1'+i)))
			r.UnsubscribeURL = "https://tips.example.com/u/" + change.Replace(tail)
			r.PreferencesURL = "https://tips.example.com/p/" + change.Replace(tail)
			data, fast, err := m.append(nil, &r)
			if err != nil || fast != (i > 0) {
				t.Fatalf("recipient %d is merged: %v, %v", i, fast, err)
			}
			want, err := l.Message(r)
			if err != nil || !bytes.Equal(data, want) {
				t.Fatalf("other bytes than Message's, %v", err)
			}
		}
	})
}

// Whatever a recipient is, Append does what Message does: the same bytes or an
// error, never a header of the recipient's own.
func FuzzAppend(f *testing.F) {
	for _, name := range names {
		f.Add(name, "ana@example.org", "1.2@example.com", "u/token", "unsub@example.com")
	}
	f.Add("Ana\r\nBcc: b@example.org", "a@b\r\nX: y", "1\r\n@x", "\r\n", "a\u202E@x")
	f.Add("\u202Eana", "jörg@bücher.example", "x@y", "?a=b&c='d'", "ü@x")
	f.Add(strings.Repeat(`"`, 2000), strings.Repeat("a", 64)+"@x", "x@y", strings.Repeat("/", 850), `"a b"@x`)
	c := content(tips.Tip{ID: "x", Title: "A", Body: "B."})
	l, err := Compose(newsletter(), c, "en")
	if err != nil {
		f.Fatal(err)
	}
	m := mergeOf(f, l)
	f.Fuzz(func(t *testing.T, name, email, id, path, mailto string) {
		r := Recipient{
			Name: name, Email: email, MessageID: id, ReturnPath: mailto, Date: november,
			UnsubscribeURL: "https://tips.example.com/" + path, PreferencesURL: "https://tips.example.com/p" + path, UnsubscribeMailto: mailto,
		}
		got, err := m.Append(nil, r)
		want, wantErr := l.Message(r)
		if (err == nil) != (wantErr == nil) || !bytes.Equal(got, want) {
			t.Fatalf("Append says %v, Message %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if err := checkLines(got); err != nil {
			t.Fatal(err)
		}
		message, err := mail.ReadMessage(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		if len(message.Header) != len(headerOrder)-1 { // no Content-Transfer-Encoding
			t.Fatalf("the header has %d fields: %v", len(message.Header), message.Header)
		}
		to, err := message.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Name != name {
			t.Errorf("To of %q reads as %v, %v", name, to, err)
		}
	})
}

func mustMessage(t testing.TB, l *Letter, r Recipient) []byte {
	t.Helper()
	data, err := l.Message(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
