package main

import (
	"log/slog"

	"github.com/coreos/go-systemd/v22/daemon"
)

// What the daemon tells the service manager (sd_notify(3)). The watchdog is fed by the
// scheduler's ticks alone: a daemon whose scheduler stands still is started again.
const (
	systemdReady     = daemon.SdNotifyReady + "\nSTATUS=sending tips as they come due"
	systemdKept      = daemon.SdNotifyReady + "\nSTATUS=the new configuration has faults; the old one stays in force"
	systemdStopping  = daemon.SdNotifyStopping + "\nSTATUS=finishing what is on the wire"
	systemdTicked    = daemon.SdNotifyWatchdog
	systemdReloading = daemon.SdNotifyReloading + "\nSTATUS=reading the configuration"
)

// tellSystemd says something to the service manager; nothing when none started us.
func tellSystemd(log *slog.Logger, state string) {
	if state == systemdReloading {
		state += "\n" + daemon.SdNotifyMonotonicUsec()
	}
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("systemd wasn't told how the daemon is", "error", err)
	}
}
