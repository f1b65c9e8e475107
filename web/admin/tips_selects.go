package admin

import (
	"html/template"

	"dailytip/locale"
	"dailytip/scheduler"
)

// selectView is a field of a form that chooses one of several.
type selectView struct {
	ID      string // and its name
	Label   template.HTML
	Options []choice
}

// choose makes a field, of which a value is chosen.
func choose(id, chosen string, options ...choice) selectView {
	pick(options, chosen)
	return selectView{ID: id, Label: say("admin.tips.by_" + id), Options: options}
}

// selects are the fields by which the library is filtered.
func (a *Admin) selects(n *scheduler.Newsletter, s *shelf, f filter) []selectView {
	var all []selectView
	if len(a.Scheduler.Newsletters) > 1 {
		all = append(all, choose("newsletter", n.ID, a.newsletterChoices()...))
	}
	if len(s.tags) > 0 {
		options := []choice{worded("", "admin.tips.all_tags")}
		for _, tag := range s.tags {
			options = append(options, choice{Value: tag, Text: tag})
		}
		all = append(all, choose("tag", f.tag, options...))
	}
	if len(s.languages) > 1 {
		options := []choice{worded("", "admin.tips.all_languages")}
		for _, lang := range s.languages {
			options = append(options, choice{Value: lang, Text: locale.NativeName(lang)})
		}
		for _, lang := range s.languages {
			lacks := locale.Text(locale.Default, "admin.tips.without", map[string]any{"Language": locale.NativeName(lang)})
			options = append(options, choice{Value: without + lang, Text: lacks})
		}
		all = append(all, choose("language", f.language, options...))
	}
	all = append(all,
		choose("faults", f.faults, worded("", "admin.tips.all_faults"), worded(anyFault, "admin.tips.any_fault"),
			worded(withheld, "admin.tips.withheld"), worded(faultless, "admin.tips.faultless")),
		choose("votes", f.votes, worded("", "admin.tips.all_votes"), worded(liked, "admin.tips.liked"),
			worded(disliked, "admin.tips.disliked"), worded(votesNone, "admin.tips.no_votes")))
	orders := []choice{worded("", "admin.tips.by_title")}
	if n.Order != scheduler.CourseOrder {
		orders = append(orders, worded(byNext, "admin.tips.by_next"), worded(byLast, "admin.tips.by_last"))
	}
	return append(all, choose("sort", f.order, append(orders, worded(byVotes, "admin.tips.by_useful"))...))
}
