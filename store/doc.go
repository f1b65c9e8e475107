// Package store owns the database: it opens SQLite or PostgreSQL, brings the
// schema up to date and runs transactions. It knows no tables of its own: the SQL
// stands with the rooms that write them (subscribers, editions, ledger), which the
// schema names above its tables.
//
// One SQL text serves both engines: $1 placeholders, ON CONFLICT, RETURNING,
// INSERT … SELECT. Where they differ, a function of the [DB] gives the text, such as
// [DB.SkipLocked].
//
// Conventions of the schema: times are BIGINT milliseconds since 1970 UTC, with
// 0 for "none"; dates are TEXT YYYY-MM-DD local dates; ids are made by the
// program ([IDs]) and grow with time.
package store
