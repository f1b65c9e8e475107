package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// maxDuration bounds every duration, so that sums of them can't overflow.
const maxDuration = 3650 * day

var (
	durationParts = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?)([a-z]+)`)
	durationWhole = regexp.MustCompile(`^(?:[0-9]+(?:\.[0-9]+)?[a-z]+)+$`)
	durationUnits = map[string]time.Duration{
		"w": 7 * day, "d": day, "h": time.Hour, "m": time.Minute, "s": time.Second,
	}
)

// ParseDuration reads 180d, 1w, 6h, 1h30m, 0. A day is 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return 0, errors.New("has no unit; write w, d, h, m or s after the number, such as 6h or 180d")
	}
	if !durationWhole.MatchString(s) {
		return 0, errors.New("isn't a duration; write a number and a unit without a space, such as 30m, 6h, 180d or 1w")
	}
	var total float64
	for _, part := range durationParts.FindAllStringSubmatch(s, -1) {
		unit, ok := durationUnits[part[2]]
		if !ok {
			return 0, fmt.Errorf("has the unknown unit %q; the units are w, d, h, m and s", clip(part[2]))
		}
		n, err := strconv.ParseFloat(part[1], 64)
		if err != nil {
			return 0, errors.New("isn't a duration; write a smaller number")
		}
		total += n * float64(unit)
	}
	if total > float64(maxDuration) {
		return 0, errors.New("is longer than ten years; write at most 3650d")
	}
	return time.Duration(total), nil
}

// formatDuration writes d the way a person would have: 6h, 180d, 1h30m.
func formatDuration(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	var b strings.Builder
	for _, u := range []string{"d", "h", "m", "s"} {
		if n := d / durationUnits[u]; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u)
			d -= n * durationUnits[u]
		}
	}
	return b.String()
}
