package store_test

import (
	"os"
	"path/filepath"
	"testing"
)

// A link that goes up from a linked folder, as in deployments that switch versions by a
// link, leads to the database from where the folder is, also before there is one.
func TestLinksInLinkedFolders(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"versions/1/app", "versions/1/data", "data"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"app": "versions/1/app", "versions/1/app/tips.db": "../data/tips.db"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	want := filepath.Join(root, "versions/1/data/tips.db")
	for _, when := range []string{"before it's there", "when it's there"} {
		db := openFile(t, filepath.Join(root, "app/tips.db"))
		if db.Path() != want {
			t.Errorf("%s it is %s, want %s", when, db.Path(), want)
		}
	}
	if _, err := os.Stat(want); err != nil {
		t.Error(err)
	}
}
