//go:build long

package mailtest_test

import "testing"

// TestWholeGalleryInChromium looks at every mail of the gallery.
func TestWholeGalleryInChromium(t *testing.T) {
	t.Parallel()
	seen := lookAtAll(t, gallery(t))
	for _, a := range readAccepted(t).Axe {
		if !seen[a.Rule] {
			t.Errorf("accepted.json accepts axe-core's %s, but no mail needs that: take it out", a.Rule)
		}
	}
}

// TestCanIEmailAll asks about every mail of the gallery. Only then it shows which
// entries of accepted.json nothing needs.
func TestCanIEmailAll(t *testing.T) {
	t.Parallel()
	used := accept(t, gallery(t))
	for _, a := range readAccepted(t).CanIEmail {
		for support, clients := range map[string][]string{"none": a.None, "partial": a.Partial} {
			for _, client := range clients {
				if !used[a.Feature+support+client] {
					t.Errorf("accepted.json accepts %s (%s) in %s, but no mail needs that: take it out", a.Feature, support, client)
				}
			}
		}
	}
}

// TestSpamAssassinOnStarter scores the starter library's mails, each tip in some of
// its languages.
func TestSpamAssassinOnStarter(t *testing.T) {
	t.Parallel()
	mails := starter(t)
	for i := range len(mails) / 3 { // a mail takes a fifth of a second
		mails[i] = mails[3*i]
	}
	wantNoSpam(t, mails[:len(mails)/3])
}

// TestNothingDeniedInTheStarter looks at each tip of the starter library in each of
// its languages.
func TestNothingDeniedInTheStarter(t *testing.T) {
	t.Parallel()
	denied(t, starter(t))
}
