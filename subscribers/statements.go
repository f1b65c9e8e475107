package subscribers

import "context"

// The statements with which most people of a file are added.
const (
	sqlWasErased  = "SELECT COUNT(*) FROM erased WHERE email_hash = $1"
	sqlFindPerson = "SELECT " + subscriberColumns + " FROM subscribers WHERE email_key = $1"
	sqlAddPerson  = `
		INSERT INTO subscribers (id, email, email_key, name, language, timezone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email_key) DO NOTHING`
	sqlFindPlace = "SELECT " + subscriptionColumns + `
		FROM subscriptions s JOIN slots o ON o.id = s.slot WHERE s.subscriber = $1 AND s.newsletter = $2`
	sqlFindSlot = "SELECT id FROM slots WHERE newsletter = $1 AND timezone = $2 AND send_at = $3 AND days = $4 AND cadence = $5"
	sqlAddPlace = `
		INSERT INTO subscriptions (id, subscriber, newsletter, state, state_before, slot, due_after, asked_at, created_at, confirmed_at, paused_until, course_tip)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11) ON CONFLICT (subscriber, newsletter) DO NOTHING`
	sqlNote = "INSERT INTO subscription_events (id, subscriber, newsletter, at, kind, detail) VALUES ($1, $2, $3, $4, $5, $6)"
)

// ExpectMany readies the list for [List.Add] of a whole file. It must not be called
// inside of a transaction.
func (l *List) ExpectMany(ctx context.Context) error {
	return l.often.Compile(ctx, l.db, sqlWasErased, sqlFindPerson, sqlAddPerson, sqlFindPlace, sqlFindSlot, sqlAddPlace, sqlNote)
}
