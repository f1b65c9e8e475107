// Screenshots writes pictures of mails, as Chromium shows them, into a folder:
//
//	go run ./test/mailtest/screenshots -out docs/images                    # the README's two
//	go run ./test/mailtest/screenshots -out /tmp/looks -mails 'say-it-back-first.*'   # all of these, in four looks
package main

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"dailytip/test/mailtest"
)

// look is one way to look at a mail.
type look struct {
	suffix string
	view   mailtest.View
	height int64 // CSS pixels; 0 is all of the mail
	scale  float64
}

var (
	readme = []look{
		{"light", mailtest.View{Width: 700}, 0, 2},
		{"dark", mailtest.View{Width: 700, Dark: true}, 0, 2},
	}
	all = []look{
		{".light", mailtest.View{Width: 700}, 0, 1},
		{".dark", mailtest.View{Width: 700, Dark: true}, 0, 1},
		{".phone", mailtest.View{Width: 375}, 0, 1},
		{".phone-dark", mailtest.View{Width: 375, Dark: true}, 0, 1},
	}
)

func main() {
	out := flag.String("out", "", "the `folder` to write to")
	mails := flag.String("mails", "", "a `pattern` of names, such as 'say-it-back-first.*'; default: the README's mail")
	root := flag.String("root", ".", "the module's `folder`")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*out, *mails, *root); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(out, pattern, root string) error {
	mails, err := mailtest.Gallery(root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	browser, err := mailtest.StartBrowser()
	if err != nil {
		return err
	}
	defer browser.Close()
	tab, err := browser.NewTab()
	if err != nil {
		return err
	}
	found := false
	for _, m := range mails {
		name, looks := m.Name, all
		if pattern == "" {
			name, looks = "", readme
			if m.Name != "say-it-back-first.en" {
				continue
			}
		} else if ok, err := path.Match(pattern, m.Name); err != nil {
			return fmt.Errorf("-mails: %w", err)
		} else if !ok {
			continue
		}
		found = true
		if err := shoot(tab, m, out, name, looks); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("no mail is called %q", pattern)
	}
	return nil
}

func shoot(tab *mailtest.Tab, m mailtest.Mail, out, name string, looks []look) error {
	if err := tab.Show(m, true); err != nil {
		return err
	}
	for _, l := range looks {
		shot, err := tab.Picture(l.view, l.height, l.scale)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		small, err := mailtest.Squeeze(shot)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		file := filepath.Join(out, name+l.suffix+".png")
		if err := os.WriteFile(file, small, 0o644); err != nil {
			return fmt.Errorf("write the picture: %w", err)
		}
		fmt.Printf("%s  %d KB\n", file, (len(small)+1023)/1024)
	}
	return nil
}
