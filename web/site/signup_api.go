package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dailytip/locale"
	"dailytip/web"
	"dailytip/zone"
)

// apiAnswer is what /api/subscribe answers, with errors or without.
type apiAnswer struct {
	Message string     `json:"message,omitempty"`
	Errors  []apiError `json:"errors,omitempty"`
}

// apiError says what is wrong with a field; "" is the request as a whole.
type apiError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Instead string `json:"instead,omitempty"` // what was probably meant
}

// apiSubscribe signs somebody up for a program: the operator's own server, or a
// script on one of the origins. The same limits hold as for the form.
func (s *Site) apiSubscribe(w http.ResponseWriter, r *http.Request) {
	lang := s.Language(r, "", "")
	refuse := func(status int, field, message string) {
		web.WriteJSON(w, status, apiAnswer{Errors: []apiError{{Field: field, Message: locale.Text(lang, message, nil)}}})
	}
	if !s.allowOrigin(w, r) && !s.OwnForm(r) {
		refuse(http.StatusForbidden, "", "page.error.elsewhere")
		return
	}
	// A form on another site can't send this type, so it can't get here.
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		refuse(http.StatusUnsupportedMediaType, "", "page.fault.json")
		return
	}
	e, err := readEntry(r.Body)
	if err != nil {
		refuse(http.StatusBadRequest, "", "page.fault.json")
		return
	}
	// A form takes what the browser calls its zone, for nobody typed it there; a
	// program is asked what it means.
	zoneMeant := zone.Instead(strings.TrimSpace(e.Timezone))
	request, faults := s.check(r, &e)
	if len(faults) > 0 || zoneMeant != "" {
		var a apiAnswer
		for _, f := range faults {
			a.Errors = append(a.Errors, apiError{Field: f.Field, Message: locale.Text(lang, f.Message, nil)})
		}
		if zoneMeant != "" {
			a.Errors = append(a.Errors, apiError{Field: "timezone", Message: locale.Text(lang, "page.fault.zone", nil), Instead: zoneMeant})
		}
		web.WriteJSON(w, http.StatusUnprocessableEntity, a)
		return
	}
	request.Detail = "signed up over /api/subscribe"
	if from := r.Header.Get("Origin"); slices.Contains(s.Origins, from) {
		request.Detail += " on " + from
	}
	wait, err := s.signUp(r, request, "")
	switch {
	case err != nil:
		s.Log.ErrorContext(r.Context(), "a sign-up failed", "route", apiRoute, "error", err)
		refuse(http.StatusServiceUnavailable, "", "page.error.failed")
	case wait > 0:
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		web.WriteJSON(w, http.StatusTooManyRequests, apiAnswer{Errors: []apiError{{Message: web.WaitText(lang, wait)}}})
	default:
		web.WriteJSON(w, http.StatusAccepted, apiAnswer{Message: locale.Text(lang, "page.subscribe.sent", map[string]any{
			"Newsletter": s.titleOf(request.Newsletter), "Email": string(request.Address),
		})})
	}
}

// readEntry reads a JSON object. It refuses what two programs could read in two ways:
// a name that is there twice, something behind the object, text that isn't UTF-8
// (RFC 8259 §4 and §8.1). Names that it doesn't know may hold anything.
func readEntry(body io.Reader) (e entry, err error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return e, err
	}
	if !utf8.Valid(text) {
		return e, errors.New("the text isn't UTF-8")
	}
	fields := map[string]*string{
		"email": &e.Email, "newsletter": &e.Newsletter, "language": &e.Language, "timezone": &e.Timezone, "name": &e.Name,
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return e, cmp.Or(err, errors.New("it isn't an object"))
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return e, err
		}
		name, _ := token.(string)
		folded := strings.ToLower(name)
		if seen[folded] {
			return e, fmt.Errorf("%q stands there twice", name)
		}
		seen[folded] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return e, err
		}
		if field := fields[name]; field != nil {
			if err := json.Unmarshal(value, field); err != nil {
				return e, err
			}
		}
	}
	if _, err := d.Token(); err != nil { // the end of the object
		return e, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return e, errors.New("something follows the object")
	}
	return e, nil
}

const apiRoute = "POST /api/subscribe"

// apiPreflight answers a browser that asks whether a script may call.
func (s *Site) apiPreflight(w http.ResponseWriter, r *http.Request) {
	if s.allowOrigin(w, r) {
		h := w.Header()
		h.Set("Access-Control-Allow-Methods", "POST")
		h.Set("Access-Control-Allow-Headers", "Content-Type")
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(time.Hour.Seconds())))
	}
	w.WriteHeader(http.StatusNoContent)
}

// allowOrigin lets a script on one of the operator's sites read the answer.
func (s *Site) allowOrigin(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Add("Vary", "Origin")
	from := r.Header.Get("Origin")
	if !slices.Contains(s.Origins, from) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", from)
	h.Set("Access-Control-Expose-Headers", "Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return true
}
