package admin

import (
	"fmt"
	"html/template"
	"slices"

	"dailytip/safetext"
	"dailytip/tips"
)

// findingView is something that lint finds, with the lines of the file around it.
type findingView struct {
	Severity template.HTML // in words
	Bad      bool          // something isn't sent for it
	Message  string
	Where    string // the file and the line
	Lines    []sourceLine
}

type sourceLine struct {
	Number int
	Text   string
	Hit    bool // the finding is about this one
}

const (
	// aroundFinding is how many lines are shown above and below.
	aroundFinding = 2
	// longestLine is how much of a line is shown, in characters.
	longestLine = 240
	// mostFindings is how many are shown, the worst first.
	mostFindings = 50
)

// finding says what a fault is about. lines are those of its file; nil: they aren't shown.
func finding(f tips.Fault, lines []string) findingView {
	v := findingView{
		Bad: f.Severity == tips.Error, Severity: say("admin.severity." + f.Severity.String()),
		Message: safetext.Visible(f.Message), Where: safetext.Visible(f.Path),
	}
	if f.Line == 0 {
		return v
	}
	v.Where += fmt.Sprintf(":%d", f.Line)
	for number := max(f.Line-aroundFinding, 1); number <= min(f.Line+aroundFinding, len(lines)); number++ {
		column := 0
		if number == f.Line {
			column = f.Column
		}
		v.Lines = append(v.Lines, sourceLine{number, clip(lines[number-1], column), number == f.Line})
	}
	return v
}

// clip is as much of a line as is shown, around a column, in characters from 1.
func clip(line string, column int) string {
	text := []rune(line)
	before, after := "", ""
	if from := column - longestLine/2; from > 0 && len(text) > longestLine {
		text, before = text[min(from, len(text)-longestLine/2):], "… "
	}
	if len(text) > longestLine {
		text, after = text[:longestLine], " …"
	}
	return before + safetext.Visible(string(text)) + after
}

// worst sorts faults by what they cost.
func worst(faults []tips.Fault) []tips.Fault {
	faults = slices.Clone(faults)
	slices.SortStableFunc(faults, func(a, b tips.Fault) int { return int(b.Severity) - int(a.Severity) })
	return faults
}

// elsewhere is what is wrong in the library's folder, but not in a tip: what is no note.
func elsewhere(s *shelf) []findingView {
	var all []findingView
	for _, f := range worst(s.elsewhere) {
		if f.Severity > tips.Note && len(all) < mostFindings {
			all = append(all, finding(f, nil))
		}
	}
	return all
}
