// Screenshots writes pictures of the pages of those who plan and run into a folder, light
// and dark, as Chromium shows them on the built daemon:
//
//	go run ./test/admintest/screenshots -out docs/images
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dailytip/test/mailtest"
)

// pages are what there are pictures of, by the names of the files, and how much of each is
// shown, in CSS pixels.
var pages = []struct {
	name, path string
	height     int64
}{
	{"admin-today", "/admin", 600},
	{"admin-calendar", "/admin/calendar", 820},
	{"admin-tip", "/admin/tips/management/" + shownTip + "?scheme=", 1000},
}

const width = 1280

func main() {
	out := flag.String("out", "", "the `folder` to write to")
	root := flag.String("root", ".", "the module's `folder`")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(context.Background(), *out, *root); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, root string) error {
	h, err := open(ctx, filepath.Join(root, "library"))
	if err != nil {
		return err
	}
	defer h.close()
	browser, err := mailtest.StartBrowser()
	if err != nil {
		return err
	}
	defer browser.Close()
	tab, err := browser.NewVisitor()
	if err != nil {
		return err
	}
	if err := signIn(tab, h.base); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	for _, p := range pages {
		for _, scheme := range []string{"light", "dark"} {
			path := p.path
			if strings.HasSuffix(path, "=") { // its mail is shown so, too
				path += scheme
			}
			if err := visit(tab, h.base+path); err != nil {
				return err
			}
			view := mailtest.View{Width: width, Dark: scheme == "dark"}
			if err := shoot(tab, filepath.Join(out, p.name+"."+scheme+".png"), view, p.height); err != nil {
				return err
			}
		}
	}
	return nil
}

// visit loads a page until the library has been looked through: it says when it hasn't.
func visit(tab *mailtest.Tab, address string) error {
	for range 100 {
		if err := tab.Visit(address); err != nil {
			return err
		}
		var looking bool
		if err := tab.Run(`document.body.innerText.includes("The library is being looked through")`, &looking); err != nil || !looking {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("%s: the library is still being looked through", address)
}

func shoot(tab *mailtest.Tab, file string, view mailtest.View, height int64) error {
	shot, err := tab.Picture(view, height, 1)
	for tries := 0; err == nil && !drawn(tab, shot); tries++ {
		if tries == 100 {
			return fmt.Errorf("%s: the mail isn't drawn", file)
		}
		time.Sleep(100 * time.Millisecond)
		shot, err = tab.Picture(view, height, 1)
	}
	if err != nil {
		return err
	}
	small, err := mailtest.Squeeze(shot)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, small, 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	fmt.Printf("%s  %d KB\n", file, (len(small)+1023)/1024)
	return nil
}

// drawn tells whether the mail stands in a page's frame, into which nobody can look: there is
// more than paper in the middle of it.
func drawn(tab *mailtest.Tab, shot []byte) bool {
	var frame []float64 // the middle, the top and the bottom; none: there is no frame
	script := `(r => r ? [r.left + r.width / 2, r.top + 20, Math.min(r.bottom, innerHeight) - 20] : [])(document.querySelector("iframe")?.getBoundingClientRect())`
	if err := tab.Run(script, &frame); err != nil || len(frame) == 0 {
		return err == nil
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return false
	}
	colours := map[color.Color]bool{}
	for y := int(frame[1]); y < int(frame[2]); y++ {
		colours[picture.At(int(frame[0]), y)] = true
	}
	return len(colours) > 2
}

// signIn signs the operator in.
func signIn(tab *mailtest.Tab, base string) error {
	if err := tab.Visit(base + "/admin"); err != nil {
		return err
	}
	var sent bool
	if err := tab.Run(fmt.Sprintf(`(() => {
		document.querySelector("#name").value = %q
		document.querySelector("#password").value = %q
		document.querySelector("main form").requestSubmit()
		return true
	})()`, operator, password), &sent); err != nil {
		return err
	}
	for range 1000 {
		var at string
		// While one page goes and another comes there's none to ask.
		if err := tab.Run("location.pathname", &at); err == nil && !strings.HasSuffix(at, "/signin") {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("%s can't sign in", operator)
}
