package store

import "context"

// MigrateTo brings the schema to a version, as an older program had it.
func (db *DB) MigrateTo(ctx context.Context, version int64) error {
	provider, err := db.provider()
	if err == nil {
		_, err = provider.UpTo(ctx, version)
	}
	return err
}
