//go:build long

package subscribers_test

import "testing"

const checks = "100"

func TestManyExportsReadBack(t *testing.T) {
	exportReadsBack(t)
}
