package site

import (
	"cmp"
	_ "embed" // the list of zones
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"dailytip/zone"
)

// zoneList has a line for each time zone that somebody lives in: its country, its
// name, and names that it had before. It is made of tzdata's zone.tab and links.
//
//go:embed zones.txt
var zoneList string

// zoneGroup is the zones of a part of the world, as a menu shows them.
type zoneGroup struct {
	Area  string // names the message
	Zones []zoneName
}

type zoneName struct{ ID, City string }

// atlas is the list, read once.
type atlas struct {
	groups  []zoneGroup
	zone    map[string]string   // any name → today's name
	country map[string][]string // ISO 3166 → its zones
}

var zones = sync.OnceValue(func() atlas {
	a := atlas{zone: map[string]string{"UTC": "UTC", "Etc/UTC": "UTC", "Etc/GMT": "UTC", "GMT": "UTC"}, country: map[string][]string{}}
	byArea := map[string][]zoneName{}
	for line := range strings.Lines(zoneList) {
		names := strings.Fields(line)
		id := names[1]
		for _, name := range names[1:] {
			a.zone[name] = id
		}
		a.country[names[0]] = append(a.country[names[0]], id)
		area, city := cityOf(id)
		byArea[area] = append(byArea[area], zoneName{id, city})
	}
	for _, area := range []string{"africa", "america", "antarctica", "asia", "atlantic", "australia", "europe", "indian", "pacific"} {
		group := zoneGroup{area, byArea[area]}
		slices.SortFunc(group.Zones, func(x, y zoneName) int { return strings.Compare(x.City, y.City) })
		a.groups = append(a.groups, group)
	}
	a.groups = append(a.groups, zoneGroup{"rest", []zoneName{{"UTC", "UTC"}}})
	return a
})

// cityOf splits a name into its part of the world and its city: "america" and
// "Knox, Indiana" of America/Indiana/Knox.
func cityOf(id string) (area, city string) {
	area, rest, _ := strings.Cut(id, "/")
	parts := strings.Split(strings.ReplaceAll(rest, "_", " "), "/")
	slices.Reverse(parts)
	if area = strings.ToLower(area); area == "arctic" { // one village, which is Norway's
		area = "europe"
	}
	return area, strings.Join(parts, ", ")
}

// manyZones are the countries with several zones, and the zone that most of their
// people live in.
var manyZones = map[string]string{
	"AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto",
	"CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
	"EC": "America/Guayaquil", "ES": "Europe/Madrid", "FM": "Pacific/Pohnpei", "GL": "America/Nuuk", "ID": "Asia/Jakarta",
	"KI": "Pacific/Tarawa", "KZ": "Asia/Almaty", "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City",
	"MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti", "PG": "Pacific/Port_Moresby", "PS": "Asia/Gaza",
	"PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York", "UZ": "Asia/Tashkent",
}

// likelyZone is where most speakers of a language live, such as Europe/Berlin for de
// and America/New_York for en-US; "" when nobody can tell.
func likelyZone(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return ""
	}
	region, _ := tag.Region()
	if zone := manyZones[region.String()]; zone != "" {
		return zone
	}
	if of := zones().country[region.String()]; len(of) > 0 {
		return of[0]
	}
	return ""
}

// todaysZone is the name that a zone has now: browsers still say Asia/Calcutta. An
// abbreviation becomes the zone that it stands for. Other names that aren't in the
// list stay.
func todaysZone(name string) string {
	return cmp.Or(zones().zone[name], zone.Instead(name), name)
}
