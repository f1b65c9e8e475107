//go:build long

package site_test

import (
	"testing"

	"dailytip/locale"
)

func TestSettingsInEveryLanguage(t *testing.T) { settingsIn(t, locale.Languages()) }

func TestEveryPageInEveryLanguage(t *testing.T) { everyPageIn(t, locale.Languages()) }
