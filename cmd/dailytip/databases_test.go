//go:build !long

package main

var databases = []string{"sqlite"}
