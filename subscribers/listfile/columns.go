package listfile

import (
	"slices"
	"strings"

	"dailytip/subscribers"
)

// What a column can mean. The first ones are those that people write for us; then
// come those that our export adds, and what only other programs write.
const (
	colEmail      = "email"
	colName       = "name"
	colLanguage   = "language"
	colTimezone   = "timezone"
	colSendAt     = "send_at"
	colDays       = "days"
	colCadence    = "cadence"
	colNewsletter = "newsletter"

	colState            = "state"
	colStateBefore      = "state_before"
	colPausedUntil      = "paused_until"
	colCreatedAt        = "created_at"
	colSource           = "source"
	colConfirmedAt      = "confirmed_at"
	colConsent          = "consent"
	colLeftAt           = "left_at"
	colSuppressedAt     = "suppressed_at"
	colSuppressedReason = "suppressed_reason"
	colCourseTip        = "course_tip"

	colFirstName   = "first_name"
	colLastName    = "last_name"
	colCreatedIP   = "created_ip"
	colConfirmedIP = "confirmed_ip"
	colWeekly      = "weekly"     // true: once a week
	colSubscribed  = "subscribed" // false: they have left
	colConfirmed   = "confirmed"  // false: they never confirmed
	colUnsubscribe = "unsubscribed"
	colDead        = "suppressed" // true: mail to them fails, or they complained
)

// Columns are those that people write, and ExportColumns those that an export of ours
// has.
var (
	Columns       = []string{colEmail, colName, colLanguage, colTimezone, colSendAt, colDays, colCadence, colNewsletter}
	ExportColumns = slices.Concat(Columns, []string{
		colState, colStateBefore, colPausedUntil, colCreatedAt, colSource, colConfirmedAt, colConsent, colLeftAt, colSuppressedAt, colSuppressedReason, colCourseTip,
	})
)

// meanings is what the headers mean that programs and people write, in lower case and
// with a space for what separates words. Every meaning's own name is known beside
// these. Who gets no mail any more, in whatever words, must stand here; the rest of a
// file is left alone.
var meanings = map[string][]string{
	colEmail: {
		"e mail", "mail", "email address", "e mail address", "mail address", "emailaddress", "subscriber email", "user email", // Mailchimp, Curated, Kit, Buttondown
		"e mail adresse", "email adresse", "mailadresse", "adresse e mail", "adresse email", "adresse mail", "courriel", // a spreadsheet's, in other languages
		"correo", "correo electronico", "correo electrónico", "indirizzo email", "indirizzo e mail", "e mailadres", "e postadress", "e post", "адрес", "почта",
		"邮箱", "电子邮件", "メールアドレス", "メール",
	},
	colName:      {"full name", "fullname", "display name", "subscriber name", "vollständiger name", "nom complet", "nombre completo"}, // listmonk, Ghost
	colFirstName: {"firstname", "first", "fname", "given name", "givenname", "forename", "vorname", "prénom", "prenom", "nombre"},
	colLastName:  {"lastname", "last", "lname", "surname", "family name", "familyname", "nachname", "nom", "apellido", "apellidos", "cognome"},
	colLanguage:  {"lang", "locale", "preferred language", "sprache", "langue", "idioma", "lingua", "taal"},
	colTimezone:  {"time zone", "tz", "zeitzone", "fuseau horaire", "zona horaria", "fuso orario"}, // Mailchimp
	colSendAt:    {"send time"},
	colWeekly:    {"prefer digests", "weekly digest"}, // Substack
	colState: {
		"status", "subscriber state", "subscriber status", "subscription status", "email status", "subscriber type", "mailing status", // listmonk, beehiiv, Kit, Buttondown, Mailtrain
	},
	colCreatedAt: {
		"created", "creation date", "optin time", "optin date", "opt in date", "opt in time", "signup date", "sign up date", "signup time", "signed up", "signed up at", // Mailchimp, Buttondown
		"subscribed at", "subscribed on", "subscribed date", "subscribe date", "subscription date", "date subscribed", "date added", "added", "added at", "entered", "joined", "joined at", "start date", // Curated, Kit, phpList
	},
	colCreatedIP:   {"optin ip", "opt in ip", "signup ip", "sign up ip", "subscribe ip", "ip", "ip address"},
	colConfirmedAt: {"confirm time", "confirm date", "confirmed on", "confirmation date", "confirmation time", "double opt in at"},
	colConfirmedIP: {"confirm ip", "confirmation ip"},
	colConfirmed:   {"is confirmed", "email verified", "verified"}, // phpList
	colSubscribed: {
		"subscribed to emails", "is subscribed", "accepts marketing", "accepts email marketing", "email marketing consent", "opted in", "opt in", // Ghost
	},
	colUnsubscribe: {
		"email disabled", "disabled", "is unsubscribed", "opted out", "opt out", "optout", "has opted out of email", "email opt out", // Substack, phpList
		"do not email", "do not mail", "unsubscribed from all email", "deleted at",
	},
	colLeftAt: {"unsubscribed at", "unsubscribed on", "unsubscribe date", "unsubscribed date", "date unsubscribed", "unsub time"}, // beehiiv, Mailchimp
	colDead: {
		"bounced", "hard bounced", "is bounced", "blacklisted", "blocklisted", "blocked", "complained", "marked as spam", "spam complaint", "cleaned", // phpList
	},
	colSuppressedAt:     {"clean time", "cleaned at", "bounced at", "bounce date", "complained at"}, // Mailchimp
	colSuppressedReason: {"clean reason", "bounce reason"},
}

// saysAll are the columns that a file has only when everybody in it is in one state.
var saysAll = map[string]subscribers.State{
	"unsub time": subscribers.Unsubscribed, // Mailchimp's second file
	"clean time": subscribers.Suppressed,   // and its third
}

// besides are headers that say a state only in a file that has another one, too:
// elsewhere they may be about anything.
var besides = map[string]string{
	"type": "creation date", // Buttondown
}

// meaningOf returns what each known header means.
var meaningOf = func() map[string]string {
	all := map[string]string{}
	for _, meaning := range ExportColumns {
		all[plain(meaning)] = meaning
	}
	for meaning, headers := range meanings {
		all[plain(meaning)] = meaning
		for _, header := range headers {
			all[header] = meaning
		}
	}
	return all
}()

// plain writes a header as the table does.
func plain(header string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(header), func(r rune) bool {
		return strings.ContainsRune(" _-.:*\u00a0\t", r)
	}), " ")
}

// known are all meanings, as a person can name them.
func known() []string {
	all := slices.Clone(ExportColumns)
	for meaning := range meanings {
		if !slices.Contains(all, meaning) {
			all = append(all, meaning)
		}
	}
	slices.Sort(all[len(ExportColumns):])
	return all
}
