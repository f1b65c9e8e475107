package site

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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

// readEntry reads a JSON object as [web.CheckJSON] has it. Names that it doesn't know may
// hold anything.
func readEntry(body io.Reader) (e entry, err error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return e, err
	}
	if err := web.CheckJSON(text); err != nil {
		return e, err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(text, &values); err != nil {
		return e, err
	}
	if values == nil {
		return e, errors.New("it isn't an object")
	}
	for name, field := range map[string]*string{
		"email": &e.Email, "newsletter": &e.Newsletter, "language": &e.Language, "timezone": &e.Timezone, "name": &e.Name,
	} {
		if value, there := values[name]; there {
			if err := json.Unmarshal(value, field); err != nil {
				return e, err
			}
		}
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
