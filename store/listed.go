package store

import (
	"strconv"
	"strings"
)

// Listed writes values for IN (…): their places, from $1 on, and the arguments.
func Listed[T any](values []T) (places string, args []any) {
	all := make([]string, len(values))
	args = make([]any, len(values))
	for i, v := range values {
		all[i], args[i] = "$"+strconv.Itoa(i+1), v
	}
	return strings.Join(all, ", "), args
}
