package api

import "testing"

// A cursor leads to where it was made for, and whatever else is sent is refused or is text.
func FuzzCursor(f *testing.F) {
	for _, text := range []string{"", "2026-11-20 management", "7", "\x00", "\xff", "MQ", "%%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if place, err := (Paged{Cursor: cursorOf(text)}).place(); isText(text) && (err != nil || place != text) || !isText(text) && err == nil {
			t.Errorf("%q leads to %q, %v", text, place, err)
		}
		sent := Paged{Cursor: text}
		if place, err := sent.place(); err == nil && !isText(place) {
			t.Errorf("the cursor %q leads to %q", text, place)
		}
		if n, err := sent.number(); err == nil && n < 0 {
			t.Errorf("the cursor %q leads to %d", text, n)
		}
	})
}
