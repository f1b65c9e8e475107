package daemontest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// SmallDisk mounts a file system of a size such as "4m" on an empty folder,
// which only root can (Linux). unmount takes it away.
func SmallDisk(dir, size string) (unmount func(), err error) {
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("mount a small file system: %w: %s", err, bytes.TrimSpace(out))
	}
	return func() { _ = exec.Command("umount", "--lazy", dir).Run() }, nil
}

// FillUp takes what room is left on the disk of a SQLite database, so that whoever
// writes next finds none: the log beside a database keeps its length, and what is in it
// is written over when it was moved, so it's emptied first. The ballast is a file.
func FillUp(ctx context.Context, database, ballast string) error {
	for {
		if err := emptyLog(ctx, database); err != nil {
			return err
		}
		if err := fillDisk(ballast); err != nil {
			return err
		}
		// In a longer log SQLite may find room again.
		if log, err := os.Stat(database + "-wal"); err != nil || log.Size() < 1<<20 {
			return err
		}
		if err := os.Remove(ballast); err != nil {
			return err
		}
	}
}

func emptyLog(ctx context.Context, database string) (err error) {
	db, err := sql.Open("sqlite", database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for busy := 1; busy > 0; {
		var pages, moved int
		if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
			return fmt.Errorf("empty the database's log: %w", err)
		}
	}
	return nil
}

// fillDisk writes a file until nothing more fits.
func fillDisk(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	defer func() { _ = file.Close() }()
	for size := 1 << 16; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return nil
}
