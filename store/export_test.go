package store

import "context"

// MigrateTo brings the schema to an older version than the newest.
func (db *DB) MigrateTo(ctx context.Context, version int64) error {
	provider, err := db.provider()
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
