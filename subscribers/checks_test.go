//go:build !long

package subscribers_test

// checks is how many lists TestAnExportReadsBackAsItWas tries.
const checks = "12"
