package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"dailytip/config"
	"dailytip/editions"
	"dailytip/store"
)

// voteText is how many of the readers who answered found something useful; ""
// when nobody has.
func voteText(t editions.Tally) string {
	if t == (editions.Tally{}) {
		return ""
	}
	return fmt.Sprintf("%d of %d", t.Useful, t.Useful+t.Useless)
}

// tallies counts the votes on the tips of a folder. A folder that was named by hand has
// none, and a database that can't be read keeps nobody from looking at tips.
func (c *command) tallies(ctx context.Context, dir, folder string) map[string]editions.Tally {
	if dir != "" {
		return nil
	}
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return nil // what opened the library has said so
	}
	var newsletters []string
	for _, n := range cfg.Newsletters {
		if n.Tips == folder {
			newsletters = append(newsletters, n.ID)
		}
	}
	counted, err := readTallies(ctx, cfg.Database.Reveal(), newsletters)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, store.ErrOtherVersion) {
		c.say("the readers' votes can't be read: %v", err)
	}
	return counted
}

func readTallies(ctx context.Context, database string, newsletters []string) (map[string]editions.Tally, error) {
	db, err := store.OpenToRead(ctx, database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	return editions.New(db).Tallies(ctx, newsletters)
}
