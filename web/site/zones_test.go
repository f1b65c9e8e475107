package site

import (
	"strings"
	"testing"
	"time"

	"dailytip/locale"
)

// Every zone that the menu offers is one that the program knows, and so is every
// name that it once had.
func TestZones(t *testing.T) {
	seen := map[string]bool{}
	for _, group := range zones().groups {
		if len(group.Zones) == 0 {
			t.Errorf("%s is empty", group.Area)
		}
		if got := locale.Text("en", "page.zones."+group.Area, nil); strings.HasPrefix(got, "page.") {
			t.Errorf("%s has no name", group.Area)
		}
		for _, z := range group.Zones {
			if seen[z.ID] || z.City == "" {
				t.Errorf("%+v is twice, or has no city", z)
			}
			seen[z.ID] = true
		}
	}
	if len(seen) < 410 || len(seen) > 450 {
		t.Errorf("%d zones", len(seen))
	}
	for name, now := range zones().zone {
		if !seen[now] {
			t.Errorf("%s isn't in the menu", now)
		}
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for region, zone := range manyZones {
		if !seen[zone] || len(zones().country[region]) < 2 {
			t.Errorf("%s: %s, among %v", region, zone, zones().country[region])
		}
	}
	for region, all := range zones().country {
		if len(all) > 1 && manyZones[region] == "" && region != "AQ" && region != "UM" {
			t.Errorf("%s has %v; which of them?", region, all)
		}
	}
}

func TestLikelyZone(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "America/New_York", "zh-CN": "Asia/Shanghai", "zh-TW": "Asia/Taipei", "es": "Europe/Madrid", "pt-BR": "America/Sao_Paulo",
		"fr": "Europe/Paris", "de": "Europe/Berlin", "ja": "Asia/Tokyo", "ko": "Asia/Seoul", "tr": "Europe/Istanbul", "ru": "Europe/Moscow",
		"hi": "Asia/Kolkata", "ar": "Africa/Cairo", "es-MX": "America/Mexico_City", "en-GB": "Europe/London", "zh-HK": "Asia/Hong_Kong",
		"": "", "x": "", "es-419": "",
	} {
		if got := likelyZone(lang); got != want {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
	for _, lang := range locale.Languages() {
		if likelyZone(lang) == "" {
			t.Errorf("%s: none", lang)
		}
	}
	for old, now := range map[string]string{
		"Asia/Calcutta": "Asia/Kolkata", "Asia/Saigon": "Asia/Ho_Chi_Minh", "Europe/Kiev": "Europe/Kyiv", "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
		"Asia/Katmandu": "Asia/Kathmandu", "Etc/UTC": "UTC", "Europe/Berlin": "Europe/Berlin", "Etc/GMT+5": "Etc/GMT+5", "": "",
	} {
		if got := todaysZone(old); got != now {
			t.Errorf("%s: %s, want %s", old, got, now)
		}
	}
}
