package locale

import (
	"slices"
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		tags []string
		want string
	}{
		{nil, "en"},
		{[]string{""}, "en"},
		{[]string{"not a tag !"}, "en"},
		{[]string{"en-GB"}, "en"},
		{[]string{"zh"}, "zh-CN"},
		{[]string{"zh-CN"}, "zh-CN"},
		{[]string{"zh-SG"}, "zh-CN"},
		{[]string{"zh-Hans"}, "zh-CN"},
		{[]string{"zh-TW"}, "zh-TW"},
		{[]string{"zh-Hant"}, "zh-TW"},
		{[]string{"zh-HK"}, "zh-TW"},
		{[]string{"zh-MO"}, "zh-TW"},
		{[]string{"pt"}, "pt-BR"},
		{[]string{"pt-PT"}, "pt-BR"},
		{[]string{"es-MX"}, "es"},
		{[]string{"de-AT"}, "de"},
		{[]string{"ar-EG"}, "ar"},
		{[]string{"fa-IR"}, "fa"},
		{[]string{"ur"}, "en"},
		{[]string{"sw"}, "en"},
		{[]string{"sw", "tr"}, "tr"},
		{[]string{"sw;q=0.9, fr-CH;q=0.8, en;q=0.1"}, "fr"},
		{[]string{"ja,en-US;q=0.5"}, "ja"},
		{[]string{"", "de"}, "de"},
	} {
		if got := Match(c.tags...); got != c.want {
			t.Errorf("Match(%q) = %s, want %s", c.tags, got, c.want)
		}
	}
}

func TestDate(t *testing.T) {
	for _, c := range []struct{ lang, date, want string }{
		{"en", "2026-11-23", "Monday, 23 November"},
		{"en-GB", "2026-11-01", "Sunday, 1 November"},
		{"zh-CN", "2026-11-23", "11月23日 星期一"},
		{"zh-HK", "2026-11-23", "11月23日 星期一"},
		{"ja", "2026-11-23", "11月23日 月曜日"},
		{"ko", "2026-11-23", "11월 23일 월요일"},
		{"es", "2026-11-23", "lunes, 23 de noviembre"},
		{"pt-BR", "2026-03-01", "domingo, 1º de março"},
		{"fr", "2026-11-01", "dimanche 1er novembre"},
		{"fr", "2026-11-21", "samedi 21 novembre"},
		{"de", "2026-11-23", "Montag, 23. November"},
		{"tr", "2026-11-23", "23 Kasım Pazartesi"},
		{"ru", "2026-11-23", "понедельник, 23 ноября"},
		{"hi", "2026-11-23", "सोमवार, 23 नवंबर"},
		{"ar", "2026-11-23", "الاثنين، ٢٣ نوفمبر"},
		{"en-US", "2026-11-23", "Monday, November 23"},
		{"en-AU", "2026-11-23", "Monday, 23 November"},
		{"es-US", "2026-11-23", "lunes, 23 de noviembre"},
		{"de-AT", "2027-01-04", "Montag, 4. Jänner"},
		{"de-CH", "2027-01-04", "Montag, 4. Januar"},
		{"fr-CA", "2026-03-01", "dimanche 1er mars"},
		{"pt-PT", "2026-03-01", "domingo, 1º de março"},
		{"ar-EG", "2026-11-23", "الاثنين، ٢٣ نوفمبر"},
		{"ar-MA", "2026-11-23", "الاثنين، 23 نونبر"},
		{"ar-SY", "2026-11-23", "الاثنين، ٢٣ تشرين الثاني"},
		{"zh-TW", "2026-11-23", "11月23日 星期一"},
		{"fa", "2026-11-23", "دوشنبه ۲ آذر"},
		{"fa-IR", "2027-03-20", "شنبه ۲۹ اسفند"},
		{"fa-IR", "2027-03-21", "یکشنبه ۱ فروردین"},
		{"fa-AF", "2026-11-23", "دوشنبه ۲ قوس"},
		{"en", "tomorrow", "tomorrow"},
	} {
		if got := Date(c.lang, c.date); got != c.want {
			t.Errorf("Date(%s, %s) = %q, want %q", c.lang, c.date, got, c.want)
		}
	}
	for lang, want := range map[string]string{
		"en": "Sunday, 1 November 2026", "en-US": "Sunday, November 1, 2026", "de": "Sonntag, 1. November 2026", "fr": "dimanche 1er novembre 2026",
		"es": "domingo, 1 de noviembre de 2026", "tr": "1 Kasım 2026 Pazar", "ru": "воскресенье, 1 ноября 2026 г.", "zh-CN": "2026年11月1日 星期日",
		"ja": "2026年11月1日 日曜日", "ko": "2026년 11월 1일 일요일", "hi": "रविवार, 1 नवंबर 2026", "ar": "الأحد، ١ نوفمبر ٢٠٢٦", "fa": "یکشنبه ۱۰ آبان ۱۴۰۵", "pt-BR": "domingo, 1º de novembro de 2026",
	} {
		if got := FullDate(lang, "2026-11-01"); got != want {
			t.Errorf("FullDate(%s) = %q, want %q", lang, got, want)
		}
	}
	if got := FullDate("en", "soon"); got != "soon" {
		t.Error(got)
	}
	if got, want := DateTime("ar", "2026-11-23", "07:05"), "الاثنين، ٢٣ نوفمبر الساعة ٠٧:٠٥"; got != want {
		t.Errorf("DateTime = %q, want %q", got, want)
	}
}

// The days are those of Iran's official calendars: each spring's first, and the
// ends of a leap year and of one that isn't.
func TestSolarHijri(t *testing.T) {
	for _, c := range []struct {
		day  string
		want [3]int
	}{
		{"1979-02-11", [3]int{1357, 11, 22}},
		{"1996-03-20", [3]int{1375, 1, 1}},
		{"2000-03-20", [3]int{1379, 1, 1}},
		{"2017-03-20", [3]int{1395, 12, 30}},
		{"2017-03-21", [3]int{1396, 1, 1}},
		{"2020-03-20", [3]int{1399, 1, 1}},
		{"2021-03-20", [3]int{1399, 12, 30}},
		{"2021-03-21", [3]int{1400, 1, 1}},
		{"2021-09-22", [3]int{1400, 6, 31}},
		{"2021-09-23", [3]int{1400, 7, 1}},
		{"2024-03-19", [3]int{1402, 12, 29}},
		{"2025-03-20", [3]int{1403, 12, 30}},
		{"2026-11-23", [3]int{1405, 9, 2}},
		{"2029-03-20", [3]int{1408, 1, 1}},
		{"2030-03-20", [3]int{1408, 12, 30}},
	} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if y, m, d := solarHijri(day); [3]int{y, m, d} != c.want {
			t.Errorf("%s is %d-%d-%d, want %v", c.day, y, m, d, c.want)
		}
	}
}

func TestClockAndWeekday(t *testing.T) {
	for _, c := range []struct{ lang, clock, day string }{
		{"en-US", "07:05", "Monday"}, {"de", "07:05", "Montag"}, {"ar", "٠٧:٠٥", "الاثنين"}, {"ar-MA", "07:05", "الاثنين"}, {"zh-TW", "07:05", "星期一"},
	} {
		if got, day := Clock(c.lang, "07:05"), Weekday(c.lang, time.Monday); got != c.clock || day != c.day {
			t.Errorf("%s: %s, %s; want %s, %s", c.lang, got, day, c.clock, c.day)
		}
	}
}

func TestDir(t *testing.T) {
	for lang, want := range map[string]string{
		"ar": "rtl", "ar-EG": "rtl", "he": "rtl", "fa": "rtl", "ur": "rtl", "uz-Arab": "rtl", "yi": "rtl",
		"en": "ltr", "zh-TW": "ltr", "az": "ltr", "": "ltr", "?": "ltr",
	} {
		if got := Dir(lang); got != want {
			t.Errorf("Dir(%q) = %s, want %s", lang, got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	for _, c := range []struct {
		lang  string
		count int
		want  string
	}{
		{"en", 1, "1 week"},
		{"en", 2, "2 weeks"},
		{"ru", 1, "1 неделя"},
		{"ru", 3, "3 недели"},
		{"ru", 11, "11 недель"},
		{"ru", 21, "21 неделя"},
		{"ar", 2, "أسبوعان"},
		{"ar", 3, "٣ أسابيع"},
		{"ar", 11, "١١ أسبوعًا"},
		{"ja", 7, "7 週間"},
		{"fr", 0, "0 semaine"},
	} {
		if got := Text(c.lang, "page.pause.weeks", map[string]any{"Count": c.count}); got != c.want {
			t.Errorf("%d weeks in %s = %q, want %q", c.count, c.lang, got, c.want)
		}
	}
}

func TestTextWithoutMessage(t *testing.T) {
	if got := Text("de", "no.such.message", nil); got != "no.such.message" {
		t.Errorf("Text of an unknown id = %q, want the id", got)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("zh-Hant-HK")
	f.Add("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5")
	f.Add("a-b-c;q=nan,,;")
	f.Fuzz(func(t *testing.T, header string) {
		got := Match(header)
		if slices.Contains(Languages(), got) {
			return
		}
		t.Errorf("Match(%q) = %q, which isn't ours", header, got)
	})
}
