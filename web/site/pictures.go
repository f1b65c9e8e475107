package site

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

// pictureTypes are the endings of the files of a library that are served: the
// pictures that mails show. Tips aren't served, because nobody should read drafts
// and tips to come.
var pictureTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
}

// picture serves a picture of a newsletter's library. The file system keeps names
// and links inside the folder.
func (s *Site) picture(w http.ResponseWriter, r *http.Request) {
	files := s.files[r.PathValue("newsletter")]
	name := r.PathValue("path")
	kind := pictureTypes[strings.ToLower(path.Ext(name))]
	if files == nil || kind == "" || isHidden(name) {
		http.NotFound(w, r)
		return
	}
	f, picture, info, err := openPicture(files, name)
	if err != nil { // whatever is wrong with it, for a reader it isn't there
		http.NotFound(w, r)
		return
	}
	defer func() { _ = f.Close() }()
	w.Header().Set("Content-Type", kind)
	// A mail is opened again years later; its pictures rarely change.
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r, name, info.ModTime(), picture)
}

// isHidden tells whether a file, or a folder that it's in, begins with a dot:
// .git and the like aren't of the library.
func isHidden(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, ".") })
}

// openPicture opens a regular file. It looks after opening, because only the open
// file tells for sure what it is.
func openPicture(files fs.FS, name string) (fs.File, io.ReadSeeker, fs.FileInfo, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, nil, nil, err
	}
	info, err := f.Stat()
	picture, ok := f.(io.ReadSeeker)
	if err == nil && (!ok || !info.Mode().IsRegular()) {
		err = errors.New("it is no file")
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, f.Close())
	}
	return f, picture, info, nil
}
