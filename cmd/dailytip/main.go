// Command dailytip sends a tip a day: it picks the day's tip from a folder of
// markdown files on a cron schedule, renders it to HTML mail with its source
// link, and sends it over SMTP to everyone who is due.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones on machines that have none, all of one release
)

func main() {
	os.Exit(mainCode())
}

// mainCode is main but for the end: os.Exit forgets what is deferred.
func mainCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})
}
