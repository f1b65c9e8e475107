package config

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/language"

	"dailytip/safefile"
	"dailytip/safetext"
)

func (c *checker) newsletters() {
	cfg := c.cfg
	if len(cfg.Newsletters) == 0 && !c.broken["newsletters"] {
		c.fault("newsletters", "newsletters: there is none; write at least one: newsletters: [{id: management, tips: library}]")
	}
	first := map[string]int{}
	for i := range cfg.Newsletters {
		n, path := &cfg.Newsletters[i], fmt.Sprintf("newsletters[%d]", i)
		if c.broken[path] {
			continue
		}
		c.newsletter(path, n)
		if n.ID == "" {
			continue
		}
		line := c.lineOf(path + ".id")
		if other, taken := first[n.ID]; taken {
			c.fault(path+".id", "%s.id: %q is the id of the newsletter on line %d; write another one", path, n.ID, other)
			continue
		}
		first[n.ID] = line
	}
}

var newsletterID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

func (c *checker) newsletter(path string, n *Newsletter) {
	at := func(key string) string { return path + "." + key }
	switch {
	case c.broken[at("id")]:
	case n.ID == "":
		c.fault(at("id"), "%s.id: is missing; write a short name for addresses and the database, such as id: management", path)
	case !newsletterID.MatchString(n.ID):
		c.fault(at("id"), "%s.id: %s can't be an id; write up to 32 of a-z, 0-9 and hyphens (not first or last)", path, c.shown(at("id")))
	}
	if n.Title == "" {
		n.Title = n.ID
	}
	if strings.TrimSpace(n.Title) == "" && c.written(at("title")) {
		c.fault(at("title"), "%s.title: is blank; write what readers call the newsletter, or remove the key", path)
	}
	if strings.ContainsFunc(n.Title, safetext.IsUnsafe) || utf8.RuneCountInString(n.Title) > 100 {
		c.fault(at("title"), "%s.title: %s can't be a title; write one line of at most 100 characters, without control characters", path, c.shown(at("title")))
	}
	switch {
	case c.broken[at("tips")]:
	case n.Tips == "":
		c.fault(at("tips"), "%s.tips: is missing; write the folder of its tips, such as tips: library", path)
	default:
		n.Tips = c.abs(n.Tips)
		c.folder(at("tips"), n.Tips)
	}
	for i, tag := range n.Tags {
		if p := fmt.Sprintf("%s[%d]", at("tags"), i); !c.broken[p] && (strings.TrimSpace(tag) == "" || strings.Contains(tag, ",")) {
			c.fault(p, "%s: %s isn't a tag; write one tag an entry, such as [management, trust]", p, c.shown(p))
		}
	}
	for i, glob := range n.Exclude {
		c.check1(fmt.Sprintf("%s[%d]", at("exclude"), i), glob, checkGlob)
	}
	for i := range n.Languages {
		c.language(fmt.Sprintf("%s[%d]", at("languages"), i), &n.Languages[i])
	}
	c.language(at("language"), &n.Language)
	c.check1(at("schedule"), n.Schedule, checkSchedule)
	if n.Timezone != "subscriber" {
		c.check1(at("timezone"), n.Timezone, func(z string) error { return checkZone(z, true) })
	}
	c.check1(at("default_timezone"), n.DefaultTimezone, func(z string) error { return checkZone(z, false) })
	c.oneOf(at("order"), n.Order, "shuffle", "oldest", "newest", "course")
	c.oneOf(at("when_empty"), n.WhenEmpty, "repeat", "stop")
	c.oneOf(at("in_doubt"), n.InDoubt, "resend", "hold")
	for i, entry := range n.Skip {
		c.check1(fmt.Sprintf("%s[%d]", at("skip"), i), entry, checkSkip)
	}
	c.times(path, n)
	c.proof(at("proof"), n)
	if !c.broken[at("accent")] && n.Accent != "" {
		accent, err := checkAccent(n.Accent)
		if err != nil {
			c.fault(at("accent"), "%s.accent: %s %v", path, c.shown(at("accent")), err)
		}
		n.Accent = accent
	}
	if !c.broken[at("template")] && n.Template != "" {
		n.Template = c.abs(n.Template)
		if _, err := safefile.Read(n.Template, 1<<20); err != nil {
			c.fault(at("template"), "%s.template: %v; write the path of your template, or \"\" for ours", path, err)
		}
	}
}

// check1 checks one value, and reports its error behind the value.
func (c *checker) check1(path, value string, check func(string) error) {
	if c.broken[path] {
		return
	}
	if err := check(value); err != nil {
		c.fault(path, "%s: %s %v", path, c.shown(path), err)
	}
}

// checkGlob accepts a pattern of files and folders.
func checkGlob(glob string) error {
	if strings.TrimSpace(glob) == "" || !doublestar.ValidatePattern(glob) {
		return errors.New(`isn't a pattern of files; write a name such as "*.draft.md", or a path such as "archive/**"`)
	}
	return nil
}

func (c *checker) language(path string, value *string) {
	if c.broken[path] {
		return
	}
	tag, err := language.Parse(*value)
	// RFC 5646 §4.4.1: nothing that people use is longer.
	if err != nil || tag == language.Und || len(tag.String()) > 35 {
		c.fault(path, "%s: %s isn't a language tag (BCP 47); write one such as en, pt-BR or zh-CN", path, c.shown(path))
		return
	}
	*value = tag.String()
}

// proof checks who is shown the editions, and when.
func (c *checker) proof(path string, n *Newsletter) {
	if before := path + ".before"; !c.broken[before] && (n.Proof.Before < 15*time.Minute || n.Proof.Before > 7*day) {
		c.fault(before, "%s: %s is out of range; write 15m to 7d", before, formatDuration(n.Proof.Before))
	}
	if n.Order == "course" && n.Proof.To != (mail.Address{}) {
		c.fault(path+".to", "%s.to: a course has no edition that all its readers get, so there is none to show; remove proof:, or write another order", path)
	}
}

// times checks the durations, alone and against each other.
func (c *checker) times(path string, n *Newsletter) {
	grace, giveUp := path+".grace", path+".give_up_after"
	// The scheduler looks once a minute: a shorter grace would lose runs on a
	// busy machine. A day's edition must not go out beside the next one's.
	if !c.broken[grace] && (n.Grace < 5*time.Minute || n.Grace >= day) {
		c.fault(grace, "%s: %s is out of range; write 5m to less than 24h", grace, formatDuration(n.Grace))
		return
	}
	if c.broken[giveUp] {
		return
	}
	switch {
	case n.GiveUpAfter < 5*time.Minute || n.GiveUpAfter > 7*day:
		c.fault(giveUp, "%s: %s is out of range; write 5m to 7d", giveUp, formatDuration(n.GiveUpAfter))
	case n.GiveUpAfter < n.Grace && !c.broken[grace]:
		c.fault(giveUp, "%s: %s is shorter than grace (%s), so a late run would expire before it is sent; write at least %s",
			giveUp, formatDuration(n.GiveUpAfter), formatDuration(n.Grace), formatDuration(n.Grace))
	}
}
