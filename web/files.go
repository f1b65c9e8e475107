package web

import (
	"net/http"
	"path"
	"strings"
)

// pictureTypes are the files of a library that are served, by their endings: the
// pictures that mails show. Tips aren't, for drafts and tips to come are nobody's
// to read.
var pictureTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
}

// file serves a picture of a newsletter's library. The file system keeps names
// and links inside the folder.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	files := s.files[r.PathValue("newsletter")]
	name := r.PathValue("path")
	kind := pictureTypes[strings.ToLower(path.Ext(name))]
	if files == nil || kind == "" || strings.HasPrefix(path.Base(name), ".") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	// A mail is opened again years later; its pictures rarely change.
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeFileFS(w, r, files, name)
}
