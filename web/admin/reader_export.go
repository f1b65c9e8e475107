package admin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"dailytip/admins"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// exportTime is how long a download of all readers may take.
const exportTime = 30 * time.Minute

// addExport adds the download of the list. It's everybody's address, so it's in the log.
func (a *Admin) addExport() {
	on := a.on("/readers")
	a.handle("POST "+root+"/export", a.admit(admins.Readers, func(w http.ResponseWriter, r *http.Request, v *visit) { a.export(w, r, v, on) }))
	a.wrongMethod(root+"/export", "POST")
}

// export sends the readers of a newsletter, or all, as a file that an import reads. It's
// written here first: a browser that takes it slowly keeps the database from nothing, and
// a fault of ours is told in place of half a file.
func (a *Admin) export(w http.ResponseWriter, r *http.Request, v *visit, on formPage) {
	newsletter := v.typed("newsletter")
	if newsletter != "" {
		if _, err := a.Scheduler.Find(newsletter); err != nil {
			a.refusedAgain(w, r, v, on, r.PostForm, faulty(err))
			return
		}
	}
	if !a.exporting.TryLock() {
		a.refusedAgain(w, r, v, on, r.PostForm, refuse(http.StatusConflict, "admin.export.busy"))
		return
	}
	defer a.exporting.Unlock()
	// Not the request's own time, which is a page's.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), exportTime)
	defer cancel()
	answer := http.NewResponseController(w)
	if err := answer.SetWriteDeadline(time.Time{}); err != nil {
		a.refused(w, r, v, err)
		return
	}
	stop := context.AfterFunc(ctx, func() { _ = answer.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()                                       // before the context is over: what is sent then is all right
	file, err := os.CreateTemp("", "dailytip-export-") // only its owner may read it
	if err != nil {
		a.refused(w, r, v, err)
		return
	}
	defer func() { _ = file.Close() }()
	err = os.Remove(file.Name()) // it's there until it's closed
	if err == nil {
		err = a.carryOut(ctx, v, change{name: "export", detail: newsletter, do: func(ctx context.Context) error {
			_, err := listfile.Write(ctx, file, a.List, subscribers.Filter{Newsletter: newsletter})
			return err
		}})
	}
	size, sought := file.Seek(0, io.SeekCurrent)
	_, rewound := file.Seek(0, io.SeekStart)
	if err := errors.Join(err, sought, rewound); err != nil {
		a.refused(w, r, v, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Disposition", `attachment; filename="readers-`+v.now.UTC().Format(time.DateOnly)+`.csv"`)
	h.Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, file) // one that is cut off isn't as long as was said
}
