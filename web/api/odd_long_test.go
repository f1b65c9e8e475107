//go:build long

package api_test

import "testing"

func TestAThousandOddRequests(t *testing.T) { oddRequests(t, 1000) }
