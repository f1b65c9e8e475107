package store

import "database/sql"

// Each calls scan for each row of a query, until it fails, and closes the rows. It takes
// what the query returned: when that is an error, Each returns it as it is.
func Each(rows *sql.Rows, err error, scan func(rows *sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Collect is [Each] for what becomes a slice; nil when there are no rows.
func Collect[T any](rows *sql.Rows, err error, scan func(rows *sql.Rows) (T, error)) (all []T, _ error) {
	err = Each(rows, err, func(rows *sql.Rows) error {
		one, err := scan(rows)
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Column reads a row that has one column.
func Column[T any](rows *sql.Rows) (value T, err error) {
	err = rows.Scan(&value)
	return value, err
}
