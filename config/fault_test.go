package config

import (
	"slices"
	"strings"
	"testing"
)

// Each case is a text added to the minimal configuration (top level), to its
// newsletter, or to a relay, and the one fault that must come of it.
func TestFaults(t *testing.T) {
	top := func(s string) string { return minimal + s + "\n" }
	letter := func(s string) string { return minimal + "    " + s + "\n" }
	relay := func(s string) string { return minimal + "smtp:\n  - {" + s + "}\n" }
	for _, c := range []struct{ text, want string }{
		{"newsletters: [{id: a, tips: library}]", "1: from: is missing; write"},
		{"- a\n- b\n", "1: the file must be a group of keys, not a list"},
		{"hello\n", `1: the file must be a group of keys, not the single value "hello"`},
		{top("listen: 8080"), "5: listen: \"8080\" has no host; write 127.0.0.1:8080"},
		{top("listen: localhost:99999"), "5: listen: \"localhost:99999\" has no usable port"},
		{top("listen: ''"), "5: listen: \"\" isn't host:port"},
		{top("metrics: {listen: '127.0.0.1:8080'}\nlisten: 127.0.0.1:8080"), "5: metrics.listen: \"127.0.0.1:8080\" is taken"},
		{top("base_url: ftp://example.com"), "doesn't begin with https"},
		{top("base_url: 'https://'"), "has no host"},
		{top("base_url: https://me@example.com"), "has a user name"},
		{top("base_url: https://example.com/?a=b"), "has a ? or # part"},
		{top("base_url: 'https://exa mple.com'"), "isn't a URL"},
		{top("base_url: 'https://example.com/a\"b'"), "characters that don't belong"},
		{top("base_url: https://example.com:0"), "no usable port"},
		{top("database: mysql://x"), "is a URL, but not of PostgreSQL"},
		{top("database: host=db user=x"), "keyword string"},
		{top("database: file:x.db?mode=ro"), "isn't a plain path"},
		{top("database: library"), `"library" is a folder`},
		{top("database: nowhere/x.db"), "there is no folder"},
		{top("database: postgres://"), "isn't a usable PostgreSQL URL"},
		{top("postal_address: \"a\\x07b\""), "control characters"},
		{top("confirm_from: a@b@c"), "isn't a mail address"},
		{top("reply_to: a@x.org, b@x.org"), "holds several addresses"},
		{top("reply_to: \"a@x.org\\r\\nBcc: b@x.org\""), "line break"},
		{top("reply_to: jürgen@example.com"), "before the @"},
		{top("reply_to: a@exa_mple..com"), "isn't a mail address"},
		{top("reply_to: Tips, Inc. <a@x.org>"), "quote a name"},
		{top("admin: {password_hash: hunter2}"), "5: admin.password_hash: isn't a bcrypt hash"},
		{top("admin: {password_hash: '$2a$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'}"), "cost 4"},
		{top("admin: yes"), "admin must be a group of keys"},
		{top("smtp: []"), "smtp: the list is empty"},
		{top("smtp: {host: a}"), "smtp must be a list, not a group of keys; begin each entry with"},
		{top("smtp: [localhost]"), "smtp[0] must be a group of keys"},
		{top("from: b@example.org"), "5: from stands here and on line 1"},
		{top("timezone: UTC"), "it belongs to newsletters:"},
		{top("Base-URL: x"), "did you mean base_url?"},
		{top("<<: {}"), "merge keys"},
		{top("[a]: b"), "a key must be a plain word"},
		{top("reply_to: ${NO_SUCH_VARIABLE_HERE}"), "5: reply_to: the environment variable NO_SUCH_VARIABLE_HERE isn't set"},
		{top("reply_to: ${NO"), "no closing }"},
		{top("reply_to: ${a b}"), "isn't the name"},
		{top("---\nfrom: a@b.c"), "a second document"},
		{top("x:\n\t- y"), "6: this line is indented with a tab"},
		{top("a: b: c"), "5: this isn't YAML"},
		{top("a: \"b"), "this isn't YAML"},
		{top("# \xff"), "5: this isn't UTF-8"},
		{top("dkim: [{domain: example.com, selector: a}]"), "dkim[0].key_file: is missing"},
		{top("dkim: [{domain: example.com, selector: a, key_file: none.pem}]"), "there is no file"},
		{top("dkim: [{domain: example.com, selector: a, key_file: config.yaml}]"), "no PEM key"},
		{relay("hots: a"), "did you mean host?"},
		{relay("user: a"), "did you mean username?"},
		{relay("host: ''"), "smtp[0].host: is empty"},
		{relay("host: 'a:25'"), "the port goes to port:"},
		{relay("host: 'a b'"), "isn't a host name"},
		{relay("port: abc"), `smtp[0].port: "abc" isn't a whole number; write digits only, such as 25`},
		{relay("port: 70000"), "70000 is out of range"},
		{relay("port: [25]"), "smtp[0].port must be a single value, not a list"},
		{relay("tls: true"), `"true" isn't one of its values`},
		{relay("tls: implicit"), "write port: 465"},
		{relay("auth: ntlm"), `"ntlm" isn't one of its values`},
		{relay("auth: plain"), "plain needs a login"},
		{relay("username: me"), "has no password"},
		{relay("password: x"), "has no username"},
		{relay("auth: none, username: me, password: x"), "never used"},
		{relay("host: a.example, tls: none, auth: login, username: me, password: x"), "readable over the network"},
		{relay("password: a, password_file: b, username: me"), "stands beside password_file"},
		{relay("password_file: none.txt, username: me"), "there is no file"},
		{relay("password_file: library, username: me"), "isn't a file"},
		{relay("ca_file: none.pem"), "there is no file"},
		{relay("ca_file: config.yaml"), "no PEM certificate"},
		{relay("connections: 0"), "write 1 to 100"},
		{relay("rate: -1"), "out of range"},
		{relay("rate: .nan"), "isn't a number"},
		{relay("rate: NaN"), "out of range"},
		{relay("in_flight: 0"), "write 1 to 10000"},
		{relay("daily_limit: -1"), "out of range"},
		{minimal + "domains: [gmail.com]\n", "5: domains must be a group of names, not a list; write a name and indent its keys below it: connections, rate"},
		{minimal + "domains: {gmail.com: 4}\n", "5: domains[gmail.com] must be a group of keys"},
		{minimal + "domains: {gmail.com: {rate: 1, rat: 4}}\n", "did you mean rate?"},
		{minimal + "domains: {gmail.com: {rate: -1}}\n", "5: domains[gmail.com].rate: -1 is out of range"},
		{minimal + "domains: {gmail.com: {connections: 101}}\n", "write 0 to 100"},
		{minimal + "domains:\n  gmail.com: {}\n", "6: domains[gmail.com]: has no limit"},
		{minimal + "domains: {'a b': {rate: 1}}\n", "write a recipient domain"},
		{minimal + "domains: {a.example: {rate: 1}, a.example: {rate: 1}}\n", "stands here twice"},
		{"from: a@b.c\n", "1: newsletters: there is none"},
		{"from: a@b.c\nnewsletters: []\n", "2: newsletters: there is none"},
		{"from: a@b.c\nnewsletters:\n  - tips: .\n", "3: newsletters[0].id: is missing"},
		{minimal + "  - {id: management, tips: library}\n", `5: newsletters[1].id: "management" is the id of the newsletter on line 3`},
		{strings.Replace(minimal, "management", "-a", 1), "can't be an id"},
		{strings.Replace(minimal, "management", strings.Repeat("a", 33), 1), "can't be an id"},
		{strings.Replace(minimal, "library", "nowhere", 1), "4: newsletters[0].tips: there is no folder"},
		{strings.Replace(minimal, "library", "config.yaml", 1), "isn't a folder"},
		{strings.Replace(minimal, "library", "~/tips", 1), "~ isn't expanded"},
		{letter("tags: trust"), `newsletters[0].tags must be a list, not the single value "trust"; write [one, two]`},
		{letter("tags: [a, '']"), `newsletters[0].tags[1]: "" isn't a tag`},
		{letter("tags: [a, ~]"), "an entry is empty"},
		{letter("language: english"), `"english" isn't a language tag`},
		{letter("language: und"), "isn't a language tag"},
		{letter("title: \"a\\nb\""), "one line"},
		{letter("timezone: Local"), "isn't a time zone"},
		{letter("timezone: America/New York"), "did you mean America/New_York?"},
		{letter("timezone: Berlin"), "did you mean Europe/Berlin?"},
		{letter("timezone: ''"), "names no time zone"},
		{letter("default_timezone: subscriber"), "is for those readers"},
		{letter("default_timezone: ../UTC"), "isn't a time zone"},
		{letter("order: random"), "write shuffle, oldest, newest or course"},
		{letter("when_empty: pause"), "write repeat or stop"},
		{letter("in_doubt: drop"), "write resend or hold"},
		{letter("repeat_after: 180"), "has no unit"},
		{letter("repeat_after: 180 days"), "isn't a duration"},
		{letter("repeat_after: 6mo"), `unknown unit "mo"`},
		{letter("repeat_after: 9999w"), "longer than ten years"},
		{letter("repeat_after: -1d"), "isn't a duration"},
		{letter("grace: 24h"), "grace: 1d is out of range; write 5m to less than 24h"},
		{letter("grace: 0"), "grace: 0 is out of range"},
		{letter("give_up_after: 1h"), "is shorter than grace (6h)"},
		{letter("give_up_after: 8d"), "out of range; write 5m to 7d"},
		{letter("skip: [2026-02-29]"), "isn't a day of the calendar"},
		{letter("skip: [24.12.2026]"), "isn't a day of the calendar"},
		{letter("skip: [2027-01-02..2026-12-24]"), "ends before it begins; write 2026-12-24..2027-01-02"},
		{letter("skip: [2026-12-24..01-02]"), "a year at one end only"},
		{letter("skip: ['holidays:usa']"), "names no country"},
		{letter("skip: ['holidays:zz']"), "names no country"},
		{letter("skip: ['holidays:']"), "names no country"},
		{letter(`accent: "#ffcc00"`), "is too pale"},
		{letter("proof: {before: 5m}"), "newsletters[0].proof.before: 5m is out of range"},
		{letter("proof: {before: 8d}"), "is out of range; write 15m to 7d"},
		{letter("proof: {to: nobody}"), "newsletters[0].proof.to: \"nobody\" isn't a mail address"},
		{letter("proof: editor@example.com"), "newsletters[0].proof must be a group of keys"},
		{letter("order: course\n    proof: {to: editor@example.com}"), "newsletters[0].proof.to: a course has no edition"},
		{letter("accent: red"), "isn't a colour"},
		{letter("accent: #9a4a0b"), "quotes"},
	} {
		got := faultsOf(t, c.text)
		if len(got) != 1 || !strings.Contains(" "+got[0], c.want) {
			t.Errorf("of …%s\ngot  %s\nwant one: %s", tail(c.text), strings.Join(got, "\n     "), c.want)
		}
		if i := slices.IndexFunc(got, func(f string) bool { return !faultForm.MatchString(f) }); i >= 0 && !strings.Contains(got[i], "YAML") {
			t.Errorf("%q doesn't say what to do", got[i])
		}
	}
}

func tail(text string) string { return strings.TrimPrefix(text, minimal) }

func TestSchedule(t *testing.T) {
	for _, good := range []string{
		"0 7 * * MON-FRI", "0 7 * * *", "30 23 1,15 * *", "0 0 29 2 *", "0 7 31 1,4 *", "0 7 * * 0", "5 7 ? * mon",
		"0 7 */2 * *", "0 7 30 2 MON", "  0  7 * *  * ", "00 07 * jan-mar *", "7-7 7 * * *", "0 7 1-10/3 * *",
	} {
		if err := checkSchedule(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"":                           "is empty",
		"   ":                        "is empty",
		"0 7":                        "has 2 fields",
		"0 0 7 * * *":                "has six fields",
		"0 7 30 2 *":                 "never fires",
		"0 7 31 4,6,9,11 *":          "never fires",
		"*/5 7 * * *":                `fires 12 times a day; write one minute and one hour, such as "0 7 * * *"`,
		"0 7,19 * * MON":             "fires 2 times a day",
		"* * * * *":                  "fires 1440 times a day",
		"CRON_TZ=Europe/Berlin":      "write the zone in timezone:",
		"CRON_TZ=Europe/B 0 7 * * *": "write the zone in timezone:",
		"TZ=UTC 0 7 * * *":           "write the zone in timezone:",
		"@every 24h":                 `instead of @every, such as "0 7 * * *"`,
		"@daily":                     `instead of @daily, such as "0 7 * * *"`,
		"@weekly":                    `such as "0 7 * * MON"`,
		"0 7 * * 7":                  "write 0 or SUN",
		"0 7 * * 1-7":                "write 0 or SUN",
		"0 7 * * FRI-MON":            "over the end of the week",
		"0 7 L * *":                  "L, W and # aren't known",
		"0 7 * * FRI#2":              "L, W and # aren't known",
		"0 7 , * *":                  "a comma too many",
		"0 7 1,,2 * *":               "a comma too many",
		"*/100 7 * * *":              "can't be read",
		"*/60 7 * * *":               `has the step "/60" in its minute`,
		"0 7 */0 * *":                "has the step",
		"0 *-5 * * *":                "can't be read",
		"0 24 * * *":                 "above maximum",
		"60 7 * * *":                 "above maximum",
		"0 7 0 * *":                  "below minimum",
		"0 7 * 13 *":                 "above maximum",
		"0 7 * FOO *":                "isn't a schedule",
		"0 7 9-5 * *":                "beyond end",
		"noon":                       "has 1 fields",
	} {
		if err := checkSchedule(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", bad, err, want)
		}
	}
}
