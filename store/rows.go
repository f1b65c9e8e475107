package store

import "database/sql"

// Collect reads all rows of a query and closes them. It takes what the query returned:
// when that is an error, Collect returns it as it is.
func Collect[T any](rows *sql.Rows, err error, scan func(rows *sql.Rows) (T, error)) (all []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Column reads a row that has one column.
func Column[T any](rows *sql.Rows) (value T, err error) {
	err = rows.Scan(&value)
	return value, err
}
