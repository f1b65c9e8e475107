package store

import (
	"errors"
	"fmt"

	"github.com/gofrs/flock"
)

// ErrSenderRunning means that another process sends from this database.
var ErrSenderRunning = errors.New("another dailytip process is sending from this database")

// Sender is the right to send from an SQLite database, held by one process at a
// time. The system gives it back when the process dies, however it dies.
type Sender struct{ lock *flock.Flock }

// LockSender takes the right to send. On PostgreSQL several nodes share the
// work by row locks, and it is always given.
func (db *DB) LockSender() (*Sender, error) {
	if db.Postgres() {
		return &Sender{}, nil
	}
	return lockFile(db.path)
}

func lockFile(path string) (*Sender, error) {
	lock := flock.New(path + ".lock")
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s.lock: %w", path, err)
	}
	if !ok {
		return nil, fmt.Errorf("%w (it holds %s.lock)", ErrSenderRunning, path)
	}
	return &Sender{lock: lock}, nil
}

// Release gives the right back.
func (s *Sender) Release() error {
	if s == nil || s.lock == nil {
		return nil
	}
	return s.lock.Unlock()
}
