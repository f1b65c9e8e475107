package listfile_test

import (
	"archive/zip"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// wide writes a text as UTF-16.
func wide(text string, big, mark bool) string {
	var b strings.Builder
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			b.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	return b.String()
}

// The forms in which spreadsheets write the same list.
func TestTheSameListInManyForms(t *testing.T) {
	const list = "email,name\nana@example.org,Ana Muñoz\nben@example.org,Ben 山\n"
	want := []string{"2: ana@example.org Ana Muñoz", "3: ben@example.org Ben 山"}
	for name, file := range map[string]string{
		"plain":                list,
		"mark":                 "\ufeff" + list,
		"UTF-16, little":       wide(list, false, true),
		"UTF-16, big":          wide(list, true, true),
		"no mark, little":      wide(list, false, false),
		"no mark, big":         wide(list, true, false),
		"tabs in UTF-16":       wide(strings.ReplaceAll(list, ",", "\t"), false, true),
		"semicolons":           strings.ReplaceAll(list, ",", ";"),
		"bars":                 strings.ReplaceAll(list, ",", "|"),
		"Mac":                  strings.ReplaceAll(list, "\n", "\r"),
		"Mac in UTF-16":        wide(strings.ReplaceAll(list, "\n", "\r"), true, true),
		"Windows":              strings.ReplaceAll(list, "\n", "\r\n"),
		"quotes":               "\"email\",\"name\"\n\"ana@example.org\",\"Ana Muñoz\"\n\"ben@example.org\",\"Ben 山\"\n",
		"empty cells behind":   "email,name,,\nana@example.org,Ana Muñoz,,,,\nben@example.org,Ben 山,\n",
		"spaces in the header": " E-Mail-Adresse ,  Full_Name\nana@example.org,Ana Muñoz\nben@example.org,Ben 山\n",
	} {
		if got := readAll(t, file); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for name, file := range map[string]string{
		"sep=;":        "sep=;\r\nemail;name\r\nana@example.org;Ana Muñoz\r\nben@example.org;Ben 山\r\n",
		"sep=, quoted": "\"sep=,\"\nemail,name\nana@example.org,Ana Muñoz\nben@example.org,Ben 山\n",
		"blank before": "\n" + list,
		"empty before": ",,\r\n" + list,
	} {
		if got := readAll(t, file); !slices.Equal(got, []string{"3: ana@example.org Ana Muñoz", "4: ben@example.org Ben 山"}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := readAll(t, "email,name\n\n,,\nana@example.org,Ana\n , \n,\n"); !slices.Equal(got, []string{"4: ana@example.org Ana"}) {
		t.Errorf("blank rows: %q", got)
	}
}

// A charset is only found where nothing else can be meant.
func TestWindows1252WhereItIsCertain(t *testing.T) {
	for word, want := range map[string]bool{
		"M\xfcller": true, "Jos\xe9": true, "Mu\xf1oz": true, "Fran\xe7ois": true, "Jo\xe3o": true, "\xc5sa": true, "Gro\xdf": true, "\xd6zil": true,
		"Dvo\xf8\xe1k": false, "Pawe\xb3": false, "Kowalczy\xf1ska": false, "Erd\xf5s": false, "\xc0\xed\xe4\xf0\xe5\xe9": false, // Windows-1250, 1251
		"Jos\x8e": false, "M\x81ller": false, "J\xe2nis": false, "Garc\x92a": false, "\xe9": false, "a\xc9b": false, // a Mac's, DOS's, Windows-1257's
	} {
		got := readAll(t, "email,name\nana@example.org,"+word+"\n")
		if taken := !strings.HasSuffix(got[0], "refused"); taken != want {
			t.Errorf("%q: %q", word, got)
		}
	}
	// In a file that has UTF-8, what isn't is damaged.
	if got := readAll(t, "email,name\nana@example.org,M\xfcller\nben@example.org,Zoë\n"); got[0] != "2: refused" || got[1] != "3: ben@example.org Zoë" {
		t.Errorf("%q", got)
	}
}

func TestANoteMayNameAnAddress(t *testing.T) {
	const head = "id,email,note,name\n"
	for file, want := range map[string][]string{
		head + "1,ana@example.org,\"met\nask ben@example.net, too\nsoon\",Ana\n2,cid@example.org,,Cid\n": {"2: ana@example.org Ana", "5: cid@example.org Cid"},
		// A stray quote, and the next one further down.
		head + "1,ana@example.org,\"met,Ana\n2,ben@example.org,,Ben\n3,cid@example.org,\"met,Cid\n4,dee@example.org,,Dee\n": {
			"2: refused", "3: ben@example.org Ben", "4: refused", "5: dee@example.org Dee",
		},
	} {
		if got := readAll(t, file); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// preference reads one cell as import does.
func preference(t testing.TB, column, cell string) (row listfile.Row) {
	t.Helper()
	file, err := listfile.Open(strings.NewReader("email\t"+column+"\nana@example.org\t"+cell+"\n"), listfile.Options{Newsletters: []string{"management"}})
	if err != nil {
		t.Fatal(err)
	}
	for row = range file.Rows() {
		return row
	}
	return row
}

func TestZonesAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "europe/zurich": "Europe/Zurich", "AMERICA/NEW_YORK": "America/New_York", "America/New york": "America/New_York",
		"berlin": "Europe/Berlin", "New York": "America/New_York", "america/port-au-prince": "America/Port-au-Prince", "africa/dar_es_salaam": "Africa/Dar_es_Salaam",
		"(UTC+01:00) Berlin": "Europe/Berlin", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "Europe/Amsterdam", "(GMT-05:00) Eastern Time (US & Canada)": "America/New_York",
		"(UTC) London": "Europe/London", "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi": "Asia/Kolkata", "W. Europe Standard Time": "Europe/Berlin", "Pacific Time (US & Canada)": "America/Los_Angeles",
		"US/Pacific": "US/Pacific", "Europe/Berlin (CET)": "Europe/Berlin", "us/pacific": "US/Pacific", "Asia/Calcutta": "Asia/Calcutta", "etc/gmt+5": "Etc/GMT+5", "utc": "UTC", "UTC+0": "UTC", "": "",
		"GMT+8": "Etc/GMT-8", "UTC-3": "Etc/GMT+3", "gmt +02:00": "Etc/GMT-2", "UTC−5": "Etc/GMT+5", "(UTC+01:00)": "Etc/GMT-1",
	} {
		row := preference(t, "timezone", in)
		if got := row.Request.Preferences.Timezone; row.Err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, row.Err, want)
		}
		if fixed := strings.HasPrefix(want, "Etc/") && !strings.HasPrefix(in, "etc"); fixed != (len(row.Notes) == 1) {
			t.Errorf("%q: %v", in, row.Notes)
		}
	}
	for in, want := range map[string]string{
		"EST": "such as America/New_York", "est": "such as America/New_York", "IST": "Asia/Kolkata", "GMT+5:30": "Asia/Kolkata", "UTC+15": "no clock keeps", "UTC+05:17": "no clock keeps",
		"(UTC+09:00) Berlin": "no place that we know", "Mars/Olympus": "is unknown", "Local": "is unknown", "../etc": "is unknown",
	} {
		if row := preference(t, "timezone", in); row.Err == nil || row.About != "time zone" || !strings.Contains(row.Err.Error(), want) {
			t.Errorf("%q: %+v, want %s", in, row, want)
		}
	}
}

// Every name of IANA's is read in any case.
func TestZonesInAnyCase(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = zones.Close() }()
	var file strings.Builder
	var names []string
	for _, f := range zones.File {
		if region, _, ok := strings.Cut(f.Name, "/"); !ok || strings.HasSuffix(f.Name, "/") || region == "SystemV" {
			continue
		}
		names = append(names, f.Name)
		fmt.Fprintf(&file, "ana@example.org,%s\n", strings.ToLower(f.Name))
	}
	all, err := listfile.Open(strings.NewReader("email,timezone\n"+file.String()), listfile.Options{Newsletters: []string{"management"}})
	if err != nil || len(names) < 400 {
		t.Fatalf("%d zones, %v", len(names), err)
	}
	for row := range all.Rows() {
		if want := names[row.Line-2]; row.Err != nil || row.Request.Preferences.Timezone != want {
			t.Errorf("%s: %q, %v", want, row.Request.Preferences.Timezone, row.Err)
		}
	}
}

func TestLanguagesAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]string{
		"de": "de", "pt_BR": "pt-BR", "EN_us": "en-US", "en-GB,en;q=0.9": "en-GB", "de_DE.UTF-8": "de-DE", "deu": "de", "German": "de", "deutsch": "de", "Español": "es", "français": "fr",
		"English": "en", "Portuguese (Brazil)": "pt-BR", "Brazilian Portuguese": "pt-BR", "Chinese (Simplified)": "zh-Hans", "Simplified Chinese": "zh-Hans", "English (US)": "en-US", "Spanish (Latin America)": "es-419",
		"日本語": "ja", "русский": "ru", "zh": "zh", "Ga": "ga", "": "",
	} {
		if row := preference(t, "Language", in); row.Err != nil || row.Request.Preferences.Language != want {
			t.Errorf("%q: %q, %v; want %q", in, row.Request.Preferences.Language, row.Err, want)
		}
	}
	for _, in := range []string{"Klingonese", "none of your business", "Portuguese (Mars)"} {
		if row := preference(t, "language", in); row.Err == nil || row.About != "language" {
			t.Errorf("%q: %+v", in, row)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2018-02-12 17:59:31": "2018-02-12T17:59:31Z", "2018-02-12": "2018-02-12T00:00:00Z", "2018-02-12T17:59:31.5+01:00": "2018-02-12T16:59:31Z", "Feb 12, 2018 5:59 PM": "2018-02-12T17:59:00Z",
		"12.2.2018": "2018-02-12T00:00:00Z", "02/13/2018": "2018-02-13T00:00:00Z", "13/02/2018": "2018-02-13T00:00:00Z", "2018-02-12 17:59:31 UTC": "2018-02-12T17:59:31Z", "03/03/2018": "2018-03-03T00:00:00Z",
	} {
		row := preference(t, "OPTIN_TIME", in)
		if got := row.Request.Imported.CreatedAt.Format("2006-01-02T15:04:05Z07:00"); row.Err != nil || len(row.Notes) > 0 || got != want {
			t.Errorf("%q: %s, %+v; want %s", in, got, row, want)
		}
	}
	for in, want := range map[string]string{"02/03/2018": "can mean two days", "yesterday": "is no instant", "2018-02-12 17:59:31 EST": "is no instant"} {
		row := preference(t, "OPTIN_TIME", in)
		if row.Err != nil || len(row.Notes) != 1 || !strings.Contains(row.Notes[0].Text, want) || !row.Request.Imported.CreatedAt.IsZero() {
			t.Errorf("%q: %+v", in, row)
		}
	}
	if row := preference(t, "OPTIN_TIME", "0000-00-00 00:00:00"); row.Err != nil || len(row.Notes) > 0 {
		t.Errorf("%+v", row)
	}
}

// Whatever words keep somebody out, they do; what isn't understood costs the row.
func TestWhoIsOut(t *testing.T) {
	for cell, want := range map[string]string{
		"Status=Unsubscribed": "unsubscribed", "status=opted-out": "unsubscribed", "status=Hard Bounced": "suppressed", "email_disabled=TRUE": "unsubscribed", "subscribed_to_emails=false": "unsubscribed",
		"Accepts Marketing=no": "unsubscribed", "Consent=no": "unsubscribed", "Consent=form": "", "bounced=2024-01-02": "suppressed", "Opt Out=ja": "unsubscribed", "unsubscribed_at=2024-01-02": "unsubscribed", "unsubscribed_at=02/03/2018": "refused", "unsubscribed_at=yes": "refused",
		"confirmed=0": "pending", "confirmed=2024-01-02": "", "status=unconfirmed": "pending", "email_disabled=": "", "State=suppressed": "suppressed", "Newsletter=yes": "", "Newsletter=nein": "unsubscribed", "newsletter=management": "", "newsletter=weekly": "refused",
		"State=California": "refused", "email_disabled=perhaps": "refused", "status=customer": "refused",
	} {
		column, value, _ := strings.Cut(cell, "=")
		row := preference(t, column, value)
		if got := string(row.Request.Imported.State); row.Err == nil && got != want || (row.Err != nil) != (want == "refused") {
			t.Errorf("%s: %q, %v; want %q", cell, got, row.Err, want)
		}
	}
}

// Whatever else is wrong with a row, who is out in it is kept out.
func TestNothingLetsWhoIsOutIn(t *testing.T) {
	file, err := listfile.Open(strings.NewReader("email,name,status,timezone,days,created_at,language\nana@example.org,Dvo\xf8\xe1k,cleaned,EST,FUNDAY,02/03/2018,Klingonese\nben@example.org,Dvo\xf8\xe1k,active,,,,\n"),
		listfile.Options{Newsletters: []string{"management"}})
	if err != nil {
		t.Fatal(err)
	}
	for row := range file.Rows() {
		if row.Line == 2 && (row.Err != nil || row.Request.Imported.State != subscribers.Suppressed) || row.Line == 3 && row.Err == nil {
			t.Errorf("%+v", row)
		}
	}
}

func TestLikelySlips(t *testing.T) {
	for address, want := range map[string]string{
		"ana@gmial.com": "gmail.com", "ana@gmai.com": "gmail.com", "ana@gmaill.com": "gmail.com", "ana@gmail.co": "gmail.com", "ana@hotmial.com": "hotmail.com", "ana@yaho.com": "yahoo.com", "ana@outlok.com": "outlook.com",
		"ana@gmail.com": "", "ana@mail.com": "", "ana@ymail.com": "", "ana@yahoo.de": "", "ana@example.org": "", "ana@gmx.de": "", "ana@hotmail.es": "",
	} {
		row := preference(t, "name", "Ana")
		file, err := listfile.Open(strings.NewReader("email\n"+address+"\n"), listfile.Options{Newsletters: []string{"management"}})
		if err != nil {
			t.Fatal(err)
		}
		for row = range file.Rows() {
			if row.Err != nil || (len(row.Notes) > 0) != (want != "") || want != "" && !strings.Contains(row.Notes[0].Text, "did they mean "+want) {
				t.Errorf("%s: %+v", address, row)
			}
		}
	}
}

// A top-level domain that isn't known may be younger than the program: its reader is
// taken, and that is told.
func TestAnUnknownTopLevelDomainIsTold(t *testing.T) {
	file, err := listfile.Open(strings.NewReader("email\nana@example.younger\nben@example.con\ncid@example.y0unger\n"), listfile.Options{Newsletters: []string{"management"}})
	if err != nil {
		t.Fatal(err)
	}
	for row := range file.Rows() {
		if row.Line != 2 {
			if row.Err == nil {
				t.Errorf("%+v is taken", row)
			}
			continue
		}
		if row.Err != nil || len(row.Notes) != 1 || !strings.Contains(row.Notes[0].Text, ".younger isn't a top-level domain") {
			t.Errorf("%+v", row)
		}
	}
}
