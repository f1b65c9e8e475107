package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // for their sizes
	_ "image/jpeg" //
	_ "image/png"  //
	"io"
	"io/fs"
	"net/url"
	"path"
	"strings"
)

const (
	maxPicture  = 512 << 10 // bytes of one picture
	maxPictures = 1 << 20   // bytes of all in a mail: phones load them on the road
)

// Picture is one that travels with the mail.
type Picture struct {
	ID   string // Content-ID without angle brackets (RFC 2392)
	Name string // for who saves it
	Kind string // media type
	Data []byte
	// width in pixels
	width int
}

// DataURL is the picture as an address, for a page that stands alone.
func (p Picture) DataURL() string {
	return "data:" + p.Kind + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
}

// Pictures reads those of a library for one mail.
type Pictures struct {
	files    fs.FS
	domain   string
	attached []Picture
	bytes    int
	faults   []error // pictures that can't be shown
}

// NewPictures reads those of a library's folder, for a mail that names them as
// parts of domain (RFC 2392). Without files or a domain there are none.
func NewPictures(files fs.FS, domain string) *Pictures {
	if files == nil || domain == "" {
		return &Pictures{}
	}
	return &Pictures{files: files, domain: domain}
}

// Attached are the pictures that travel with the mail.
func (s *Pictures) Attached() []Picture { return s.attached }

// Faults tells which pictures can't be shown, and why.
func (s *Pictures) Faults() []error { return s.faults }

// libraryFile is the path of a tip's image in its library, or "" when the
// address leads elsewhere. "/a.png" counts from the library's root.
func libraryFile(dir, src string) string {
	u, err := url.Parse(strings.TrimSpace(src))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.Path == "" {
		return ""
	}
	name := strings.TrimPrefix(u.Path, "/")
	if name == u.Path {
		name = path.Join(dir, name)
	}
	if name = path.Clean(name); !fs.ValidPath(name) || name == "." {
		return ""
	}
	return name
}

// attach takes a picture into the mail; nil when that isn't possible.
func (s *Pictures) attach(name string) *Picture {
	if s.files == nil {
		return nil
	}
	data, err := s.read(name)
	if err != nil {
		s.fault(name, err)
		return nil
	}
	sum := sha256.Sum256(data)
	id := hex.EncodeToString(sum[:10]) + "@" + s.domain
	for i := range s.attached {
		if s.attached[i].ID == id {
			return &s.attached[i]
		}
	}
	if s.bytes += len(data); s.bytes > maxPictures {
		s.fault(name, fmt.Errorf("the pictures of the mail have more than %d KB together", maxPictures>>10))
		return nil
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		s.fault(name, fmt.Errorf("mail programs show PNG, JPEG and GIF: %w", err))
		return nil
	}
	s.attached = append(s.attached, Picture{ID: id, Name: asciiName(name, format), Kind: "image/" + format, Data: data, width: config.Width})
	return &s.attached[len(s.attached)-1]
}

// fault notes that a picture can't be shown, and why.
func (s *Pictures) fault(name string, err error) {
	if found := (*fs.PathError)(nil); errors.As(err, &found) {
		err = found.Err
	}
	s.faults = append(s.faults, &fs.PathError{Op: "show picture", Path: name, Err: err})
}

// read gives a file of no more than maxPicture.
func (s *Pictures) read(name string) ([]byte, error) {
	f, err := s.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	if len(data) > maxPicture {
		return nil, fmt.Errorf("it has more than %d KB", maxPicture>>10)
	}
	return data, nil
}

// open opens a file and nothing else: a pipe would wait for ever.
func (s *Pictures) open(name string) (fs.File, error) {
	info, err := fs.Stat(s.files, name)
	if err != nil {
		return nil, fmt.Errorf("find picture: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no file")
	}
	f, err := s.files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open picture: %w", err)
	}
	return f, nil
}

// width is that of a picture which is served from elsewhere; 0: unknown.
func (s *Pictures) width(name string) int {
	if s.files == nil {
		return 0
	}
	f, err := s.open(name)
	if err != nil {
		s.fault(name, err)
		return 0
	}
	defer f.Close()
	config, _, err := image.DecodeConfig(io.LimitReader(f, maxPicture))
	if err != nil {
		return 0
	}
	return config.Width
}

// asciiName is a file's name for the header of its part.
func asciiName(name, format string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	base = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, base)
	return base[:min(len(base), 40)] + "." + format
}
