package listfile_test

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"dailytip/subscribers/listfile"
)

// readCSV opens a file and returns its rows.
func readCSV(in io.ReadSeeker, newsletters []string) (iter.Seq[listfile.Row], error) {
	file, err := listfile.Open(in, listfile.Options{Newsletters: newsletters})
	if err != nil {
		return nil, err
	}
	return file.Rows(), nil
}

func TestABrokenRowCostsItself(t *testing.T) {
	file := "\ufeffEmail;Name;timezone\r\n" +
		"ana@example.com;Ana;Europe/Berlin\r\n" +
		"not an address;X;\r\n" +
		"bo@example.com;Bo;Mars/Olympus\r\n" +
		"\"multi;line\r\nname\r\n" +
		"cy@example.com\";Cy;\r\n" +
		"di@example.com;\"Di;Dee\";\r\n" +
		"ed@example.com;Ed;;;;extra\r\n" +
		"flo@example.com"
	rows, err := readCSV(strings.NewReader(file), []string{"management"})
	if err != nil {
		t.Fatal(err)
	}
	var good []string
	bad := map[int]string{}
	for row := range rows {
		if row.Err != nil {
			bad[row.Line] = row.Err.Error()
			continue
		}
		good = append(good, string(row.Request.Address))
	}
	if want := []string{"ana@example.com", "di@example.com", "flo@example.com"}; !slices.Equal(good, want) {
		t.Errorf("good rows %q, want %q", good, want)
	}
	for line, want := range map[int]string{3: "just the address", 4: "Mars/Olympus", 5: "not closed", 6: "no @", 7: "middle of a field", 9: "6 fields"} {
		if said, ok := bad[line]; !ok || !strings.Contains(said, want) {
			t.Errorf("line %d: %q, want %q (all: %v)", line, said, want, bad)
		}
	}
}

func TestTheHeaderMustNameTheAddress(t *testing.T) {
	for _, file := range []string{"", "ana@example.com,Ana\n", "name,language\nAna,en\n"} {
		if _, err := readCSV(strings.NewReader(file), []string{"a"}); err == nil {
			t.Errorf("%q was taken", file)
		}
	}
	rows, err := readCSV(strings.NewReader("email\na@example.com\n"), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	for row := range rows {
		if row.Err == nil || !strings.Contains(row.Err.Error(), "one of a, b") {
			t.Errorf("a row without newsletter among several: %v", row.Err)
		}
	}
}

// read reads a file into what became of its lines, in a short form.
func readAll(t testing.TB, file string) (all []string) {
	t.Helper()
	rows, err := readCSV(strings.NewReader(file), []string{"management"})
	if err != nil {
		t.Fatalf("%q: %v", file, err)
	}
	for row := range rows {
		if row.Err != nil {
			all = append(all, fmt.Sprintf("%d: refused", row.Line))
			continue
		}
		all = append(all, fmt.Sprintf("%d: %s %s", row.Line, row.Request.Address, row.Request.Preferences.Name))
	}
	return all
}

func TestAStrayQuoteCostsItsOwnRow(t *testing.T) {
	const ana, cy, di = "ana@example.com,Ana", "cy@example.com,Cy", `di@example.com,"Di, the 4th"`
	for _, bad := range []string{
		`bo@example.com,Bo "B" Jones`, `bo@example.com,"Bo`, `bo@example.com,Bo"`, `"bo@example.com,Bo`, `bo@example.com","Bo"`, `bo@example.com,"Bo" Jones`,
		`bo@example.com,"Bo ""B" Jones"`, `bo@example.com,"Bo""`, `bo@example.com,5" nails`, `"`, `"""`, `bo@example.com,"Bo,""`, `bo@example.com,""Bo""`,
	} {
		for _, end := range []string{"\n", "\r\n"} {
			got := readAll(t, strings.Join([]string{"email,name", ana, bad, cy, "", di, bad, cy, ana}, end)+end)
			want := []string{"2: ana@example.com Ana", "3: refused", "4: cy@example.com Cy", "6: di@example.com Di, the 4th", "7: refused", "8: cy@example.com Cy", "9: ana@example.com Ana"}
			if !slices.Equal(got, want) {
				t.Errorf("%q: %q, want %q", bad, got, want)
			}
		}
	}
}

// A line break within quotes belongs to the field where nothing else can be meant.
func TestAFieldMayHaveALineBreak(t *testing.T) {
	for file, want := range map[string][]string{
		"email,name\nana@example.com,\"Ana\nLopez\"\ncy@example.com,Cy\n":                      {"2: ana@example.com Ana Lopez", "4: cy@example.com Cy"},
		"email,name\r\nana@example.com,\"Ana \"\"Nana\"\"\r\n\r\nLopez\"\r\ncy@example.com,Cy": {`2: ana@example.com Ana "Nana" Lopez`, "5: cy@example.com Cy"},
		"name;email\n\"Ana\nLopez\";ana@example.com\n":                                         {"2: ana@example.com Ana Lopez"},
		// Not certain: another person's row would be swallowed, or the row isn't whole.
		"email,name\nana@example.com,\"Ana\ncy@example.com,Cy\"\n":              {"2: refused", "3: refused"},
		"email,name\nana@example.com,\"Ana\ncy@example.com,Cy\n":                {"2: refused", "3: cy@example.com Cy"},
		"email,name,days\nana@example.com,\"Ana\nLopez\"\n":                     {"2: refused", "3: refused"},
		"name,email\n\"Ana,ana@example.com\nCy\",cy@example.com\n":              {"2: refused", "3: refused"},
		"email,name\nana@example.com,\"Ana" + strings.Repeat("\n", 50) + "\"\n": {"2: refused", "52: refused"},
	} {
		if got := readAll(t, file); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}

func TestAnEndlessLineCostsItself(t *testing.T) {
	got := readAll(t, "email,name\na@example.com,"+strings.Repeat("x", 1<<20)+"\nb@example.com,B\n")
	if want := []string{"2: refused", "3: b@example.com B"}; !slices.Equal(got, want) {
		t.Errorf("%.200q, want %q", got, want)
	}
}

// Each line of a file is part of one row, imported or refused, or it's blank; and
// nobody's row is taken for a part of another's.
func FuzzRows(f *testing.F) {
	f.Add("email,name\na@example.com,Ana\n")
	f.Add("email;timezone;days\n\"a@example.com\";GMT+8;MON-FRI\n")
	f.Add("\ufeffemail\tlanguage\na@example.com\tGerman (Austria)\n\"")
	f.Add("\n\nemail,name\r\na@example.com,\"A\r\nB\"\r\n,\r\n\"\r\nb@example.com,\"B\nc@example.com,C\"\n")
	f.Add("email,name\na@example.com,\"Bo \"B\" Jones\"\nb@example.com,\"x\n\n\n\ny\"")
	f.Add("email,state,suppressed_at\na@example.com,suppressed,2026-11-28T07:00:00Z\nb@example.com,active,x\n")
	f.Add("sep=;\nEmail Address;OPTIN_TIME;status\na@example.com;1/2/2018;bounced\n")
	f.Add("Ana <a@example.com>\nmailto:b@example.com?x\n\"B, C\" <c@example.com>;\n")
	f.Add("id,email,note\n1,a@example.com,\"x\nb@example.com, y\"\n2,c@example.com,M\xfcller\n")
	f.Add("\xff\xfee\x00m\x00a\x00i\x00l\x00\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := readCSV(strings.NewReader(text), []string{"management"})
		if err != nil {
			return
		}
		all := slices.Collect(rows)
		for _, row := range all {
			if row.Err == nil && strings.ContainsAny(string(row.Request.Address)+row.Request.Preferences.Name, "\r\n\x00") {
				t.Fatalf("a control character came through: %+v", row.Request)
			}
		}
		if utf8.ValidString(text) && !strings.Contains(text, "\x00") && strings.Contains(text, "\n") {
			eachLineOnce(t, strings.TrimPrefix(text, "\ufeff"), all)
		}
	})
}

func eachLineOnce(t *testing.T, text string, rows []listfile.Row) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	blank := func(line string) bool {
		return strings.TrimFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`",;|`, r) }) == ""
	}
	first := slices.IndexFunc(lines, func(line string) bool { return !blank(line) }) // the header, or sep=, or the first address
	next := first + 2
	if len(rows) > 0 && rows[0].Line == first+1 {
		next = first + 1
	} else if strings.Contains(lines[first], "sep=") || strings.Contains(lines[first], "SEP=") {
		return
	}
	header := lines[first]
	for _, row := range rows {
		if row.Line < next || row.Lines < 1 || row.Line+row.Lines-1 > len(lines) {
			t.Fatalf("a row of lines %d to %d of %d; the one before ended with %d", row.Line, row.Line+row.Lines-1, len(lines), next-1)
		}
		for ; next < row.Line; next++ {
			if !blank(lines[next-1]) {
				t.Fatalf("line %d was swallowed: %q", next, lines[next-1])
			}
		}
		next = row.Line + row.Lines
		for i := row.Line; i < next-2; i++ { // the lines between the first and the last
			inner, err := readCSV(strings.NewReader(header+"\n"+lines[i]+"\n"), []string{"management"})
			if err != nil {
				continue
			}
			for other := range inner {
				if other.Err == nil && row.Err == nil {
					t.Fatalf("line %d is a row of its own, and was taken for a part of line %d: %q", i+1, row.Line, lines[i])
				}
			}
		}
	}
	for ; next <= len(lines); next++ {
		if !blank(lines[next-1]) {
			t.Fatalf("line %d was swallowed: %q", next, lines[next-1])
		}
	}
}

// Who is called by a title or by initials is a reader all the same.
func TestANameCostsNobodyTheirPlace(t *testing.T) {
	names := []string{"J.de Vries", "Dr.med. X", "https://evil.example", "a\u202eb", strings.Repeat("x", 65)}
	var file strings.Builder
	file.WriteString("email,name\n")
	for _, name := range names {
		file.WriteString("ana@example.com," + name + "\n")
	}
	rows, err := readCSV(strings.NewReader(file.String()+"bo@example.com,Bo\n"), []string{"management"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row := range rows {
		n++
		if row.Err != nil || row.Request.Address == "" {
			t.Errorf("line %d: refused: %v", row.Line, row.Err)
		}
		if n > len(names) {
			if len(row.Notes) > 0 || row.Request.Preferences.Name != "Bo" {
				t.Errorf("line %d: %v, %q", row.Line, row.Notes, row.Request.Preferences.Name)
			}
			continue
		}
		if len(row.Notes) != 1 || !strings.Contains(row.Notes[0].Text, "without a name") || row.Request.Preferences.Name != "" {
			t.Errorf("line %d: %v, %q", row.Line, row.Notes, row.Request.Preferences.Name)
		}
	}
	if n != len(names)+1 {
		t.Errorf("%d rows", n)
	}
}
