package main

import (
	"fmt"
	"testing"

	"dailytip/tips"
)

// GitHub reads an annotation as one line; what would end a property is escaped.
func TestAnnotation(t *testing.T) {
	for _, tt := range []struct {
		fault tips.Fault
		want  string
	}{
		{
			tips.Fault{Path: "a, b:c.md", Line: 3, Column: 7, Rule: "x", Severity: tips.Error, Message: "100 %\nof it: gone"},
			"::error file=a%2C b%3Ac.md,line=3,col=7,title=x::100 %25%0Aof it: gone",
		},
		{tips.Fault{Path: "a.md", Rule: "y", Severity: tips.Note, Message: "m"}, "::notice file=a.md,line=1,title=y::m"},
		{tips.Fault{Path: "a.md", Line: 1, Rule: "y", Severity: tips.Warning, Message: "m"}, "::warning file=a.md,line=1,title=y::m"},
	} {
		if got := annotation(tt.fault); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// A summary begins with what is broken most often, and names three places.
func TestSummary(t *testing.T) {
	found := []tips.Fault{{Path: "z.md", Line: 1, Rule: "rare", Severity: tips.Error}}
	for i := range 5 {
		found = append(found, tips.Fault{Path: fmt.Sprintf("%d.md", i), Line: 2, Rule: "usual", Severity: tips.Warning})
	}
	rows := summaryOf(found)
	if len(rows) != 2 || rows[0][0] != "usual" || rows[0][2] != 5 || rows[0][3] != "0.md:2\n1.md:2\n2.md:2" {
		t.Errorf("rows: %v", rows)
	}
}
