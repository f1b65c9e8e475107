package config

import (
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"

	"github.com/robfig/cron/v3"
)

// cronItem is one item of a field. robfig/cron also accepts "*-5", "," and
// "*/100", each with a meaning nobody would expect.
var cronItem = regexp.MustCompile(`^([*?]|[0-9]{1,2}|[A-Za-z]{3})(-([0-9]{1,2}|[A-Za-z]{3}))?(/[0-9]{1,2})?$`)

// cronFields names the five fields, and how many values each has.
var cronFields = [5]struct {
	name   string
	values int
}{{"minute", 60}, {"hour", 24}, {"day of the month", 31}, {"month", 12}, {"weekday", 7}}

const scheduleExample = `write minute hour day month weekday, such as "0 7 * * MON-FRI"`

// checkSchedule accepts an expression that names one minute of the days it
// fires on, and at least one day.
func checkSchedule(expr string) error {
	fields := strings.Fields(expr)
	switch {
	case len(fields) == 0:
		return errors.New("is empty; " + scheduleExample)
	case strings.HasPrefix(fields[0], "CRON_TZ=") || strings.HasPrefix(fields[0], "TZ="):
		// The parser would panic on a zone with nothing after it.
		return errors.New("has a time zone in it; write the zone in timezone: and here only the five fields, such as \"0 7 * * MON-FRI\"")
	case strings.HasPrefix(fields[0], "@"):
		return macro(fields[0])
	case len(fields) == 6:
		return errors.New("has six fields; write five, without seconds and without a year: minute hour day month weekday")
	case len(fields) != len(cronFields):
		return fmt.Errorf("has %d fields, not five; %s", len(fields), scheduleExample)
	}
	for i, field := range fields {
		if err := checkCronField(i, field); err != nil {
			return err
		}
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	parsed, err := parser.Parse(expr)
	if err != nil {
		return fmt.Errorf("isn't a schedule (%w); %s", err, scheduleExample)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return errors.New("isn't a schedule of days; " + scheduleExample)
	}
	if count(spec.Minute)*count(spec.Hour) != 1 {
		return fmt.Errorf("fires %s times a day; write one minute and one hour, such as \"0 7 %s\": a reader gets one tip a day",
			strconv.Itoa(count(spec.Minute)*count(spec.Hour)), strings.Join(fields[2:], " "))
	}
	if !firesEver(spec) {
		return errors.New("never fires, as no such day exists; write a day that its months have, such as \"0 7 28 2 *\"")
	}
	return nil
}

// macro says what to write instead of @daily and its like, which fire at
// midnight, and @every, which isn't tied to the clock on the wall.
func macro(name string) error {
	instead := map[string]string{
		"@daily": "0 7 * * *", "@midnight": "0 0 * * *", "@weekly": "0 7 * * MON",
		"@monthly": "0 7 1 * *", "@yearly": "0 7 1 1 *", "@annually": "0 7 1 1 *",
	}[name]
	if instead == "" {
		instead = "0 7 * * *"
	}
	return fmt.Errorf("doesn't say at what time of day; write minute hour day month weekday instead of %s, such as %q", clip(name), instead)
}

func checkCronField(i int, field string) error {
	f := cronFields[i]
	for item := range strings.SplitSeq(field, ",") {
		m := cronItem.FindStringSubmatch(item)
		weekdays := i == 4
		switch {
		case item == "":
			return fmt.Errorf("has a comma too many in its %s %q; write values between commas, such as 1,15", f.name, clip(field))
		case strings.ContainsAny(item, "LW#") && m == nil:
			return fmt.Errorf("has %q in its %s; L, W and # aren't known here, write days by number or name", clip(item), f.name)
		case m == nil || m[2] != "" && strings.ContainsAny(m[1], "*?"):
			return fmt.Errorf("has %q in its %s, which can't be read; write a number, a-b, a,b or *", clip(item), f.name)
		case weekdays && (m[1] == "7" || m[3] == "7"):
			return fmt.Errorf("has weekday 7; write 0 or SUN for Sunday (a range over it as two: FRI-SAT,SUN)")
		case weekdays && m[2] != "" && weekday(m[1]) > weekday(m[3]):
			return fmt.Errorf("has the range %s, which runs over the end of the week; write its days one by one, such as FRI,SAT,SUN,MON", item)
		}
		if step, err := strconv.Atoi(strings.TrimPrefix(m[4], "/")); m[4] != "" && (err != nil || step < 1 || step >= f.values) {
			return fmt.Errorf("has the step %q in its %s; write one from 1 to %d", m[4], f.name, f.values-1)
		}
	}
	return nil
}

// weekday numbers MON or 1 as cron does. What isn't one is left to the parser.
func weekday(s string) int {
	if i := strings.Index("SUNMONTUEWEDTHUFRISAT", strings.ToUpper(s)); len(s) == 3 && i >= 0 && i%3 == 0 {
		return i / 3
	}
	n, _ := strconv.Atoi(s)
	return n
}

// starBit is how the parser marks a field written as *; it isn't exported.
const starBit = 1 << 63

func count(set uint64) int { return bits.OnesCount64(set &^ starBit) }

// firesEver reports whether any day of any year fits. cron's own answer, the
// zero time from Next, comes after a search of five years, which is too short
// for a 29 February around 2100.
func firesEver(s *cron.SpecSchedule) bool {
	longest := [13]int{1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
	byDate := false
	for month := 1; month <= 12; month++ {
		if s.Month&(1<<month) != 0 && bits.TrailingZeros64(s.Dom) <= longest[month] {
			byDate = true
		}
	}
	// With neither of them *, day of month and weekday mean "either".
	either := s.Dom&starBit == 0 && s.Dow&starBit == 0
	return byDate || either && count(s.Dow) > 0 && count(s.Month) > 0
}
