package ledger

import (
	"encoding/json"
	"slices"
	"testing"
)

func FuzzNumbers(f *testing.F) {
	for _, text := range []string{"[]", "[0]", "[0,5,17]", "[-3,9223372036854775807]", "[1, 2]", "[1,,2]", "[", "1,2", "[1.5]", "[\"1\"]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const from = 1 << 40
		numbers, err := parseNumbers(text, from)
		if err != nil {
			return
		}
		again, err := parseNumbers(formatNumbers(numbers, from), from)
		if err != nil || !slices.Equal(again, numbers) {
			t.Errorf("%q: %v became %v, %v", text, numbers, again, err)
		}
		var plain []int64
		if err := json.Unmarshal([]byte(formatNumbers(numbers, from)), &plain); err != nil || len(plain) != len(numbers) {
			t.Errorf("%q: JSON has %v, want %v: %v", text, plain, numbers, err)
		}
	})
}
