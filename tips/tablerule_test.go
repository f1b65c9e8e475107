package tips

import (
	"strings"
	"testing"
)

// A row of dashes parts the body of a table at home, and is no row.
func TestRowsOfDashesPartATable(t *testing.T) {
	got, err := render("| a | b |\n| --- | --- |\n| c | d |\n| --- | :-: |\n| e | --- |\n| `---` | --- |\n| - | - |", nil)
	if err != nil || strings.Count(got, "<tr>") != 5 {
		t.Errorf("%s, %v", got, err)
	}
}
