package config

import (
	"errors"

	"dailytip/zone"
)

// checkZone accepts IANA names.
func checkZone(name string, orSubscriber bool) error {
	switch {
	case name == "" && orSubscriber:
		return errors.New("names no time zone; write one such as Europe/Berlin or UTC, or subscriber for each reader's own")
	case name == "":
		return errors.New("names no time zone; write one such as Europe/Berlin or UTC")
	case name == "subscriber":
		return errors.New("is for those readers who have no zone; write an IANA name such as Europe/Berlin or UTC")
	}
	return zone.Check(name)
}
