// Package listfile reads and writes lists of subscribers as files: our own export,
// those of other newsletter programs as they come, a spreadsheet's CSV, and one
// address on each line. A file is read in five steps, each in a file of its own:
//
//	charset.go  bytes → text
//	lines.go, records.go  text → records; a broken one costs itself only
//	header.go   the first record → what the columns mean, by the table in columns.go
//	row.go      a record → a person with their state, consent and preferences
//
// The fifth is not here: what a state that stands in a file may change on the list
// is one rule of package subscribers ([subscribers.List.Add]). The package refuses to
// guess: what can be meant in two ways costs its row, or is left out and said.
package listfile
