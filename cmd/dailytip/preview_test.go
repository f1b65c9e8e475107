package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/test/logtext"
)

// The page follows what is being written, and shows both schemes.
func TestPreviewServes(t *testing.T) {
	t.Parallel()
	in := install(t, relayTo(1, ""), "")
	address := freeAddr(t)
	cmd := in.command("preview", "--serve", "--tip", "first", "--listen", address)
	log := &logtext.Log{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the preview ended with %v\n%s", err, log)
		}
	})
	in.eventually(patience, "the page is there", func() bool { return strings.Contains(log.String(), "Preview at") })
	base := "http://" + address

	page := read(t, base+"/")
	for _, want := range []string{"💡 Say it back first", "Name one owner", "Español", "375 px"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if text := read(t, base+"/?lang=es&show=text"); !strings.Contains(text, "Di lo que has oído.") {
		t.Errorf("the Spanish text part:\n%s", text)
	}
	if raw := read(t, base+"/?show=raw"); !strings.Contains(raw, "List-Unsubscribe-Post") {
		t.Errorf("the source:\n%s", raw)
	}
	if mail := read(t, base+"/mail?scheme=dark"); !strings.Contains(mail, "color-scheme:dark") || strings.Contains(mail, "prefers-color-scheme") {
		t.Error("the dark mail isn't dark")
	}
	if mail := read(t, base+"/mail?scheme=light"); !strings.Contains(mail, "color-scheme:light") || strings.Contains(mail, "prefers-color-scheme") {
		t.Error("the light mail isn't light")
	}

	stream, err := http.Get(base + "/changes")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	events := bufio.NewReader(stream.Body)
	if line, err := events.ReadString('\n'); err != nil || !strings.HasPrefix(line, ":") {
		t.Fatalf("the stream begins with %q, %v", line, err)
	}
	in.write("library/first.md", "---\ntitle: Changed meanwhile\nlink: https://example.com/article\n---\n\nNew text.\n")
	later := time.Now().Add(time.Minute) // a file system may keep times by the second
	if err := os.Chtimes(filepath.Join(in.dir, "library/first.md"), later, later); err != nil {
		t.Fatal(err)
	}
	changed := make(chan string, 1)
	go func() {
		rest, _ := io.ReadAll(events)
		changed <- string(rest)
	}()
	select {
	case rest := <-changed:
		if !strings.Contains(rest, "data: changed") {
			t.Errorf("the stream said %q", rest)
		}
	case <-time.After(time.Minute):
		t.Fatal("a changed tip wasn't noticed")
	}
	if page := read(t, base+"/"); !strings.Contains(page, "Changed meanwhile") {
		t.Error("the page shows the old tip")
	}
}

func read(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d, %v: %s", address, answer.StatusCode, err, body)
	}
	return string(body)
}
