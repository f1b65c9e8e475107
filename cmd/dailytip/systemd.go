package main

import (
	"log/slog"

	sdnotify "github.com/coreos/go-systemd/v22/daemon"
)

// What the daemon tells the service manager (sd_notify(3)). The watchdog is fed by the
// scheduler's ticks alone: a daemon whose scheduler stands still is started again.
const (
	systemdReady     = sdnotify.SdNotifyReady + "\nSTATUS=sending tips as they come due"
	systemdKept      = sdnotify.SdNotifyReady + "\nSTATUS=the new configuration has faults; the old one stays in force"
	systemdStopping  = sdnotify.SdNotifyStopping + "\nSTATUS=finishing what is on the wire"
	systemdTicked    = sdnotify.SdNotifyWatchdog
	systemdReloading = sdnotify.SdNotifyReloading + "\nSTATUS=reading the configuration"
)

// tellSystemd says something to the service manager; nothing when none started us.
func tellSystemd(log *slog.Logger, state string) {
	if state == systemdReloading {
		state += "\n" + sdnotify.SdNotifyMonotonicUsec()
	}
	if _, err := sdnotify.SdNotify(false, state); err != nil {
		log.Warn("systemd wasn't told how the daemon is", "error", err)
	}
}
