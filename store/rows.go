package store

import "database/sql"

// Collect reads all rows of a query and closes them; nil when there are none. It takes
// what the query returned: when that is an error, Collect returns it as it is.
func Collect[T any](rows *sql.Rows, err error, scan func(rows *sql.Rows) (T, error)) (all []T, _ error) {
	err = each(rows, err, func() error {
		one, err := scan(rows)
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// CollectMap is [Collect] for a map, which is empty when there are no rows.
func CollectMap[K comparable, V any](rows *sql.Rows, err error, scan func(rows *sql.Rows) (K, V, error)) (map[K]V, error) {
	all := map[K]V{}
	err = each(rows, err, func() error {
		k, v, err := scan(rows)
		all[k] = v
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func each(rows *sql.Rows, err error, f func() error) error {
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Column reads a row that has one column.
func Column[T any](rows *sql.Rows) (value T, err error) {
	err = rows.Scan(&value)
	return value, err
}
