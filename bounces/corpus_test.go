package bounces

import (
	"os"
	"path/filepath"
	"testing"
)

const shared = "../../shared/bounces"

// The bounds that docs/bounces.md promises, on real mails, which the project
// doesn't hold.
func TestRealMailsKeepTheBounds(t *testing.T) {
	if _, err := os.Stat(shared); err != nil {
		t.Skip("SKIPPED: the real mails aren't here; TestReadOwnMails has mails of the same kinds")
	}
	var named, found, hard, known, others, wrong, classes, all int
	for name, want := range corpus(t, filepath.Join(shared, "expected.tsv")) {
		raw, err := os.ReadFile(filepath.Join(shared, "mails", name))
		if err != nil {
			t.Fatal(err)
		}
		got := Read(raw)
		for _, w := range want {
			f, hit := findingOf(got, w.recipient)
			all++
			if hit && string(f.Class) == w.class {
				classes++
			}
			if w.recipient != "-" {
				named++
				found += one(hit)
			}
			switch w.class {
			case string(Hard):
				hard++
				known += one(hit && f.Class == Hard)
			case string(Complaint):
			default:
				others++
				wrong += one(f.Action() == Suppress)
			}
		}
	}
	t.Logf("recipients %d of %d, hard %d of %d, wrongly suppressed %d of %d, classes %d of %d", found, named, known, hard, wrong, others, classes, all)
	if found*100 < named*97 {
		t.Errorf("%d of %d recipients were found: less than 97 %%", found, named)
	}
	if known*100 < hard*95 {
		t.Errorf("%d of %d hard bounces were known: less than 95 %%", known, hard)
	}
	if wrong*100 > others {
		t.Errorf("%d of %d others would suppress: more than 1 %%", wrong, others)
	}
}

// findingOf gives the finding of a recipient; without one, the gravest of the
// message, which would do something to somebody else.
func findingOf(found []Finding, recipient string) (Finding, bool) {
	var gravest Finding
	for _, f := range found {
		if orDash(f.Recipient) == recipient {
			return f, true
		}
		if gravest.Class == "" || f.Action() == Suppress {
			gravest = f
		}
	}
	return gravest, false
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
