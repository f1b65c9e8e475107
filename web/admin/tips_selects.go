package admin

import (
	"cmp"
	"html/template"

	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/web"
)

// selectView is a field of a form that chooses one of several.
type selectView struct {
	ID      string // and its name
	Label   template.HTML
	Options []optionView
}

type optionView struct {
	Value  string
	Text   string
	Chosen bool
}

// choose makes a field, of which a value is chosen.
func choose(id, chosen string, options ...optionView) selectView {
	for i := range options {
		options[i].Chosen = options[i].Value == chosen
	}
	return selectView{ID: id, Label: say("admin.tips.by_" + id), Options: options}
}

// worded is an option that is called by one of our messages.
func worded(value, message string) optionView {
	return optionView{Value: value, Text: locale.Text(locale.Default, message, nil)}
}

// selects are the fields by which the library is filtered.
func (a *Admin) selects(n *scheduler.Newsletter, s *shelf, f filter) []selectView {
	var all []selectView
	if len(a.Scheduler.Newsletters) > 1 {
		var options []optionView
		for i := range a.Scheduler.Newsletters {
			id := a.Scheduler.Newsletters[i].ID
			options = append(options, optionView{Value: id, Text: cmp.Or(web.Untagged(a.Letterhead(id).Name), id)})
		}
		all = append(all, choose("newsletter", n.ID, options...))
	}
	if len(s.tags) > 0 {
		options := []optionView{worded("", "admin.tips.all_tags")}
		for _, tag := range s.tags {
			options = append(options, optionView{Value: tag, Text: tag})
		}
		all = append(all, choose("tag", f.tag, options...))
	}
	if len(s.languages) > 1 {
		options := []optionView{worded("", "admin.tips.all_languages")}
		for _, lang := range s.languages {
			options = append(options, optionView{Value: lang, Text: locale.NativeName(lang)})
		}
		for _, lang := range s.languages {
			lacks := locale.Text(locale.Default, "admin.tips.without", map[string]any{"Language": locale.NativeName(lang)})
			options = append(options, optionView{Value: without + lang, Text: lacks})
		}
		all = append(all, choose("language", f.language, options...))
	}
	all = append(all,
		choose("faults", f.faults, worded("", "admin.tips.all_faults"), worded(anyFault, "admin.tips.any_fault"),
			worded(withheld, "admin.tips.withheld"), worded(faultless, "admin.tips.faultless")),
		choose("votes", f.votes, worded("", "admin.tips.all_votes"), worded(liked, "admin.tips.liked"),
			worded(disliked, "admin.tips.disliked"), worded(votesNone, "admin.tips.no_votes")))
	orders := []optionView{worded("", "admin.tips.by_title")}
	if n.Order != scheduler.CourseOrder {
		orders = append(orders, worded(byNext, "admin.tips.by_next"), worded(byLast, "admin.tips.by_last"))
	}
	return append(all, choose("sort", f.order, append(orders, worded(byVotes, "admin.tips.by_useful"))...))
}
