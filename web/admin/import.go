package admin

import (
	"context"
	"errors"
	"html/template"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"dailytip/admins"
	"dailytip/membership/importer"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
	"dailytip/web"
)

// The bounds of a file that is sent here. A larger one is imported by command.
const (
	largestImport = 64 << 20
	// mostRead is how much of a form is read whose file is too large: its choices come after
	// the file, and a browser that is cut off in the middle shows nothing of our answer.
	mostRead   = 1 << 30
	uploadTime = 10 * time.Minute
	stillTime  = 30 * time.Second // without a byte of it: who has sent it is gone
	importPath = "/import"
)

// importView is the data of the templates "import" and "imported".
type importView struct {
	Action      string
	Newsletters []choice
	States      []choice

	File, Who string
	Phase     string
	Rows      template.HTML
	Failed    string
	Kinds     []kindView
	Counts    []countView
	Notes     []importNote
	Add       string // where the button posts to; "": there's nothing to add
	Vouched   bool
	Again     string
}

type kindView struct {
	What     string
	Rows     string
	Examples []string
	More     string // how many aren't shown; "": none
}

func (a *Admin) addImport() {
	a.importing.ended = func(phase string, err error) {
		switch {
		case errors.As(err, new(importer.FileError)): // who has sent it is told
			a.Log.Info("a file can't be imported", "phase", phase, "error", err)
		case err != nil:
			a.Log.Error("a file wasn't imported whole", "phase", phase, "error", err)
		}
		if phase == adding {
			a.enqueued() // some are asked to confirm
		}
	}
	on := a.on(importPath)
	a.Handle(web.Route{Pattern: "POST " + root + "/import/file", Unread: true, Fault: a.fault, Handler: a.admit(admins.Readers, func(w http.ResponseWriter, r *http.Request, v *visit) { a.takeFile(w, r, v, on) })})
	a.wrongMethod(root+"/import/file", "POST")
	a.handle("GET "+root+"/import/progress", a.admit(admins.Readers, a.importProgress))
	a.wrongMethod(root+"/import/progress", "GET, HEAD")
}

// importPage is the form that takes a file.
func (a *Admin) importPage(*visit) (view, error) {
	shown := importView{Action: a.Path(root+"/import/file", nil), Newsletters: a.newsletterChoices()}
	for _, s := range subscribers.States {
		shown.States = append(shown.States, worded(string(s), "admin.reader.state."+string(s)))
	}
	a.importing.mu.Lock()
	defer a.importing.mu.Unlock()
	if a.importing.id != "" {
		shown.File, shown.Again = a.importing.name, a.Path(root+"/import/progress", nil)
	}
	return view{title: say("admin.import.heading"), body: "import", data: shown}, nil
}

// takeFile reads a file that is sent, and begins to look what it would do.
func (a *Admin) takeFile(w http.ResponseWriter, r *http.Request, v *visit, on formPage) {
	if !a.importing.mayUpload() {
		w.Header().Set("Connection", "close") // the file isn't read
		a.refusedAgain(w, r, v, on, nil, refuse(http.StatusConflict, "admin.import.busy"))
		return
	}
	defer a.importing.uploaded()
	answer := http.NewResponseController(w)
	_ = answer.SetReadDeadline(time.Time{})
	cut := func() { _ = answer.SetReadDeadline(time.Unix(1, 0)) }
	slow, still := time.AfterFunc(uploadTime, cut), time.AfterFunc(stillTime, cut)
	defer slow.Stop()
	defer still.Stop()
	_ = answer.SetWriteDeadline(time.Time{})
	r.Body = http.MaxBytesReader(w, awake{r.Body, still}, mostRead)
	file, fields, err := readForm(r)
	if err == nil {
		var o importer.Options
		if o, err = a.importOptions(fields); err == nil {
			err = a.importing.begin(r.Context(), file, v.Label(), o)
		}
		if errors.Is(err, errImporting) {
			err = refuse(http.StatusConflict, "admin.import.busy")
		}
		if err != nil {
			_ = file.Close()
		}
	}
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		w.Header().Set("Connection", "close") // the rest isn't read
		a.refusedAgain(w, r, v, on, fields, errTooLarge)
	case err != nil:
		a.refusedAgain(w, r, v, on, fields, err)
	default:
		a.redirect(w, r, root+"/import/progress", nil)
	}
}

// awake puts a timer off as long as something comes.
type awake struct {
	io.ReadCloser
	still *time.Timer
}

// Read is for [io.Reader].
func (a awake) Read(b []byte) (int, error) {
	n, err := a.ReadCloser.Read(b)
	if n > 0 {
		a.still.Reset(stillTime)
	}
	return n, err
}

// mostParts is how many parts a form with a file may have. Ours has four.
const mostParts = 20

// errTooLarge means that a file has more than may be sent here.
var errTooLarge = refuse(http.StatusRequestEntityTooLarge, "admin.import.large")

// readForm keeps what is sent in a file that has no name any more, so that nobody else
// reads it and it's gone with the program. The fields are those that could be read. Of a
// file that is too large nothing is kept, but the fields after it are read.
func readForm(r *http.Request) (file *os.File, fields url.Values, err error) {
	missing, large := refuse(http.StatusUnprocessableEntity, "admin.import.missing"), false
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, missing
	}
	fields = url.Values{}
	defer func() {
		if err != nil && file != nil {
			_ = file.Close()
			file = nil
		}
	}()
	for range mostParts + 1 { // the last is the end
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF) && large:
			return file, fields, errTooLarge
		case errors.Is(err, io.EOF) && file == nil:
			return nil, fields, missing
		case errors.Is(err, io.EOF):
			return file, fields, nil
		case errors.As(err, new(*http.MaxBytesError)):
			return file, fields, err
		case err != nil:
			return file, fields, missing
		}
		if part.FileName() == "" {
			text, err := io.ReadAll(io.LimitReader(part, 1<<10))
			if err != nil {
				return file, fields, err
			}
			fields.Set(part.FormName(), oneLine(string(text)))
			continue
		}
		if file != nil {
			return file, fields, missing
		}
		fields.Set("name", oneLine(filepath.Base(part.FileName())))
		if file, large, err = keep(part); err != nil {
			return file, fields, err
		}
	}
	return file, fields, missing
}

// keep writes a file that is sent, and tells whether it's too large.
func keep(part *multipart.Part) (file *os.File, large bool, err error) {
	file, err = os.CreateTemp("", "dailytip-import-") // only its owner may read it
	if err != nil {
		return nil, false, err
	}
	if err = os.Remove(file.Name()); err != nil {
		return file, false, err
	}
	n, err := io.Copy(file, io.LimitReader(part, largestImport+1))
	if large = n > largestImport; large {
		err = errors.Join(err, file.Truncate(0)) // the disk isn't kept full while the rest is read
	}
	return file, large, err
}

func (a *Admin) importOptions(fields url.Values) (importer.Options, error) {
	o := importer.Options{
		Membership: a.Membership, Now: a.Now,
		List: listfile.Options{Name: fields.Get("name"), State: subscribers.State(fields.Get("state"))},
	}
	if o.List.State != "" && !slices.Contains(subscribers.States, o.List.State) {
		return o, refuse(http.StatusUnprocessableEntity, "admin.fault.request")
	}
	if fields.Get("confirmed") != "" {
		o.Consent = subscribers.Vouched
	}
	for _, n := range a.Scheduler.Newsletters {
		if of := fields.Get("newsletter"); of == "" || n.ID == of {
			o.List.Newsletters = append(o.List.Newsletters, n.ID)
		}
	}
	if len(o.List.Newsletters) == 0 {
		return o, refuse(http.StatusUnprocessableEntity, "admin.fault.request")
	}
	return o, nil
}

// addPeople adds the people of a file that was looked at.
func (a *Admin) addPeople() action {
	return action{path: "/import/add", needs: admins.Readers, read: func(v *visit) (change, error) {
		id := v.typed("file")
		return change{name: "import_add", back: "/import/progress", do: func(ctx context.Context) error {
			if err := a.importing.add(ctx, id); err != nil {
				return refuse(http.StatusConflict, "admin.import.gone")
			}
			return nil
		}}, nil
	}}
}

// importProgress says how far a file is. While it's under way, the page is asked for
// again by the browser itself.
func (a *Admin) importProgress(w http.ResponseWriter, r *http.Request, v *visit) {
	shown := a.importing.shown()
	if shown.Phase == "" {
		a.redirect(w, r, root+"/import", nil)
		return
	}
	if shown.Busy() {
		w.Header().Set("Refresh", "2; url="+a.Path(root+"/import/progress", nil)) // what was said once isn't said again
	}
	title := say("admin.import." + shown.Phase)
	if shown.Failed != "" {
		title = say("admin.fault.heading")
	}
	shown.Action, shown.Again = a.Path(root+"/import/add", nil), a.Path(root+"/import", nil)
	a.write(w, r, v, http.StatusOK, view{title: title, body: "imported", data: shown})
}

// Busy tells whether the file is under way.
func (s importView) Busy() bool { return s.Phase == trying || s.Phase == adding }

// shown is what there is to say of the file.
func (i *importing) shown() importView {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.id == "" {
		return importView{}
	}
	s := importView{File: i.name, Who: i.who, Phase: i.phase, Rows: i.rows(), Notes: slices.Clone(i.notes), Vouched: i.options.Consent == subscribers.Vouched}
	if errors.As(i.err, new(importer.FileError)) {
		s.Failed = i.err.Error()
	} else if i.err != nil {
		s.Failed = web.Untagged(say("admin.import.failed"))
	}
	if i.phase == tried && i.err == nil {
		s.Add = i.id
	}
	if i.result == nil || i.phase == trying || i.phase == adding {
		return s
	}
	for _, k := range i.result.Kinds {
		one := kindView{What: k.What, Rows: grouped(int64(k.Rows)), Examples: k.Examples}
		if more := k.Rows - len(k.Examples); more > 0 {
			one.More = grouped(int64(more))
		}
		s.Kinds = append(s.Kinds, one)
	}
	if i.phase == finished {
		s.Counts = countsOf(i.result)
	}
	return s
}

// rows says how far a file is that is under way. i.mu is held.
func (i *importing) rows() template.HTML {
	row := template.HTML(grouped(int64(i.row)))
	if i.of == 0 {
		return phrase("admin.import.read", map[string]template.HTML{"Rows": row})
	}
	return phrase("admin.import.rows", map[string]template.HTML{"Rows": row, "All": template.HTML(grouped(int64(i.of)))})
}

// countsOf says how many rows came to what.
func countsOf(r *importer.Result) (all []countView) {
	for _, c := range []struct {
		name  string
		n     int
		class string
	}{
		{"added", r.Added, "sent"},
		{"confirmed", r.Confirmed, "sent"},
		{"unchanged", r.Unchanged, "waiting"},
		{"ended", r.Ended, "waiting"},
		{"not_revived", r.Left + r.Suppressed, "waiting"},
		{"refused", r.Refused, "failed"},
	} {
		if c.n > 0 || c.name == "added" {
			all = append(all, countView{Class: c.class, Name: say("admin.import.count." + c.name), N: grouped(int64(c.n))})
		}
	}
	return all
}
