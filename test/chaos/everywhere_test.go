//go:build !long

package chaos

// everywhere tells whether processes are killed on PostgreSQL, too, with three
// nodes; TestEventsOfKilled and TestPostgresKilled are there always.
const everywhere = false
