//go:build long

package admintest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/test/daemontest"
)

// otherScripts are newsletters that aren't in English: their names, and a title and a text
// for each of their tips.
var otherScripts = map[string]struct {
	name, language string
	tips           [][2]string
}{
	"arabic": {"نصيحة اليوم في الإدارة", "ar", [][2]string{
		{"أعد ما سمعته قبل أن تجيب", "قبل أن تجيب، قل بكلماتك ما سمعته، ثم اسأل: هل فهمت؟ هكذا يعرف الآخر أنك أصغيت."},
		{"اشكر من يحمل الخبر السيئ", "من يخبرك مبكرا يمنحك وقتا. قل له شكرا أولا، ثم اسأل عن التفاصيل (API v2)."},
		{"سمّ شخصا واحدا", "سؤال موجه إلى الجميع لا يجيب عنه أحد. انظر إلى شخص واحد واذكر اسمه."},
	}},
	"chinese": {"每日管理提示", "zh-CN", [][2]string{
		{"回答之前，先复述一遍", "回答之前，用自己的话说出你听到的内容，然后问一句：我理解得对吗？"},
		{"感谢带来坏消息的人", "早说一天，就多一天的时间。先道谢，再问细节，下一次他还会告诉你。"},
		{"点一个人的名字", "问所有人的问题，没有人回答。看着一个人，说出他的名字，然后再问。"},
	}},
}

// Newsletters in other scripts lie on the pages as well as those in English, also where
// their names stand beside our words, which are English.
func TestOtherScripts(t *testing.T) {
	box := newInbox(t)
	h := furnish(t, box.Addr(), 3, func(o *daemontest.Options) {
		var more strings.Builder
		for id, n := range otherScripts {
			fmt.Fprintf(&more, "- {id: %s, title: %q, tips: %s, language: %s, schedule: \"0 7 * * *\", order: oldest, approve: true}\n", id, n.name, id, n.language)
			if err := os.MkdirAll(filepath.Join(o.Dir, id), 0o755); err != nil {
				t.Fatal(err)
			}
			for i, tip := range n.tips {
				text := fmt.Sprintf("---\ntitle: %s\nemoji: 💡\ntags: [%s]\nlink: https://example.com/%d\ncreated: 2026-01-0%dT00:00:00Z\n---\n\n%s\n\n![](missing.png)\n", tip[0], n.name, i, i+1, tip[1])
				if err := os.WriteFile(filepath.Join(o.Dir, id, fmt.Sprintf("tip-%d.md", i)), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		o.More = more.String()
	})
	list := "email,name,language,timezone,newsletter\nana@example.com,آنا المصرية,ar,Africa/Cairo,arabic\nbei@example.com,北京的读者,zh-CN,Asia/Shanghai,chinese\n"
	if err := os.WriteFile(h.in.Path("others.csv"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.in.Run(t.Context(), []string{"subscribers", "import", "others.csv", "--confirmed"}); err != nil {
		t.Fatal(err)
	}
	for id := range otherScripts {
		for _, args := range [][]string{{"plan", "approve", "tip-0", "--newsletter", id}, {"send", "--newsletter", id, "--wait", "1m"}} {
			if _, err := h.in.Run(t.Context(), args); err != nil {
				t.Fatal(err)
			}
		}
	}
	d := h.desk()
	d.signIn("operator", password, 200)
	for id, n := range otherScripts {
		d.open("/admin", 200)
		if got := d.text("#" + id); !strings.Contains(got, n.name) || !strings.Contains(got, n.tips[0][0]) {
			t.Errorf("today says %s", got)
		}
		for _, page := range []struct{ name, path, want string }{
			{"calendar", "/admin/calendar?newsletter=" + id, n.tips[1][0]},
			{"tips", "/admin/tips?newsletter=" + id, n.tips[2][0]},
			{"tip", "/admin/tips/" + id + "/tip-1", n.tips[1][0]},
		} {
			d.open(page.path, 200)
			if got := d.text("body"); !strings.Contains(got, page.want) {
				t.Errorf("%s %s says %s", page.name, id, got)
			}
			d.look(page.name + " in " + id)
		}
		d.open("/admin/readers?q="+map[string]string{"arabic": "ana", "chinese": "bei"}[id]+"@", 200)
		d.tabTo("tbody a")
		d.typeKeys(200, "\r")
		d.look("reader in " + id)
	}
	d.open("/admin", 200)
	d.look("today in other scripts")
	d.open("/admin/editions", 200)
	d.look("editions in other scripts")
}
